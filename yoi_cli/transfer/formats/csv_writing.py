"""Tickets as a table for spreadsheets: RFC 4180, a row a ticket (docs/import.md).

A cell that a spreadsheet would take for a formula begins with an apostrophe, as it does for a
person who types one, so that no text of a ticket is worked out or run.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from yoi_cli.model.item import field_text, field_texts
from yoi_cli.model.missing_links import missing_links
from yoi_cli.model.relations import KINDS
from yoi_cli.model.text import visible_lines
from yoi_cli.transfer.outgoing import MISSING, creator

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.tickets.show import TicketView
    from yoi_cli.transfer.outgoing import Outgoing

_TEXTS = ("priority", "assignee", "due", "estimate", "readiness")
_LISTS = ("tags", "risk_flags")
_TIMES = ("created_at", "updated_at")
#: What a formula begins with, in any width; tab and return are passed over before it.
_FORMULA = tuple("=+-@\t\r＝＋－＠")
_HEADER = (
    *("id", "title", "state"),
    *_TEXTS,
    *_LISTS,
    *("created_by", *_TIMES),
    *KINDS,
    *("comments", "description", "resolution"),
)


def csv_header() -> str:
    """The names of the columns, as a line."""
    return _line(_HEADER)


def csv_line(view: TicketView, out: Outgoing) -> str:
    """The row of one ticket; lists have commas between."""
    fields = view.item.fields
    links: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for relation in view.around.outgoing:
        links.setdefault(relation.kind, []).append(relation.target)
        out.losses.add(view.id, "note of a relation", relation.note is not None)
    out.losses.add(view.id, MISSING, len(missing_links(fields)))
    row = (
        *(view.id, view.item.title, view.folded.state),
        *(field_text(fields, name) for name in _TEXTS),
        *(", ".join(field_texts(fields, name)) for name in _LISTS),
        *(creator(view), *(field_text(fields, name) for name in _TIMES)),
        *(", ".join(links[kind]) for kind in KINDS),
        str(sum(event.kind == "comment" for event in view.thread.events)),
        view.item.body.strip("\n"),
        (view.resolution or "").strip("\n"),
    )
    out.losses.add(view.id, "cell behind an apostrophe", sum(map(_is_formula, row)))
    out.count_fields(view, (*_TEXTS, *_LISTS))
    out.count_events(view, frozenset())
    out.count_records(view)
    return _line(_safe(cell) for cell in row)


def _is_formula(cell: str) -> bool:
    return cell.startswith(_FORMULA)


def _safe(cell: str) -> str:
    shown = visible_lines(cell)
    return f"'{shown}" if _is_formula(shown) or _is_formula(cell) else shown


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()
