"""Which HTTP status an error has, and what is said of it: the only place that knows.

A server never repeats what went wrong inside: a message of the store or of another program may
hold paths, addresses or secrets. So every code has its sentence here. The sentence and the facts
of an error itself are passed on only where its row says so; what has no row is answered by its
class, and found by its incident in the server's own log (docs/security.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import (
    ConflictError,
    NotFoundError,
    NotReadyError,
    OperationError,
    StoreInvalidError,
    UsageError,
    YoiError,
)
from yoi_cli.model.workers.refusals import REFUSALS
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class ErrorKind(NamedTuple):
    """How one code is answered. `details` are the facts of the error that may be passed on;
    `own_words` passes on its message and hint as well, since they hold nothing of the server."""

    status: int
    message: str
    hint: str = ""
    details: tuple[str, ...] = ()
    own_words: bool = False


_OWN = ""

#: Said by the servers themselves.
_OF_REQUESTS: Mapping[str, ErrorKind] = {
    "invalid_json": ErrorKind(400, "The body is not JSON.", "Send one JSON object in UTF-8."),
    "invalid_request": ErrorKind(400, _OWN, details=("field",), own_words=True),
    "invalid_query": ErrorKind(400, _OWN, details=("field",), own_words=True),
    "limit": ErrorKind(400, _OWN, details=("field", "limit"), own_words=True),
    "cursor_malformed": ErrorKind(
        400, "The cursor is none of this server's.", "Give it as it came, or begin without one."
    ),
    "unauthorized": ErrorKind(
        401,
        "There is no valid credential.",
        "Send `Authorization: Bearer TOKEN`; `yoi runtime token` prints one.",
    ),
    "forbidden": ErrorKind(
        403, "This credential does not allow that.", "An owner's token does.", ("permission",)
    ),
    "session_unproven": ErrorKind(
        403,
        "What changes something needs the proof of the session.",
        "GET /api/session has it; send it as Yoi-Session.",
    ),
    "login_refused": ErrorKind(
        401, "The code or token is not valid, or not any more.", "`yoi serve --login` has another."
    ),
    "workspace_mismatch": ErrorKind(
        404, "This server has another workspace.", "GET /api/session says which."
    ),
    "commit_check_failed": ErrorKind(
        409, "Git would refuse the commit, so nothing was moved.", details=("ticket", "check")
    ),
    "lock_timeout": ErrorKind(503, "The store is busy.", "Try again in a moment."),
    "git_holds_files": ErrorKind(503, "Git has the files in its hands.", "Try again in a moment."),
    "origin_refused": ErrorKind(
        403, "Requests of pages of other origins are refused.", "Ask without a browser."
    ),
    "route_not_found": ErrorKind(404, "There is no such route.", "/v1/openapi.json has them all."),
    "method_not_allowed": ErrorKind(
        405, "The route does not know this method.", "/v1/openapi.json has them all."
    ),
    "body_too_large": ErrorKind(
        413, "The body is larger than this server takes.", "Send less.", ("limit",)
    ),
    "unsupported_media_type": ErrorKind(
        415, "The body is not said to be JSON.", "Send it as application/json."
    ),
    "host_refused": ErrorKind(
        421, "The request is for a host that this server is not.", "Use the address it printed."
    ),
    "too_many_requests": ErrorKind(429, "Too much waits here already.", "Try again later."),
    "internal": ErrorKind(
        500,
        "Something went wrong inside the server.",
        "The server's log has it under the incident.",
    ),
    "draining": ErrorKind(503, "The runtime is about to end.", "Ask the one that follows it."),
}

#: Said by workers and their runtimes, in the words of `model.workers.refusals`.
_STATUS_OF_REFUSALS: Mapping[int, tuple[str, ...]] = {
    400: (
        "worker_id_invalid",
        "worker_invalid",
        "profile_not_found",
        "role_without_profile",
        "capability_unknown",
        "folder_outside",
        "folder_not_found",
        "bundle_digest_mismatch",
        "bundle_profile_unknown",
        "unsupported_declaration",
        "branch_invalid",
        "model_unknown",
    ),
    404: (
        "worker_not_found",
        "ticket_not_found",
        "base_not_found",
        "bundle_not_found",
        "work_not_found",
    ),
    409: (
        "worker_ambiguous",
        "worker_stopped",
        "worker_conflict",
        "worker_limit",
        "key_conflict",
        "self_termination",
        "variable_unset",
        "ticket_ambiguous",
        "workspace_untrusted",
        "commands_changed",
        "repository_not_found",
        "base_dirty",
        "branch_exists",
        "branch_blocked",
        "branch_in_use",
        "path_taken",
        "worktree_unsafe",
        "worker_running",
        "work_taken_over",
        "cleanup_stale",
        "cleanup_refused",
    ),
    416: ("range_not_satisfiable",),
    500: (
        "bundle_corrupt",
        "worker_store_corrupt",
    ),
    501: ("worker_unsupported",),
    502: ("delivery_failed",),
    504: ("worker_timeout",),
}

_OF_WORKERS: Mapping[str, ErrorKind] = {
    code: ErrorKind(status, *REFUSALS[code])
    for status, codes in _STATUS_OF_REFUSALS.items()
    for code in codes
}

#: What a runtime on another machine did wrong; its own words never pass.
_OF_RUNTIMES: Mapping[str, ErrorKind] = {
    "runtime_not_found": ErrorKind(
        404, "There is no such runtime.", "Look at the list of runtimes.", ("runtime_id",)
    ),
    "runtime_token_missing": ErrorKind(
        502, "The credential for the runtime is not where it should be.", details=("runtime_id",)
    ),
    "runtime_workspace_refused": ErrorKind(
        502, "The runtime works for another workspace.", details=("runtime_id",)
    ),
    "runtime_exists": ErrorKind(
        409, "There is a runtime of that id.", "Take another.", ("runtime_id",)
    ),
    "runtime_embedded": ErrorKind(409, "The runtime of this clone cannot be removed."),
    "runtime_busy": ErrorKind(
        409,
        "The runtime has workers that have not ended.",
        "Let them end, or stop them.",
        ("runtime_id", "workers"),
    ),
    "runtime_id_invalid": ErrorKind(
        400, "That cannot be a runtime's id.", "Use up to 120 letters, digits and -_: ."
    ),
    "runtime_url_invalid": ErrorKind(
        400,
        "That is no address of a runtime.",
        "Write it as https://host:port, without a credential or a path.",
    ),
    "runtime_kind_unknown": ErrorKind(400, "There is no such kind of runtime.", "There is http."),
    "token_reference_invalid": ErrorKind(
        400, "A token is named by one of token_env and token_file."
    ),
    "registry_changed": ErrorKind(
        409, "The registry is written in a way that cannot be changed from here."
    ),
    "runtime_auth_failed": ErrorKind(
        502, "The runtime does not take the credential for it.", details=("runtime_id",)
    ),
    "runtime_unreachable": ErrorKind(
        502, "The runtime cannot be reached.", details=("runtime_id",)
    ),
    "runtime_malformed": ErrorKind(
        502, "The runtime answers what is no answer.", details=("runtime_id",)
    ),
    "runtime_failed": ErrorKind(502, "The runtime failed.", details=("runtime_id",)),
    "slurm_refused": ErrorKind(502, "Slurm does not take the job.", details=("runtime_id",)),
    **{
        code: ErrorKind(502, message, details=("runtime_id",))
        for code, message in (
            ("runtime_ssh_missing", "There is no ssh to reach the runtime by."),
            ("runtime_control_unsafe", "The connection to the runtime has no safe place."),
            ("runtime_host_key_refused", "The runtime's host has not the key that is known of it."),
            ("runtime_python_missing", "The runtime's host has no Python."),
            ("runtime_python_old", "The runtime's host has no Python that is new enough."),
            ("runtime_git_missing", "The runtime's host has no git."),
            ("runtime_noise", "Something else writes where the runtime answers."),
            ("runtime_folder_missing", "The runtime's folder is not there."),
            ("runtime_folder_unwritable", "The runtime may not write in its folder."),
            ("runtime_repository_missing", "The runtime's folder is in no repository."),
        )
    },
    "runtime_timeout": ErrorKind(
        504, "The runtime did not answer in time.", details=("runtime_id",)
    ),
    "runtime_unsupported": ErrorKind(501, "The runtime cannot do that.", details=("runtime_id",)),
    "runtime_unavailable": ErrorKind(
        503, "The runtime is starting, or about to end.", details=("runtime_id",)
    ),
}

#: Said of tickets, in the words of whoever refuses: they name tickets, states and fields, and
#: nothing of the machine.
_OF_TICKETS: Mapping[int, tuple[str, ...]] = {
    400: (
        *("action_unknown", "author_empty", "choice_invalid", "judgement_incomplete"),
        *("note_too_long", "plan_accepted_misplaced", "plan_incomplete", "plan_kind_unknown"),
        *("plan_text_too_long", "plan_to_itself", "query_empty", "reason_needed"),
        *("regex_invalid", "relation_kind_unknown", "relation_to_itself", "resolution_empty"),
        *("resolution_needed", "role_unknown", "sort_unknown", "state_unknown", "text_empty"),
        *("text_invalid", "text_too_long", "ticket_id_invalid", "ticket_id_too_short"),
        *("title_empty", "title_not_one_line", "time_invalid", "header_value_invalid"),
    ),
    404: ("objective_not_found", "relation_not_found", "branch_missing"),
    409: (
        *("acceptance_missing", "answer_not_yours", "blocked", "claimed", "cycle"),
        *("generation_stale", "item_changed", "move_illegal", "not_claimable", "not_claimed"),
        *("not_now", "not_ready", "nothing_asked", "ready_refused", "review_not_yours"),
        *("state_unexpected", "worker_at_work", "all_claimed"),
        *("in_progress", "accepted_otherwise"),
    ),
}

CODES: Mapping[str, ErrorKind] = {
    **_OF_REQUESTS,
    **_OF_WORKERS,
    **_OF_RUNTIMES,
    **{
        code: ErrorKind(status, _OWN, details=("ticket", "state", "revision"), own_words=True)
        for status, codes in _OF_TICKETS.items()
        for code in codes
    },
}

#: What has no row, by its class; the most special class first.
CLASSES: tuple[tuple[type[YoiError], ErrorKind], ...] = (
    (UsageError, ErrorKind(400, "The request cannot mean anything here.")),
    (NotFoundError, ErrorKind(404, "What the request names is not there.")),
    (ConflictError, ErrorKind(409, "What is kept here says otherwise.")),
    (NotReadyError, ErrorKind(409, "The gate says no.", details=("reasons",))),
    (StoreInvalidError, ErrorKind(500, "What is kept here cannot be trusted.")),
    (OperationError, ErrorKind(500, "It was tried, and did not work.")),
    (YoiError, ErrorKind(500, "It did not work.")),
)

#: Every status that an error may have, on any route.
STATUSES = tuple(
    sorted({kind.status for kind in (*CODES.values(), *(kind for _, kind in CLASSES))})
)


def kind_of(error: YoiError) -> ErrorKind:
    """How `error` is answered."""
    known = CODES.get(error.code)
    if known is not None:
        return known
    return next(kind for of, kind in CLASSES if isinstance(error, of))
