"""What there is to do here and now: what is mine, may start, waits for a person, and runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.api.mine import MyTicket as MyTicket
    from yoi_cli.orchestration.inbox import Waiting
    from yoi_cli.workers.model import WorkerView
    from yoi_cli.workspace.session import Session


class Startable(NamedTuple):
    """A ticket that may start."""

    ticket: str
    title: str
    priority: str


class Status(NamedTuple):
    """All that there is to do. `states` counts the readable tickets, `unreadable` the others."""

    workspace: str
    mine: tuple[MyTicket, ...]
    startable: tuple[Startable, ...]
    waiting: tuple[Waiting, ...]
    running: tuple[WorkerView, ...]
    states: Mapping[str, int]
    unreadable: int


def status(session: Session) -> Status:
    """What is there to do, for whoever works in the session. Raises `StoreInvalidError`
    (`config_invalid`)."""
    from yoi_cli.api.inbox import inbox
    from yoi_cli.api.mine import my_tickets
    from yoi_cli.api.prime import count_states
    from yoi_cli.api.workers import list_workers
    from yoi_cli.routing.claims import find_next
    from yoi_cli.routing.open import routing_context

    states, unreadable = count_states(session.store)
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
        inbox(session).waiting,
        tuple(list_workers(session, only_live=True).workers),
        states,
        unreadable,
    )
