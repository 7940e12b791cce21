"""`yoi ticket doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import doctor as api
from yoi_cli.api.session import Session, open_session
from yoi_cli.cli.context import start_of
from yoi_cli.cli.doctor_text import print_examination
from yoi_cli.cli.options import AuthorOption, JsonOption, ticket_argument
from yoi_cli.cli.text.console import progress
from yoi_cli.errors import StoreInvalidError

if TYPE_CHECKING:
    from yoi_cli.api.doctor import Examination


def doctor(
    ctx: typer.Context,
    ticket: Annotated[
        str | None, ticket_argument("Only this ticket; without it, the whole store.")
    ] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Repair what can be repaired without guessing.")
    ] = False,
    adopt_item: Annotated[
        bool,
        typer.Option(
            "--adopt-item", help="Where item.md was moved by hand, record that move as an event."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what --fix would do, and change nothing.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")] = False,
    show_infos: Annotated[
        bool, typer.Option("--all", help="On a terminal, show notes (info) too.")
    ] = False,
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> int:
    """Find what is wrong in the store, and repair it where that needs no guess.

    Exits with 0 where there is no error, with 6 where there is one. docs/doctor.md explains
    every code.
    """
    changes = not dry_run and (fix or adopt_item)
    session = open_session(start_of(ctx), forgiving=not changes)
    found = _examine(session, ticket)
    repaired = api.repair(
        session,
        found,
        fix=fix or (dry_run and not adopt_item),
        adopt_item=adopt_item,
        dry_run=not changes,
        author=author,
    )
    if repaired.fixed or repaired.failed:
        found = _examine(session, ticket)
    print_examination(found, repaired, show_infos=show_infos, as_json=as_json)
    bad = found.counts.errors + (found.counts.warnings if strict else 0)
    return StoreInvalidError.exit_code if bad else 0


def _examine(session: Session, ticket: str | None) -> Examination:
    if ticket is not None:
        return api.examine_ticket(session, ticket)
    with progress("Examining tickets", api.count_tickets(session)) as bar:
        return api.examine_store(session, advance=bar.advance)
