"""`yoi replay`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption, tickets_argument
from yoi_cli.cli.routing.replay_text import say_replay
from yoi_cli.cli.text.console import progress
from yoi_cli.routing.replay import replay as replay_store
from yoi_cli.tickets.lookup import identify


def replay(
    ctx: typer.Context,
    tickets: Annotated[
        list[str] | None, tickets_argument("Only the decisions about these tickets.")
    ] = None,
    show_all: Annotated[
        bool, typer.Option("--all", help="On a terminal, show what agrees, too.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Hold recorded decisions against what the logs say of their instants.

    Exits with 1 where a decision said ready of a ticket that was blocked, else with 0:
    what else disagrees is for people to read.
    """
    store = session_of(ctx).store
    chosen = [identify(store, word) for word in tickets or ()] or store.ids()
    with progress("Replaying tickets", len(chosen)) as bar:
        replayed = replay_store(store, chosen, bar.advance)
    say_replay(replayed, as_json=as_json, show_all=show_all)
    return 1 if replayed.ready_while_blocked else 0
