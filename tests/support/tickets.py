"""Whole tickets put into a store of files at once, with the times and states a test needs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from support.threads import event_id

from yoi_cli.model.events import COMMENT, CREATE, REVIEW, STATE_CHANGED, NewEvent, heading_for
from yoi_cli.model.ids import TicketId, ticket_id_at
from yoi_cli.model.item import FieldValue
from yoi_cli.model.relations import Relation
from yoi_cli.store.formats.item_writing import render_item
from yoi_cli.store.formats.relations import render_relations
from yoi_cli.store.formats.thread_writing import encode_event

CREATED = "2026-06-01T00:00:00Z"
_FIRST_TICKET_MS = 1_780_000_000_000
NOTHING: Mapping[str, FieldValue] = {}
#: With acceptance criteria, so that it may start.
DESCRIPTION = "A description.\n\n## Acceptance criteria\n\n- It is seen to work.\n"


def ticket(number: int) -> TicketId:
    """The id of a test's ticket `number`; rises with it."""
    return ticket_id_at(_FIRST_TICKET_MS + number)


def said(
    at: str,
    number: int = 1,
    body: str = "Said.",
    *,
    kind: str = COMMENT,
    author: str = "Ada Example",
    attributes: tuple[tuple[str, str], ...] = (),
) -> bytes:
    """An event at `at`, its id rising with `number`."""
    status = dict(attributes).get("status", "")
    new = NewEvent(kind, author, heading_for(kind, status=status), body, attributes)
    return encode_event(new, at=at, event_id=event_id(number), newline="\n")


def created(at: str = CREATED) -> bytes:
    return said(at, 0, "Created.", kind=CREATE)


def moved(at: str, number: int, origin: str, target: str) -> bytes:
    attributes = (("from", origin), ("to", target), ("reason", "cli_state"), ("field", "state"))
    return said(at, number, "Moved.", kind=STATE_CHANGED, attributes=attributes)


def reviewed(at: str, number: int, result: str) -> bytes:
    return said(at, number, "Looked at.", kind=REVIEW, attributes=(("status", result),))


def put_ticket(
    workspace: Path,
    number: int,
    *events: bytes,
    title: str = "A ticket",
    state: str = "planning",
    body: str = DESCRIPTION,
    updated_at: str = CREATED,
    fields: Mapping[str, FieldValue] = NOTHING,
    relations: tuple[tuple[str, TicketId], ...] = (),
) -> TicketId:
    """Write the files of a ticket below `workspace`; by default its thread is its creation."""
    id_ = ticket(number)
    folder = workspace / ".yoi" / "tickets" / id_
    folder.mkdir(parents=True)
    times = {"created_at": CREATED, "updated_at": updated_at}
    item = render_item({"title": title, "state": state, **times, **fields}, body)
    (folder / "item.md").write_bytes(item)
    (folder / "thread.md").write_bytes(b"\n".join(events or (created(),)))
    if relations:
        (folder / "artifacts").mkdir()
        recorded = [
            Relation(id_, kind, target, "Ada Example", CREATED) for kind, target in relations
        ]
        (folder / "artifacts" / "relations.json").write_bytes(render_relations(recorded))
    return id_
