"""`yoi ticket diff`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import diff as api
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption, TicketArgument
from yoi_cli.cli.text.console import is_terminal, size, wants_color
from yoi_cli.cli.text.report import report_json, warn
from yoi_cli.errors import UsageError
from yoi_cli.model.text import some_of, visible

if TYPE_CHECKING:
    from yoi_cli.api.session import Session

#: How lines of a patch that begin so are shown, the longest beginning first.
_STYLES = (
    ("diff --git ", "1"),
    ("index ", "1"),
    ("+++ ", "1"),
    ("--- ", "1"),
    ("@@ ", "36"),
    ("+", "32"),
    ("-", "31"),
)
_PIPE_COLUMNS = 80


def diff(
    ctx: typer.Context,
    ticket: TicketArgument,
    stat: Annotated[
        bool, typer.Option("--stat", help="Show how much of which file changes.")
    ] = False,
    tool: Annotated[
        bool, typer.Option("--tool", help="Open it in git's diff tool (git difftool).")
    ] = False,
    candidate: Annotated[
        int | None,
        typer.Option(
            "--candidate", metavar="N", min=1, help="Show the work of the candidate N of several."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a ticket's branch changes, since it left the branch it is merged into.

    Once it is merged, that is what the merge brought. On a terminal in the pager that git
    uses, with control characters shown instead of obeyed; a pipe gets the patch as it is.
    """
    if stat + tool + as_json > 1:
        raise UsageError(
            "format_given_twice",
            "--stat, --tool and --json cannot be given together.",
            hint="Give one of them.",
        )
    session = session_of(ctx)
    found = api.find(session, ticket, candidate=candidate)
    if as_json:
        from yoi_cli.api.documents.diff import diff_document

        report_json("diff", diff_document(found, api.changes(session, found)))
        return
    if found.uncommitted:
        paths = some_of(found.uncommitted)
        warn([f"Not committed, so not shown: {paths}"])
    if tool:
        code = api.open_tool(session, found)
        if code:
            raise typer.Exit(code)
        return
    columns = size(sys.stdout)[0] if is_terminal(sys.stdout) else _PIPE_COLUMNS
    patch = api.patch(session, found, stat=columns if stat else None)
    if not is_terminal(sys.stdout):
        sys.stdout.flush()
        sys.stdout.buffer.write(patch)
        sys.stdout.buffer.flush()
        return
    _show(session, shown_patch(patch, colored=wants_color(sys.stdout)))


def _show(session: Session, text: str) -> None:
    from yoi_cli.cli.text.pager import show_paged

    show_paged(text, lambda: api.pager(session))


def shown_patch(patch: bytes, *, colored: bool) -> str:
    """A patch as a person sees it: what could drive a terminal is visible, also the carriage
    return by which two lines may differ."""
    lines = patch.decode("utf-8", "surrogateescape").split("\n")
    return "\n".join(_shown_line(line, colored=colored) for line in lines)


def _shown_line(line: str, *, colored: bool) -> str:
    shown = "\t".join(map(visible, line.split("\t")))
    style = next((one for begins, one in _STYLES if line.startswith(begins)), "")
    return f"\x1b[{style}m{shown}\x1b[m" if colored and style else shown
