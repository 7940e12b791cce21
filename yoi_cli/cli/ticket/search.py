"""`yoi ticket search`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import queries
from yoi_cli.cli.context import reading_progress, session_of
from yoi_cli.cli.given_words import chosen_states
from yoi_cli.cli.options import JsonOption, LimitOption, StatesOption
from yoi_cli.cli.text.console import console, is_terminal, write_stderr
from yoi_cli.cli.text.pager import write_long
from yoi_cli.cli.text.report import report_json, warn_of_unreadable, write_rows
from yoi_cli.model.text import visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from yoi_cli.api.queries import Hit, Query, SearchResult


def search(
    ctx: typer.Context,
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help='The words to look for; "as they stand".')
    ],
    only_open: Annotated[bool, typer.Option("--open", help="Skip closed tickets.")] = False,
    state: StatesOption = None,
    regex: Annotated[
        bool, typer.Option("--regex", "-E", help="QUERY is a regular expression (Python's).")
    ] = False,
    limit: LimitOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find text in titles, descriptions and threads, in upper or lower case.

    Words are found in any order, whether letters are composed or not, and in any width of Japanese;
    "words in quotes" as they stand. Every line that holds all is a hit; where only the ticket does,
    every line with one. Titles come before descriptions and threads, newest tickets first. Closed
    tickets are searched too.
    """
    states = chosen_states(state)
    session = session_of(ctx)
    with reading_progress(session) as bar:
        found = queries.search(
            session,
            query,
            regex=regex,
            states=states,
            only_open=only_open,
            limit=limit,
            advance=bar.advance,
        )
    folder = session.location.folder
    if as_json:
        from yoi_cli.api.documents.lists import search_document

        report_json("search", search_document(found.query, found))
        return
    if is_terminal(sys.stdout):
        _print_hits(found)
    else:
        write_rows([_HEADER, *(_cells(hit, folder) for hit in found.hits)])
    if not found.hits:
        write_stderr("Nothing was found.\n")
    if found.is_cut:
        write_stderr(f"There are more than these {len(found.hits)}.\n")
    warn_of_unreadable(found.unreadable)


_HEADER = ("ticket", "place", "path:line", "text")
_SHORTEST_CONTEXT = 20


def _cells(hit: Hit, folder: str) -> tuple[str, ...]:
    place = f"{folder}/{hit.ticket}/{hit.path}:{hit.line}"
    return (hit.ticket, hit.where, place, hit.text.strip())


def _print_hits(found: SearchResult) -> None:
    target = console(sys.stdout)
    with target.capture() as captured:
        _print_to(target, found)
    write_long(captured.get())


def _print_to(target: Console, found: SearchResult) -> None:
    from rich.text import Text

    from yoi_cli.cli.text.table import state_style

    shown = ""
    for hit in found.hits:
        if hit.ticket != shown:
            if shown:
                target.print()
            shown = hit.ticket
            state = (hit.state, state_style(hit.state))
            head = Text.assemble((hit.ticket, "bold"), "  ", state)
            title = Text(f"  {visible(hit.title)}")
            # A title has half of what the id leaves, or a line of its own.
            if head.cell_len + min(title.cell_len, target.width // 2) > target.width:
                target.print(head)
                head = title
            else:
                head.append_text(title)
            target.print(head, soft_wrap=False, no_wrap=True, overflow="ellipsis")
        if hit.where != "title":
            line = _line(found.query, hit, target.width)
            target.print(line, soft_wrap=False, no_wrap=True, overflow="ellipsis")


def _line(query: Query, hit: Hit, width: int) -> Text:
    """Where the hit is, and as much of its line as there is room for around it."""
    from rich.text import Text

    kind = hit.event.kind if hit.event is not None else "description"
    place = f"  {hit.path}:{hit.line} {kind}  "
    room = max(width - len(place), _SHORTEST_CONTEXT)
    line = hit.text.strip()
    start, end = query.span_in(line)
    first = max(min(start - room // 3, len(line) - room), 0)
    before, after = line[first:start], line[end : first + room]
    return Text.assemble(
        (visible(place), "dim"),
        "…" if first else "",
        visible(before),
        (visible(line[start:end]), "bold yellow"),
        visible(after),
    )
