"""`yoi worker spawn`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import workers
from yoi_cli.cli.candidates import complete_profiles, complete_words
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import AuthorOption, JsonOption, RuntimeOption, ticket_option
from yoi_cli.cli.text.report import report_json, report_lines, warn, write_next
from yoi_cli.cli.text_input import given_text
from yoi_cli.cli.worker.watch import far_workers
from yoi_cli.errors import UsageError
from yoi_cli.model.workers.profiles import CONFINE_MODES
from yoi_cli.model.workers.spec import looks_secret

if TYPE_CHECKING:
    from yoi_cli.api.session import Session
    from yoi_cli.api.workers import LoggedWorker


def spawn(
    ctx: typer.Context,
    words: CommandArgument = None,
    ticket: TicketOption = None,
    profile: ProfileOption = None,
    role: RoleOption = None,
    prompt: PromptOption = None,
    prompt_file: PromptFileOption = None,
    cwd: FolderOption = None,
    variables: VariablesOption = None,
    timeout: TimeoutOption = None,
    idle_timeout: IdleTimeoutOption = None,
    grace: GraceOption = None,
    group: GroupOption = "",
    key: KeyOption = None,
    takes_input: InputOption = False,
    terminal: TerminalOption = False,
    confine: ConfineOption = None,
    redact: RedactOption = True,
    runtime: RuntimeOption = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start a worker that outlives this terminal, and print its id.

    It returns once the program runs, or is queued in its group. The worker gets only a
    small, listed part of the environment.

    \b
    Examples:
      yoi worker spawn --ticket 00001M7WFCY38 --timeout 3600 -- make test
      yoi worker spawn --ticket 00001M7WFCY38 --profile claude
    """
    from yoi_cli.model.workers.spec import WorkerSpec, milliseconds

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
        far = far_workers(session, runtime)
        started = far.spawn(
            asked, prompt=text, takes_input=takes_input, has_variables=bool(variables)
        )
        _print_started(session, started, runtime, as_json=as_json)
        return
    if not asked.command:
        from yoi_cli.cli.trust import ask_for_trust

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


CommandArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[-- COMMAND…]", help="What to run.", show_default=False),
]
TicketOption = Annotated[
    str | None,
    ticket_option("--ticket", "Its ticket; it runs in the ticket's worktree, if there is one."),
]
ProfileOption = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="NAME",
        help="Run this profile's command.",
        autocompletion=complete_profiles,
    ),
]
RoleOption = Annotated[
    str | None, typer.Option("--role", metavar="ROLE", help="The role it works as.")
]
PromptOption = Annotated[
    str | None, typer.Option("--prompt", metavar="TEXT", help="The prompt for the profile.")
]
PromptFileOption = Annotated[
    str | None,
    typer.Option("--prompt-file", metavar="FILE", help="The same from FILE; - for stdin."),
]
FolderOption = Annotated[
    str | None,
    typer.Option("--cwd", metavar="DIR", help="Where it runs; default this folder."),
]
VariablesOption = Annotated[
    list[str] | None,
    typer.Option("--env", metavar="NAME[=VALUE]", help="Pass a variable on, or set it."),
]
TimeoutOption = Annotated[
    float | None,
    typer.Option(
        "--timeout",
        min=0.001,
        metavar="SECONDS",
        help="Stop it after SECONDS; default as configured, or never.",
    ),
]
IdleTimeoutOption = Annotated[
    float | None,
    typer.Option(
        "--idle-timeout",
        min=0.001,
        metavar="SECONDS",
        help="Stop it once it wrote nothing for SECONDS; default as configured, or never.",
    ),
]
GraceOption = Annotated[
    float | None,
    typer.Option(
        "--grace",
        min=0,
        metavar="SECONDS",
        help="How long it may take to end; default as configured, or 10.",
    ),
]
GroupOption = Annotated[
    str, typer.Option("--group", metavar="NAME", help="Its group, which limits how many run.")
]
KeyOption = Annotated[
    str | None,
    typer.Option("--key", metavar="WORD", help="Start only one worker for WORD."),
]
InputOption = Annotated[
    bool, typer.Option("--input", help="Keep its input open for `yoi worker input`.")
]
TerminalOption = Annotated[
    bool,
    typer.Option("--terminal", help="Give it a terminal of its own, for `yoi worker attach`."),
]
ConfineOption = Annotated[
    str | None,
    typer.Option(
        "--confine",
        metavar="MODE",
        help="off, protect or strict; default as configured, or protect.",
        autocompletion=complete_words(CONFINE_MODES),
    ),
]
RedactOption = Annotated[
    bool, typer.Option("--redact/--no-redact", help="Redact secrets in its output.")
]
