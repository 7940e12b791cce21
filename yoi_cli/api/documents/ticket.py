"""The JSON types of a ticket (docs/commands.md).

Documents are types of their own beside the values that they are made from, so that the one may
change without the other. They change only by adding. `yoi schema` publishes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct, field

from yoi_cli.api.documents.common import from_value, from_values
from yoi_cli.api.documents.relations import (
    BlockerDocument,
    IncomingDocument,
    PlanDocument,
    RelationDocument,
    plan_document,
)
from yoi_cli.model.spending import spending_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.model.events import Event
    from yoi_cli.tickets.show import TicketView


class ItemDocument(Struct, frozen=True, kw_only=True):
    """`item.md`: frontmatter values are text, lists of text, or null."""

    fields: Mapping[str, str | tuple[str, ...] | None] = field(name="frontmatter")
    body: str


class EventDocument(Struct, frozen=True, kw_only=True):
    """One event. `id` is null in events of older stores; `identity` is never."""

    id: str | None
    identity: str
    kind: str
    at: str
    author: str
    heading: str | None
    body: str
    attributes: Mapping[str, str]


class RelationsDocument(Struct, frozen=True, kw_only=True):
    """The relations around one ticket."""

    outgoing: tuple[RelationDocument, ...]
    incoming: tuple[IncomingDocument, ...]
    blockers: tuple[BlockerDocument, ...]
    notices: tuple[str, ...]


class DivergenceDocument(Struct, frozen=True, kw_only=True):
    """A move that was set aside."""

    event: str
    at: str
    line: int
    origin: str
    target: str
    state: str
    message: str


class TicketDocument(Struct, frozen=True, kw_only=True):
    """One ticket, whole."""

    id: str
    title: str
    state: str
    item: ItemDocument
    events: tuple[EventDocument, ...]
    relations: RelationsDocument
    plan: tuple[PlanDocument, ...]
    artifacts: tuple[str, ...]
    resolution: str | None
    diverged: tuple[DivergenceDocument, ...]


_Ticket = TypeVar("_Ticket", bound=TicketDocument)


class FaultDocument(Struct, frozen=True, kw_only=True):
    """Something in the thread that readers pass over, by its line in `thread.md`."""

    code: str
    line: int
    message: str


class ShownDocument(TicketDocument, frozen=True, kw_only=True):
    """One ticket, as `show` has it: `events` are those asked for, of `events_total`. `elsewhere`
    are the identities of the steps and approvals of a ticket in progress that this clone did not
    write: they drive nothing here. `approvals` says of approvals, by identity, who signed them or
    why they count for nothing, where they are to be signed. `tokens` and `cost`, in US dollars
    (null where no agent told any), are what coding agents spent on it."""

    events_total: int
    faults: tuple[FaultDocument, ...]
    elsewhere: tuple[str, ...]
    approvals: dict[str, str]
    tokens: int
    cost: float | None


def ticket_document(
    kind: type[_Ticket], view: TicketView, events: Iterable[Event], **others: object
) -> _Ticket:
    """A ticket as a document of `kind`; `others` are the fields that it has beside a ticket's."""
    relations = RelationsDocument(
        outgoing=from_values(RelationDocument, view.around.outgoing),
        incoming=from_values(IncomingDocument, view.around.incoming),
        blockers=from_values(BlockerDocument, view.blockers),
        notices=view.notices,
    )
    return from_value(
        kind,
        view,
        **others,
        title=view.item.title,
        state=view.folded.state,
        item=from_value(ItemDocument, view.item),
        events=from_values(EventDocument, events),
        relations=relations,
        plan=tuple(plan_document(record) for record in view.plan),
        diverged=from_values(DivergenceDocument, view.folded.diverged),
    )


def shown_document(view: TicketView, events: Iterable[Event] | None = None) -> ShownDocument:
    """A ticket with `events` of its thread, by default all that the view has."""
    faults = from_values(FaultDocument, view.thread.faults)
    spent = spending_of(view.telling)
    return ticket_document(
        ShownDocument,
        view,
        view.thread.events if events is None else events,
        faults=faults,
        elsewhere=tuple(sorted(view.elsewhere)),
        approvals=dict(view.approvals),
        tokens=spent.tokens,
        cost=spent.cost,
    )
