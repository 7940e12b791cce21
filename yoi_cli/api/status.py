"""What there is to do here and now: what is mine, may start, waits for a person, and runs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from yoi_cli.model.fields import PRIORITIES
from yoi_cli.model.item import field_text
from yoi_cli.model.states import RESOLVED_STATES, STATES
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.api.mine import MyTicket as MyTicket
    from yoi_cli.orchestration.inbox import Waiting
    from yoi_cli.store.ports import RoutingStore
    from yoi_cli.workers.model import WorkerView
    from yoi_cli.workspace.session import Session


class Startable(NamedTuple):
    """A ticket that may start, or that somebody who starts it takes there."""

    ticket: str
    title: str
    priority: str


class Overdue(NamedTuple):
    """A ticket that is not resolved, and the day on which it was due."""

    ticket: str
    title: str
    due: str


class Status(NamedTuple):
    """All that there is to do. `planned` are the tickets that nobody queued yet, the most urgent
    first; `states` counts the readable tickets, `unreadable` the others; `overdue` are those whose
    day has passed, the longest first."""

    workspace: str
    mine: tuple[MyTicket, ...]
    startable: tuple[Startable, ...]
    planned: tuple[Startable, ...]
    waiting: tuple[Waiting, ...]
    running: tuple[WorkerView, ...]
    states: Mapping[str, int]
    unreadable: int
    overdue: tuple[Overdue, ...] = ()


def status(session: Session) -> Status:
    """What is there to do, for whoever works in the session. Raises `StoreInvalidError`
    (`config_invalid`)."""
    from yoi_cli.api.inbox import inbox
    from yoi_cli.api.mine import my_tickets
    from yoi_cli.api.workers import list_workers
    from yoi_cli.routing.claims import find_next
    from yoi_cli.routing.open import routing_context

    states, unreadable, planned, overdue = _counted(session.store, _today())
    found = find_next(session.store, routing_context(session)) if states.get("queued") else ()
    mine = my_tickets(session)
    held = {one.ticket for one in mine}
    return Status(
        session.workspace,
        mine,
        tuple(
            Startable(one.ticket, one.title, one.priority)
            for one in found
            if one.ticket not in held
        ),
        planned,
        inbox(session).waiting,
        tuple(list_workers(session, only_live=True).workers),
        states,
        unreadable,
        overdue,
    )


def _today() -> str:
    """The day that it is where the person is."""
    from datetime import datetime

    return datetime.now().astimezone().date().isoformat()


def _counted(
    store: RoutingStore, today: str
) -> tuple[Mapping[str, int], int, tuple[Startable, ...], tuple[Overdue, ...]]:
    """By one pass: the readable tickets by state, how many cannot be read, the planned, and those
    that were due before `today`."""
    counted: Counter[str] = Counter()
    unreadable = 0
    planned, overdue = [], []
    for row in store.all_fields():
        if row.error is not None:
            unreadable += 1
            continue
        state = field_text(row.fields, "state")
        counted[state] += 1
        due = field_text(row.fields, "due")
        if due and due < today and state not in RESOLVED_STATES:
            overdue.append(Overdue(row.id, field_text(row.fields, "title"), due))
        if state in ("planning", "ready"):
            title, priority = (field_text(row.fields, name) for name in ("title", "priority"))
            planned.append(Startable(row.id, title, priority))
    planned.sort(key=lambda one: (one.priority or PRIORITIES[-1], one.ticket))
    overdue.sort(key=lambda one: (one.due, one.ticket))
    states = {state: counted[state] for state in STATES if counted[state]}
    return states, unreadable, tuple(planned), tuple(overdue)
