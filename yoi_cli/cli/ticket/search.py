"""`yoi ticket search`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.filters import LimitOption, StatesOption, chosen_states, reading_progress
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.ticket.search_text import say_found
from yoi_cli.tickets.search import Search, parse_query, search_tickets


def search(
    ctx: typer.Context,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="The text to look for.")],
    only_open: Annotated[bool, typer.Option("--open", help="Not in closed tickets.")] = False,
    state: StatesOption = None,
    regex: Annotated[
        bool, typer.Option("--regex", "-E", help="QUERY is a regular expression (Python's).")
    ] = False,
    limit: LimitOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find text in titles, descriptions and threads, in upper or lower case.

    Closed tickets are searched too. Every line that holds it is a hit; newest tickets first.
    """
    wanted = parse_query(query, regex=regex)
    search = Search(wanted, chosen_states(state), only_open, limit)
    session = session_of(ctx)
    store = session.store
    with reading_progress(store) as bar:
        found = search_tickets(store, search, bar.advance)
    say_found(wanted, found, folder=session.location.folder, as_json=as_json)
