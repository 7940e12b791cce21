"""`yoi trust`: what the settings run, and whether that may be run here (docs/trust.md)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import trust as api
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.text.console import is_terminal, write_stderr
from yoi_cli.cli.text.page import Page
from yoi_cli.cli.text.report import report_json, report_lines
from yoi_cli.cli.text.table import Cell
from yoi_cli.errors import ConflictError
from yoi_cli.model.text import visible
from yoi_cli.model.trust import TRUSTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.api.session import Session
    from yoi_cli.api.trust import TrustView

_STYLES = {"+": "green", "-": "red"}


def trust(
    ctx: typer.Context,
    show: Annotated[
        bool, typer.Option("--show", help="Only show what would be run; change nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Trust it without a question.")] = False,
    keep: Annotated[
        bool,
        typer.Option("--keep", help="Keep the settings as they are, against what a sync brought."),
    ] = False,
    revoke: Annotated[
        bool, typer.Option("--revoke", help="Trust nothing any more in this clone.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Show every command that the workspace's settings can run, and say that they may.

    Nothing that came with a repository is run before that: no worker, no validation, no setup.
    What you edit or commit in this clone yourself stays trusted; what others' commits bring is
    asked about anew.
    """
    session = session_of(ctx)
    if revoke:
        return _print(api.revoke(session), as_json=as_json)
    if keep:
        return _print(api.refuse_held(session), as_json=as_json)
    view = api.look(session)
    if show or (view.trust.state == TRUSTED and view.held is None):
        return _print(view, as_json=as_json)
    if not yes:
        if as_json or not _can_ask():
            raise ConflictError(
                "trust_unconfirmed",
                "Nobody is here to be asked whether the settings are trusted.",
                hint="Look at `yoi trust --show`, then `yoi trust --yes`.",
                details={"digest": view.trust.settings.digest},
            )
        _show(view)
        if not _confirmed():
            write_stderr("Nothing was changed.\n")
            return 1
    return _print(api.grant(session), as_json=as_json)


def ask_for_trust(session: Session) -> None:
    """Before something is run: where a person sits at the terminal, and the settings are not
    trusted, show them and ask. Who is not asked, or says no, is refused by what runs it."""
    if not _can_ask():
        return
    view = api.look(session)
    if view.trust.state == TRUSTED:
        return
    _show(view)
    if _confirmed():
        api.grant(session)


def _print(view: TrustView, *, as_json: bool) -> int:
    if as_json:
        from yoi_cli.api.documents.trust import trust_document

        report_json("trust", trust_document(view))
    elif is_terminal(sys.stdout):
        _show(view)
    else:
        found = view.trust
        rows = [("trust", found.state, found.settings.digest)]
        rows += [("setting", one.key, one.value) for one in found.settings.settings]
        rows += [("held", line[:1], line[1:]) for line in view.held_difference]
        report_lines(rows, [])
    return 0


def _show(view: TrustView) -> None:
    page, found = Page(), view.trust
    style = "green" if found.state == TRUSTED else "bold yellow"
    page.line(Cell(found.state, style), "  ", found.why)
    if found.origin is not None:
        origin = found.origin
        here = "made here" if origin.is_here else "not made here"
        page.line(
            f"The settings came with commit {origin.commit[:12]} of {origin.date} by "
            f"{origin.author} ({here}): {origin.subject}"
        )
    commands = [one for one in found.settings.settings if one.is_command]
    page.heading("Commands that the settings can run")
    for one in commands:
        page.line("  ", Cell(one.key, "bold"), "  ", one.value)
    if not commands:
        page.line("  none")
    if found.state != TRUSTED and found.before:
        page.heading("Changed since something was trusted")
        _lines(page, found.difference)
    if view.held is not None:
        page.heading("Brought by a sync, and held back until it is trusted")
        _lines(page, view.held_difference)
    page.line()
    page.line("digest  ", found.settings.digest)
    page.show()


def _lines(page: Page, lines: Sequence[str]) -> None:
    for line in lines:
        page.line("  ", Cell(visible(line), _STYLES.get(line[:1], "")))


def _can_ask() -> bool:
    return sys.stdin.isatty() and is_terminal(sys.stdout)


def _confirmed() -> bool:
    return typer.confirm("May these be run in this clone?", default=False)
