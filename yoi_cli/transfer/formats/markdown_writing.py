"""Tickets as documents to read: markdown (docs/import.md).

What people wrote stands in quotes below headings of ours: so none of it can pass for these, and no
fence or comment that has no end reaches beyond it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.model.fields import FIELDS, shown_fields
from yoi_cli.model.item import field_texts
from yoi_cli.model.missing_links import MISSING_LINKS
from yoi_cli.model.text import visible, visible_lines
from yoi_cli.transfer.marks import SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.model.events import Event
    from yoi_cli.tickets.show import TicketView
    from yoi_cli.transfer.outgoing import Outgoing

_MARKS = re.compile(r"([\\`*_\[\]<>#|~])")
_SHOWN = tuple(field.name for field in shown_fields())


def markdown_document(view: TicketView, out: Outgoing) -> str:
    """One ticket, its title as the first heading; it ends in a newline."""
    held = {name for name, field in FIELDS.items() if not field.is_obsolete}
    out.count_fields(view, held)
    out.count_attributes(view)
    out.count_records(view)
    parts = [
        f"# {_plain(view.item.title)}",
        "\n".join(f"- {name}: {value}" for name, value in _facts(view)),
        _quote(view.item.body),
    ]
    if view.resolution is not None:
        parts.append(f"## Resolution\n\n{_quote(view.resolution)}")
    parts.append("## Thread")
    parts += [_event(event) for event in view.thread.events]
    return "\n\n".join(part for part in parts if part) + "\n"


def _facts(view: TicketView) -> Iterator[tuple[str, str]]:
    fields = view.item.fields
    yield "id", view.id
    yield "state", view.folded.state
    others = (name for name in FIELDS if name not in ("title", "state", *_SHOWN))
    for name in (*_SHOWN, *others):
        if not FIELDS[name].is_obsolete and (texts := field_texts(fields, name)):
            yield name, _plain(", ".join(texts))
    for name in (SOURCE, MISSING_LINKS):
        if texts := field_texts(fields, name):
            yield name, _plain(", ".join(texts))
    for relation in view.around.outgoing:
        note = f" ({relation.note})" if relation.note else ""
        yield relation.kind, _plain(relation.target + note)


def _event(event: Event) -> str:
    """One event: its heading, who and when, and what was written."""
    told = f"{_plain(event.author)}, {event.at}"
    moved = (event.attributes.get("from", ""), event.attributes.get("to", ""))
    if all(moved):
        told += f", {_plain(moved[0])} → {_plain(moved[1])}"
    line = f"**{_plain(event.heading or event.kind)}** ({told})"
    return f"{line}\n\n{_quote(event.body)}" if event.body.strip() else line


def _plain(text: str) -> str:
    """`text` as one line that is no markup."""
    return _MARKS.sub(r"\\\1", visible(text))


def _quote(text: str) -> str:
    shown = visible_lines(text).strip("\n")
    lines = shown.split("\n") if shown.strip() else []
    return "\n".join(f"> {line}" if line else ">" for line in lines)
