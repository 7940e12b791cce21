"""`yoi resolve`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import start_of
from yoi_cli.cli.options import JsonOption, tickets_argument
from yoi_cli.cli.resolve_text import say_resolution
from yoi_cli.cli.text.console import progress
from yoi_cli.errors import ConflictError, NotFoundError, UsageError
from yoi_cli.merge.open import resolve_store
from yoi_cli.model.ids import is_ticket_id
from yoi_cli.store.files.store import FileStore
from yoi_cli.tickets.lookup import identify
from yoi_cli.workspace.session import open_session


def resolve(
    ctx: typer.Context,
    tickets: Annotated[
        list[str] | None, tickets_argument("Only these tickets; without any, the whole store.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="The whole store.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be done, and change nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Merge by meaning what git left in conflict, and repair what earlier merges spoilt.

    It works from git's index, so that no merge driver is needed, and touches nothing outside
    of the store. Exits with 4 where something is left to a person.
    """
    if every and tickets:
        raise UsageError(
            "usage", "Name tickets, or give --all.", hint="Without either all are looked at."
        )
    # In a linked worktree the conflict is in that checkout's index, wherever its store is.
    session = open_session(start_of(ctx)._replace(here=True))
    wanted = {_identified(session.store, word) for word in tickets or ()}
    with progress("Looking at tickets", len(session.store.ids())) as bar:
        found = resolve_store(session, wanted, is_dry=dry_run, advance=bar.advance)
    say_resolution(found, as_json=as_json)
    return ConflictError.exit_code if found.questions else 0


def _identified(store: FileStore, word: str) -> str:
    """The id that is meant; a full one may be that of a ticket only git's index has."""
    try:
        return identify(store, word)
    except NotFoundError:
        if is_ticket_id(word.upper()):
            return word.upper()
        raise
