"""`yoi ticket list`, and how it is written."""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from yoi_cli.api import queries
from yoi_cli.api.restore import missing_writes
from yoi_cli.cli.context import session_of
from yoi_cli.cli.given_words import chosen_states, due_by, today
from yoi_cli.cli.text.console import is_terminal, write_stderr
from yoi_cli.cli.text.report import (
    report_json,
    warn_of_disagreement,
    warn_of_missing,
    warn_of_unreadable,
    write_rows,
)
from yoi_cli.model.fields import LIST, shown_fields
from yoi_cli.model.item import field_text, field_texts
from yoi_cli.model.states import RESOLVED_STATES
from yoi_cli.model.time import days_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from yoi_cli.api.queries import Blocker, FieldsRow, Listing, Place
    from yoi_cli.cli.context import Context
    from yoi_cli.cli.text.table import Cell, Row


def list_tickets(
    ctx: Context,
    *,
    closed_too: bool = False,
    state: Sequence[str] | None = None,
    tag: Sequence[str] | None = None,
    assignee: Sequence[str] | None = None,
    priority: Sequence[str] | None = None,
    blocked: bool = False,
    due: str | None = None,
    search: str | None = None,
    tree: bool = False,
    sort: str = "updated",
    reverse: bool = False,
    limit: int | None = None,
    dates: bool = False,
    as_json: bool = False,
) -> int:
    """List tickets; the exit code."""
    session = session_of(ctx)
    listing = queries.list_tickets(
        session,
        states=chosen_states(state),
        closed_too=closed_too,
        fields={"tags": tag, "assignee": assignee, "priority": priority},
        only_blocked=blocked,
        due_by=due_by(due),
        query=search,
        as_tree=tree,
        sort=sort,
        reverse=reverse,
        limit=limit,
    )
    if as_json:
        from yoi_cli.api.documents.lists import tickets_document

        report_json("tickets", tickets_document(listing))
    elif is_terminal(sys.stdout):
        _print_table(listing, dates=dates)
    else:
        _write_lines(listing)
        warn_of_unreadable(listing.unreadable)
    warn_of_missing(missing_writes(session))
    warn_of_disagreement(listing.disagreeing)
    return 0


_HEADER = ("state", "id", "title", "updated_at", "hints")
#: The fields that are hints, each with the word for it and whether it is a list: texts, then lists.
_HINTED = sorted(
    [(field.name, field.hint or field.name, field.type == LIST) for field in shown_fields()],
    key=itemgetter(2),
)
_NOT_A_WORD = re.compile(r'[\s"\\]')
_EMPTY = "No ticket matches. --all has closed ones too; `yoi ticket create` makes one."
_LINES_AT_ONCE = 1000


def _write_lines(listing: Listing) -> None:
    """Lines for a pipe, some at a time: a store of 100,000 tickets must not stand in memory
    a second time as text."""
    blockers = listing.blockers or {}
    rows: list[tuple[str, ...]] = [_HEADER]
    for row in listing.tickets:
        fields = row.fields
        cells = (
            field_text(fields, "state"),
            row.id,
            field_text(fields, "title"),
            field_text(fields, "updated_at"),
            _hints(row, blockers.get(row.id, ())),
        )
        rows.append(cells)
        if len(rows) == _LINES_AT_ONCE:
            write_rows(rows)
            rows = []
    if rows:
        write_rows(rows)
    if not listing.tickets:
        write_stderr(_EMPTY + "\n")


def _hints(row: FieldsRow, blockers: tuple[Blocker, ...]) -> str:
    """What else a script may want to know, as `key:value` words in a fixed order."""
    fields = row.fields
    words: list[str] = []
    for name, what, is_list in _hinted(tuple(fields)):
        if is_list:
            words += [f"{what}:{_word(one)}" for one in field_texts(fields, name)]
        elif value := field_text(fields, name):
            words.append(f"{what}:{_word(value)}")
    words += [f"blocked_by:{blocker.ticket}" for blocker in blockers]
    return " ".join(words)


@lru_cache(maxsize=256)
def _hinted(names: tuple[str, ...]) -> Sequence[tuple[str, str, bool]]:
    """The hints among the fields of a ticket: many tickets have the same fields."""
    return [hint for hint in _HINTED if hint[0] in names]


def _word(value: str) -> str:
    """`value` quoted as in an event's header where it would not be one word."""
    if not _NOT_A_WORD.search(value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _print_table(listing: Listing, *, dates: bool) -> None:
    from yoi_cli.cli.text.table import ID, TEXT, TIME, TITLE, Column, print_table

    columns = (
        Column("state"),
        Column("id", ID),
        Column("priority", heading="P"),
        Column("title", TITLE),
        Column("assignee", TEXT, style="cyan", heading="who"),
        Column("tags", TEXT, style="dim"),
        Column("due"),
        Column("blocked by", style="red"),
        Column("updated", TIME, style="dim", heading="age", is_spare=True),
    )
    print_table(columns, _rows(listing, dates=dates), empty=_EMPTY, dates=dates)
    if listing.unreadable:
        write_stderr("`yoi ticket doctor` says what is wrong with the unreadable ones.\n")
    if len(listing.tickets) < listing.total:
        write_stderr(f"{len(listing.tickets)} of {listing.total} tickets.\n")


def _rows(listing: Listing, *, dates: bool) -> Iterator[Row]:
    from yoi_cli.cli.text.table import Cell, priority_style, state_style

    blockers, tree = listing.blockers or {}, listing.tree or {}
    day = today()
    for row in listing.tickets:
        fields = row.fields
        state = field_text(fields, "state")
        due = field_text(fields, "due")
        priority = field_text(fields, "priority")
        yield (
            Cell(state, state_style(state)),
            row.id,
            Cell(priority, priority_style(priority)),
            _in_tree(field_text(fields, "title"), tree.get(row.id)),
            field_text(fields, "assignee"),
            " ".join(field_texts(fields, "tags")),
            _due(due, state, day, dates=dates) if due else "",
            " ".join(blocker.ticket for blocker in blockers.get(row.id, ())),
            field_text(fields, "updated_at"),
        )
    for one in listing.unreadable:
        why = Cell(one.error.message, "red")
        yield (Cell("unreadable", "bold red"), one.ticket, "", why, "", "", "", "", "")


def _in_tree(title: str, place: Place | None) -> str:
    """A title below that of its parent, with how many of its children are done."""
    if place is None:
        return title
    done = f" [{place.resolved}/{place.children}]" if place.children else ""
    return "  " * (place.depth - 1) + "└ " * bool(place.depth) + title + done


def _due(due: str, state: str, day: date, *, dates: bool) -> Cell:
    """When a ticket is due: what is over stands out while the ticket is not resolved."""
    from yoi_cli.cli.text.table import Cell

    is_late = state not in RESOLVED_STATES and due < day.isoformat()
    return Cell(due if dates else days_until(due, day), "bold red" if is_late else "")
