"""`yoi start` and `yoi finish`: from any open ticket to work, and from work to a closed ticket."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.cli.context import claiming_session_of
from yoi_cli.cli.options import (
    AuthorOption,
    FileOption,
    JsonOption,
    LocalOption,
    MessageOption,
    TicketArgument,
    ticket_argument,
)
from yoi_cli.cli.text.console import is_terminal, write_stderr, write_stdout
from yoi_cli.cli.text.report import report_json, report_lines, warn, with_next, write_next
from yoi_cli.cli.text_input import given_text
from yoi_cli.model.text import visible

if TYPE_CHECKING:
    from yoi_cli.api.finishing import FinishStep

_NOT_READY = 5
_FAILED = 1
#: Steps that stop for want of somebody's word, and not since something failed.
_WAITS = frozenset({"review_needed", "changes_requested"})


def start(
    ctx: typer.Context,
    ticket: Annotated[
        str | None, ticket_argument("The ticket; default the best that may start.")
    ] = None,
    print_folder: Annotated[
        bool, typer.Option("--print", help='Print the folder alone: cd "$(yoi start --print)".')
    ] = False,
    local: LocalOption = False,
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Begin the work on a ticket by hand: in one step from any open state to its folder.

    It marks the ticket ready and queues it in your name where that is still to do, accepts and
    claims it, and makes its worktree. Called again it finds what it made. Nothing is written for a
    ticket that is blocked, has no acceptance criteria, or is somebody else's.

    \b
    Example:
      cd "$(yoi start 00001M7WFCY38 --print)"
    """
    from yoi_cli.api.starting import start as begin

    session = claiming_session_of(ctx, local=local)
    started = begin(session, ticket, author=author)
    if as_json:
        from yoi_cli.api.documents.daily import started_document

        report_json("started", with_next(session, started.ticket, started_document(started)))
    elif print_folder:
        write_stdout(visible(started.folder) + "\n")
    else:
        import shlex

        did = ", ".join(started.steps) or "nothing; it was begun before"
        report_lines(
            [("started", started.ticket, started.branch or "", started.folder)],
            [
                f"Started {started.ticket}: {started.title}",
                f"  done: {did}",
                f"  cd {shlex.quote(started.folder)}",
            ],
        )
        write_next(session, started.ticket)
    warn(started.warnings)


def finish(
    ctx: typer.Context,
    ticket: TicketArgument,
    message: MessageOption = None,
    file: FileOption = None,
    local: LocalOption = False,
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Finish the work on a ticket: report, review, merge, done, close, and its worktree away.

    The text is the report; without one, what the commits say. The reviewer that the configuration
    names is started; a person's review is waited for. The merge is tried apart and validated by
    [orchestration] validate before the target branch moves. What is done already is found. A step
    that cannot be made ends it with the command that goes on: exit 5 where somebody's word is
    waited for, 1 where something failed.

    \b
    Example:
      yoi finish 00001M7WFCY38 -m 'Rounds half up in one place.'
    """
    from yoi_cli.api.finishing import STOPPED
    from yoi_cli.api.finishing import finish as go

    session = claiming_session_of(ctx, local=local)
    text = given_text(message, file)
    shows = _tell if not as_json else (lambda _: None)
    finished = go(session, ticket, text=text, author=author, tell=shows, busy=_tell_busy)
    if as_json:
        from yoi_cli.api.documents.daily import finished_document

        document = finished_document(finished)
        report_json("finished", with_next(session, finished.ticket, document))
    else:
        following = "" if finished.is_over else finished.steps[-1].command
        write_next(session, finished.ticket, following)
    stopped = [one for one in finished.steps if one.outcome == STOPPED]
    if stopped:
        raise typer.Exit(_NOT_READY if stopped[0].code in _WAITS else _FAILED)


def _tell_busy(what: str) -> None:
    """What is waited for, for whoever watches."""
    if is_terminal(sys.stderr):
        write_stderr(f"… {visible(what)}\n")


def _tell(step: FinishStep) -> None:
    """A step, as it was made."""
    from yoi_cli.cli.text.console import console

    if is_terminal(sys.stdout):
        from rich.text import Text

        mark = {"made": ("✓", "green"), "found": ("·", "dim"), "stopped": ("✗", "bold red")}
        sign, style = mark[step.outcome]
        line = Text.assemble((f"{sign} ", style), (f"{step.step:<9}", "bold"), visible(step.text))
        console(sys.stdout).print(line, soft_wrap=True)
        return
    report_lines([(step.step, step.outcome, step.text, step.command)], [])
