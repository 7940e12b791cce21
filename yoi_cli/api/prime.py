"""The live facts of a workspace that an agent begins its session with (docs/agents.md)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from yoi_cli.errors import NotFoundError, YoiError
from yoi_cli.model.fields import PRIORITIES
from yoi_cli.model.quoting import closing, marker_of, opening
from yoi_cli.model.states import STATES
from yoi_cli.model.text import visible
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from yoi_cli.api.mine import MyTicket
    from yoi_cli.store.ports import RoutingStore
    from yoi_cli.store.values import FieldsRow
    from yoi_cli.workspace.session import Session
    from yoi_cli.workspace.start import Start


#: So many tickets are named that may start now.
MOST_NAMED = 3
_LONGEST_TITLE = 60
_MOST_WORDS = 8
_MOST_HELD = 2


class PrimeTicket(NamedTuple):
    """A ticket as a session needs to see it; the title is its author's text."""

    ticket: str
    state: str
    priority: str
    title: str


class Primer(NamedTuple):
    """What stands in a workspace now.

    `states` counts the readable tickets by state, in the order in which a ticket passes
    through them. `startable` are the first that may start, best first. `current` is the
    ticket that this session works on, None where that is not known; `mine` are the first that
    the caller holds, with what comes next; `disagreeing` have another state than their thread.
    """

    workspace: str
    store: str
    states: Mapping[str, int]
    unreadable: int
    startable: tuple[PrimeTicket, ...]
    current: PrimeTicket | None
    mine: tuple[MyTicket, ...] = ()
    disagreeing: int = 0


def prime(start: Start) -> Primer | None:
    """What stands in the workspace here; None outside of any.

    The ticket that is worked on is that of YOI_TICKET, else that of the branch here; one that
    is not there, or cannot be read, is none. Raises what else `open_session` raises, and what
    reading the store raises.
    """
    session = _find_session(start)
    if session is None:
        return None
    from yoi_cli.api.here import ticket_here
    from yoi_cli.api.mine import my_tickets
    from yoi_cli.tickets.disagreement import disagreeing

    word = ticket_here(start)
    store = session.store
    rows = list(store.all_fields())
    states, unreadable = count_states(rows)
    hidden = sum(1 for _ in disagreeing(store, rows))
    return Primer(
        session.workspace,
        session.location.path,
        states,
        unreadable,
        _startable(session, store) if states.get("queued") or hidden else (),
        _current(store, word),
        my_tickets(session)[:MOST_NAMED],
        hidden,
    )


def facts_text(primer: Primer, changing: str) -> str:
    """What an agent is told of the workspace, with a last newline; titles are cut, made visible and
    quoted. `changing` is the sentence on how tickets are changed on the surface that asks."""
    return "\n".join(_facts(primer, changing)) + "\n"


def _facts(primer: Primer, changing: str) -> Iterator[str]:
    yield "# Tickets of this repository (yoi)"
    yield ""
    yield changing
    yield ""
    yield f"- Store: {visible(primer.store)}"
    counts = ", ".join(f"{number} {state}" for state, number in primer.states.items())
    yield f"- Tickets: {counts or 'none'}"
    if primer.unreadable:
        yield f"- {primer.unreadable} cannot be read: `yoi ticket doctor` says why."
    if primer.disagreeing:
        yield f"- {primer.disagreeing} not as their log says: `yoi ticket doctor` shows them."
    if not primer.startable and primer.states:
        yield "- Nothing may start now."
    named = list(_with_titles(primer))
    if named:
        marker = marker_of(named)
        yield from (opening(marker), *named, closing(marker))


def _with_titles(primer: Primer) -> Iterator[str]:
    if primer.startable:
        yield f"- May start now: {'; '.join(map(_named, primer.startable))}"
    for one in primer.mine[:_MOST_HELD]:
        yield f"- You hold: {one.ticket}. {visible(one.next_action)}"
    if primer.current is not None:
        yield f"- Your ticket: {_named(primer.current)}, {primer.current.state}"


def _named(one: PrimeTicket) -> str:
    title = " ".join(one.title.split()[:_MOST_WORDS])[:_LONGEST_TITLE]
    if title != one.title:
        title += "…"
    priority = f" {one.priority}" if one.priority in PRIORITIES else ""
    return f'{one.ticket}{priority} "{visible(title)}"'


def _find_session(start: Start) -> Session | None:
    from yoi_cli.workspace.session import open_session

    try:
        return open_session(start)
    except NotFoundError as error:
        if error.code == "workspace_not_found":
            return None
        raise


def count_states(rows: Iterable[FieldsRow]) -> tuple[Mapping[str, int], int]:
    """The readable tickets by state, and how many cannot be read."""
    counted: Counter[str] = Counter()
    unreadable = 0
    for row in rows:
        if row.error is None:
            counted[str(row.fields.get("state") or "")] += 1
        else:
            unreadable += 1
    return {state: counted[state] for state in STATES if counted[state]}, unreadable


def _startable(session: Session, store: RoutingStore) -> tuple[PrimeTicket, ...]:
    from yoi_cli.routing.claims import find_next
    from yoi_cli.routing.open import routing_context

    found = find_next(store, routing_context(session), MOST_NAMED)
    return tuple(PrimeTicket(one.ticket, one.state, one.priority, one.title) for one in found)


def _current(store: RoutingStore, word: str) -> PrimeTicket | None:
    if not word:
        return None
    from yoi_cli.model.fold import fold
    from yoi_cli.tickets.lookup import identify

    try:
        ticket = identify(store, word)
        item = store.item(ticket)
        state = fold(store.thread(ticket).events).state
    except YoiError:
        return None
    return PrimeTicket(ticket, state, str(item.fields.get("priority") or ""), item.title)
