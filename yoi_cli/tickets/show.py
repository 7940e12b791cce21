"""One ticket, whole."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from yoi_cli.errors import NotFoundError, YoiError
from yoi_cli.model.event_views import EventWindow, ThreadView, approves
from yoi_cli.model.events import Thread
from yoi_cli.model.fold import Folded
from yoi_cli.model.ids import TicketId
from yoi_cli.model.item import Item
from yoi_cli.model.relations import MISSING, UNREADABLE
from yoi_cli.model.states import INPROGRESS
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.tickets.blocking import (
    Blocker,
    TicketRelations,
    blockers,
    incoming_relations,
    notices,
    surroundings,
)
from yoi_cli.tickets.lookup import identify

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

    from yoi_cli.model.events import Event
    from yoi_cli.model.plan import PlanRecord
    from yoi_cli.model.relations import Relation
    from yoi_cli.store.ports import ThreadViewer, TicketReader

T = TypeVar("T")


class Neighbour(NamedTuple):
    """A ticket at the other end of a relation. `state` is its item's.

    Where it cannot be read, `problem` says so (`missing`, `unreadable`).
    """

    title: str
    state: str
    problem: str | None = None


class TicketView(NamedTuple):
    """Everything that is known of a ticket; its state is the fold of its thread.

    `thread` has the events that were asked for, of `events_total`; `telling` are those of all that
    tell of steps, approvals and what was spent.
    `elsewhere` are the identities of those steps and approvals that this clone did not write, and
    that drive nothing here. `approvals` says of approvals, by identity, who signed them or why they
    count for nothing.
    """

    id: TicketId
    item: Item
    thread: Thread
    folded: Folded
    around: TicketRelations
    blockers: tuple[Blocker, ...]
    notices: tuple[str, ...]
    plan: tuple[PlanRecord, ...]
    artifacts: tuple[str, ...]
    resolution: str | None
    events_total: int
    telling: tuple[Event, ...] = ()
    elsewhere: frozenset[str] = frozenset()
    approvals: Mapping[str, str] = MappingProxyType({})


class Readable(NamedTuple):
    """A ticket of which some file may be broken: what can be read, and for the rest why not.

    `errors` are by part of the ticket: item, thread, relations, blockers, plan, artifacts,
    resolution. In `view` such a part is empty, and so is the state where the thread is.
    """

    view: TicketView
    errors: Mapping[str, YoiError]


ALL = EventWindow()


def show_ticket(reader: ThreadViewer, word: str, window: EventWindow = ALL) -> Readable:
    """The ticket that `word` means, as far as it can be read, with those events of its thread that
    are in `window`. Raises what `identify` raises."""
    ticket = identify(reader, word)
    return what_can_be_read(reader, ticket, incoming_relations(reader, ticket), window)


def view(
    reader: ThreadViewer, ticket: TicketId, around: TicketRelations | None = None
) -> TicketView:
    """The ticket `ticket`; `around` spares the pass over the relations where it is known."""
    viewed = reader.viewed(ticket, ALL)
    around = around or surroundings(reader, ticket)
    return TicketView(
        id=ticket,
        item=reader.item(ticket),
        thread=viewed.thread,
        folded=viewed.folded,
        around=around,
        blockers=blockers(reader, ticket, around),
        notices=notices(around),
        plan=reader.plan(ticket),
        artifacts=reader.artifacts(ticket),
        resolution=reader.resolution(ticket),
        events_total=viewed.total,
        telling=viewed.telling,
    )


def what_can_be_read(
    reader: ThreadViewer, ticket: TicketId, incoming: TicketRelations, window: EventWindow = ALL
) -> Readable:
    """The ticket `ticket` without its broken parts; `incoming` are others' relations to it."""
    errors: dict[str, YoiError] = {}

    def part(name: str, read: Callable[[], T], instead: T) -> T:
        try:
            return read()
        except YoiError as error:
            errors[name] = error
            return instead

    nothing = ThreadView(Thread(()), 0, Folded(""), ())
    viewed = part("thread", lambda: reader.viewed(ticket, window), nothing)
    none: tuple[Relation, ...] = ()
    own = part("relations", lambda: reader.relations(ticket), none)
    around = incoming._replace(outgoing=own)
    known = TicketView(
        id=ticket,
        item=part("item", lambda: reader.item(ticket), Item({}, "")),
        thread=viewed.thread,
        folded=viewed.folded,
        around=around,
        blockers=part("blockers", lambda: blockers(reader, ticket, around), ()),
        notices=notices(around),
        plan=part("plan", lambda: reader.plan(ticket), ()),
        artifacts=part("artifacts", lambda: reader.artifacts(ticket), ()),
        resolution=part("resolution", lambda: reader.resolution(ticket), None),
        events_total=viewed.total,
        telling=viewed.telling,
    )
    return Readable(known, errors)


def from_elsewhere(view: TicketView, marks: Container[str]) -> frozenset[str]:
    """The identities of the steps and approvals of a ticket in progress that are not of `marks`,
    those of the events that this clone wrote (`model/own_events.py`)."""
    driving = [event for event in view.telling if "step" in event.attributes or approves(event)]
    if not driving or view.folded.state != INPROGRESS:
        return frozenset()
    from yoi_cli.model.own_events import is_own

    return frozenset(event.identity for event in driving if not is_own(event, marks))


def neighbours(reader: TicketReader, around: TicketRelations) -> dict[str, Neighbour]:
    """The tickets at the other ends of the relations `around` one, each read once."""
    ids = [relation.target for relation in around.outgoing]
    ids += [relation.ticket_id for relation in around.incoming]
    return {id_: _neighbour(reader, TicketId(id_)) for id_ in dict.fromkeys(ids)}


def _neighbour(reader: TicketReader, ticket: TicketId) -> Neighbour:
    try:
        item = reader.item(ticket)
    except NotFoundError:
        return Neighbour("", "", MISSING)
    except YoiError:
        return Neighbour("", "", UNREADABLE)
    return Neighbour(item.title, item.state)
