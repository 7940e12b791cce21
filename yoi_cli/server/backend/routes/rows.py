"""What rows of the backend's table are made of: paths, codes of errors, and the two usual kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.server.http.routes import Answer, Route

if TYPE_CHECKING:
    from msgspec import Struct

    from yoi_cli.server.backend.context import BackendContext
    from yoi_cli.server.http.permissions import Permission
    from yoi_cli.server.http.routes import Blocking

    Run = Blocking[BackendContext]
    Routes = tuple[Route[BackendContext], ...]

WORKSPACE = "/api/w/{workspace_id}"
TICKET = f"{WORKSPACE}/tickets/{{ticket_id}}"
RUNTIME = f"{WORKSPACE}/runtimes/{{runtime_id}}"
WORKER = f"{RUNTIME}/workers/{{worker_id}}"
SCOPED = ("workspace_mismatch",)
PAGED = ("limit", "cursor_malformed")
OF_TICKET = (*SCOPED, "ticket_not_found", "ticket_ambiguous", "ticket_id_too_short")
WRITING = ("author_empty", "lock_timeout", "git_holds_files")
MOVING = (
    *(*OF_TICKET, *WRITING, "action_unknown", "text_empty", "text_too_long", "text_invalid"),
    *("state_unexpected", "move_illegal", "not_now", "blocked", "claimed", "reason_needed"),
    *("resolution_empty", "resolution_needed", "acceptance_missing", "worker_at_work"),
    *("commit_check_failed", "review_not_yours", "answer_not_yours", "nothing_asked"),
)
_REMOTE = (
    *("runtime_not_found", "runtime_auth_failed", "runtime_unreachable", "runtime_timeout"),
    *("runtime_unsupported", "runtime_malformed", "runtime_failed", "runtime_unavailable"),
    *("runtime_token_missing", "runtime_workspace_refused", "slurm_refused"),
    *("runtime_ssh_missing", "runtime_control_unsafe", "runtime_host_key_refused"),
    *("runtime_python_missing", "runtime_python_old", "runtime_git_missing", "runtime_noise"),
    *("runtime_folder_missing", "runtime_folder_unwritable", "runtime_repository_missing"),
)
OF_WORKER = (*(*SCOPED, *_REMOTE, "worker_id_invalid", "worker_not_found", "worker_store_corrupt"),)


def reading(
    path: str,
    permission: Permission,
    summary: str,
    kind: str,
    run: Run,
    *,
    errors: tuple[str, ...] = SCOPED,
    query: type[Struct] | None = None,
    slow: bool = False,
) -> Route[BackendContext]:
    """A route that reads one document."""
    answers = (Answer(200, "It is.", kind),)
    return Route(
        "GET", path, permission, summary, answers, run, query=query, errors=errors, slow=slow
    )


def changing(  # noqa: PLR0917 - a row of a table
    path: str,
    permission: Permission,
    summary: str,
    answer: Answer,
    run: Run,
    body: type[Struct] | None,
    *,
    errors: tuple[str, ...] = MOVING,
    method: str = "POST",
    optional: bool = False,
    more: tuple[Answer, ...] = (),
) -> Route[BackendContext]:
    """A route that changes something, for which git or another server may be waited for."""
    return Route(
        method,
        path,
        permission,
        summary,
        (answer, *more),
        run,
        body=body,
        body_is_optional=optional,
        errors=errors,
        slow=True,
    )
