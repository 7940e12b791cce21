"""`yoi worker spawn`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api import workers
from yoi_cli.cli.context import Context, session_of
from yoi_cli.cli.text.report import report_json, report_lines, warn, write_next
from yoi_cli.cli.text_input import given_text
from yoi_cli.errors import UsageError
from yoi_cli.model.workers.spec import WorkerSpec, looks_secret, milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yoi_cli.api.session import Session
    from yoi_cli.api.workers import LoggedWorker


def start_worker(
    ctx: Context,
    words: Sequence[str] | None = None,
    *,
    ticket: str | None = None,
    profile: str | None = None,
    role: str | None = None,
    prompt: str | None = None,
    prompt_file: str | None = None,
    cwd: str | None = None,
    variables: Sequence[str] | None = None,
    timeout: float | None = None,
    idle_timeout: float | None = None,
    grace: float | None = None,
    group: str = "",
    key: str | None = None,
    takes_input: bool = False,
    terminal: bool = False,
    confine: str | None = None,
    redact: bool = True,
    runtime: str | None = None,
    author: str | None = None,
    as_json: bool = False,
    ask_for_trust: Callable[[Session], None] | None = None,
) -> int:
    """Start a worker; the exit code. One that runs what is configured asks for trust first."""
    asked = WorkerSpec(
        command=tuple(words or ()),
        cwd="" if cwd is None else cwd or ".",
        ticket=ticket,
        profile=profile,
        role=role,
        key=key,
        timeout_ms=milliseconds(timeout),
        idle_ms=milliseconds(idle_timeout),
        grace_ms=milliseconds(grace),
        group=group,
        confine=confine,
        terminal=terminal,
    )
    session = session_of(ctx)
    text = given_text(None if prompt is None else [prompt], prompt_file)
    if runtime is not None:
        from yoi_cli.api.far_workers import FarWorkers

        started = FarWorkers(session, runtime).spawn(
            asked, prompt=text, takes_input=takes_input, has_variables=bool(variables)
        )
        _print_started(session, started, runtime, as_json=as_json)
        return 0
    if not asked.command and ask_for_trust is not None:
        ask_for_trust(session)
    started = workers.spawn(
        session,
        asked,
        prompt=text,
        variables=[_variable(word) for word in variables or ()],
        takes_input=takes_input,
        redact=redact,
        author=author,
    )
    if "--json" in asked.command and not as_json:
        warn(["`--json` stands behind `--`, so it is the command's; yoi's comes before `--`."])
    _print_started(session, started, None, as_json=as_json)
    return 0


def _print_started(
    session: Session, started: LoggedWorker, runtime: str | None, *, as_json: bool
) -> None:
    warn(started.warnings)
    view = started.worker
    where = f" --runtime {runtime}" if runtime else ""
    following = f"`yoi worker logs --follow {view.worker_id}{where}` shows what it writes."
    if as_json:
        from yoi_cli.api.documents.workers import worker_document

        report_json("worker", worker_document(view, next_action=following))
        return
    waits = " It waits for room in its group." if view.state == "queued" else ""
    report_lines(
        [("worker_id", view.worker_id)],
        [f"Started {view.worker_id}.{waits}"],
    )
    write_next(session, view.ticket or "", following)


def _variable(word: str) -> tuple[str, str | None]:
    name, equals, value = word.partition("=")
    if not equals:
        return name, None
    if looks_secret(name):
        raise UsageError(
            "secret_on_command_line",
            f"The value of {name[:60]} would be visible to others on the command line.",
            hint=f"Set the variable, and pass it on with --env {name[:60]}.",
        )
    return name, value
