"""A whole ticket as its files, with the times and ids that it brings along (docs/format.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import UsageError
from yoi_cli.model.ids import is_event_id, next_event_id
from yoi_cli.model.time import is_stamp, seconds_of
from yoi_cli.store.files import layout
from yoi_cli.store.formats.item_writing import render_item
from yoi_cli.store.formats.thread_writing import check_text, encode_event, has_control

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yoi_cli.model.ticket import DatedEvent, Ticket

#: What every header says by itself; a second one among the attributes could mislead a reader.
_RESERVED = frozenset({"event", "author", "at", "id"})


def encode_ticket(ticket: Ticket, before: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """The files of `ticket` by their path below its folder, the same ones every time.

    `before` are those of the same ticket with the same events, which spares writing these again.
    Raises `UsageError` for what no ticket can hold.
    """
    if before is None:
        blocks = [
            encode_event(dated.event, at=dated.at, event_id=event_id)
            for dated, event_id in _identified(ticket)
        ]
    files = {
        layout.ITEM: render_item(ticket.fields, check_text(ticket.description, "The description")),
        layout.THREAD: b"\n".join(blocks) if before is None else before[layout.THREAD],
        f"{layout.ARTIFACTS}/{layout.KEEP}": b"",
    }
    if ticket.resolution is not None:
        resolution = check_text(ticket.resolution, "The resolution").rstrip("\n")
        files[layout.RESOLUTION] = f"{resolution}\n".encode()
    if ticket.relations:
        from yoi_cli.store.formats.relations import render_relations

        files[f"{layout.ARTIFACTS}/{layout.RELATIONS}"] = render_relations(ticket.relations)
    if ticket.plan:
        from yoi_cli.store.formats.plan import render_record

        lines = (render_record(record) for record in ticket.plan)
        files[f"{layout.ARTIFACTS}/{layout.PLAN}"] = b"".join(lines)
    return files


def _identified(ticket: Ticket) -> Iterator[tuple[DatedEvent, str]]:
    """The events with their ids: the one they bring, or the next one for their time."""
    greatest = ""
    for dated in ticket.events:
        _check(dated)
        event_id = dated.id or next_event_id(
            _milliseconds(dated), _entropy(ticket, dated), greatest
        )
        greatest = max(greatest, event_id)
        yield dated, event_id


def _check(dated: DatedEvent) -> None:
    problem = ""
    if not is_stamp(dated.at):
        problem = f"has no time of the form YYYY-MM-DDTHH:MM:SSZ but {dated.at[:40]!r}"
    elif dated.id is not None and not is_event_id(dated.id):
        problem = f"has {dated.id[:40]!r} for an id, which is no ULID"
    elif has_control(dated.event.heading):
        problem = "has a heading of more than one line, or with control characters"
    elif not _RESERVED.isdisjoint(key for key, _ in dated.event.attributes):
        problem = "names its author, time, kind or id a second time"
    if problem:
        raise UsageError("event_invalid", f"An event {problem}.")


def _milliseconds(dated: DatedEvent) -> int:
    return max(seconds_of(dated.at) or 0, 0) * 1000


def _entropy(ticket: Ticket, dated: DatedEvent) -> int:
    """80 bits that are the same for the same event, so that importing twice makes no other."""
    from hashlib import sha256

    event = dated.event
    parts = (ticket.id, dated.at, event.kind, event.author, event.heading, event.body)
    digest = sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:10], "big")
