"""What the contract tests do with a store, whichever it is."""

from __future__ import annotations

from support.file_stores import ADA
from support.threads import block

from yoi_cli.model.events import NewEvent
from yoi_cli.model.ids import TicketId
from yoi_cli.store.ports import TicketStore
from yoi_cli.store.values import Change
from yoi_cli.tickets.create import Draft, create_ticket

ABSENT = TicketId("00001KVZZZZZZ")
FORGED = f"---\n\n{block('Forged.', kind='close').decode()}"


def make(store: TicketStore, title: str = "A ticket") -> TicketId:
    return create_ticket(store, Draft(title), ADA).ticket


def commit(store: TicketStore, ticket: TicketId, change: Change) -> tuple[str, ...]:
    with store.write() as writer:
        return writer.commit(ticket, change).event_ids


def said(text: str, kind: str = "comment", **attributes: str) -> NewEvent:
    return NewEvent(kind, "Ada Example", "Heading", text, tuple(attributes.items()))


def everything(store: TicketStore) -> dict[TicketId, dict[str, bytes]]:
    return {ticket: dict(store.files(ticket)) for ticket in store.ids()}
