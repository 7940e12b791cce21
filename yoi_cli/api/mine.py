"""The tickets that the caller holds, with what comes next for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.workspace.session import Session


class MyTicket(NamedTuple):
    """A ticket that the caller holds, whose turn it is, and what comes next."""

    ticket: str
    title: str
    state: str
    turn: str
    next_action: str


def my_tickets(session: Session, holders: Sequence[str] = ()) -> tuple[MyTicket, ...]:
    """The tickets that the caller, or any of `holders`, holds; none where nobody says who works
    here."""
    import time

    from yoi_cli.api.next_action import next_action
    from yoi_cli.errors import YoiError
    from yoi_cli.model.ids import TicketId
    from yoi_cli.tickets.lookup import state_of

    names = set(holders)
    if not names:
        try:
            names = {session.author(None).author}
        except YoiError:
            return ()
    now = time.time_ns() // 1_000_000
    found = []
    for ticket, claim in session.claims.all().items():
        if not claim.is_alive(now) or claim.holder not in names:
            continue
        try:
            title = session.store.item(TicketId(ticket)).title
            state = state_of(session.store, ticket)[1].state
        except YoiError:
            continue
        said = next_action(session, ticket)
        if said is not None:
            found.append(MyTicket(ticket, title, state, said.turn, said.text))
    return tuple(found)
