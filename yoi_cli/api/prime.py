"""The live facts of a workspace that an agent begins its session with (docs/agents.md)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.errors import NotFoundError, YoiError
from yoi_cli.model.fold import fold
from yoi_cli.model.naming import ticket_of_branch
from yoi_cli.model.states import STATES
from yoi_cli.routing.claims import find_next
from yoi_cli.tickets.lookup import identify
from yoi_cli.workspace.session import open_session, starting_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.routing.router import RoutingContext
    from yoi_cli.store.ports import RoutingStore
    from yoi_cli.workspace.session import Session, Start


#: So many tickets are named that may start now.
MOST_NAMED = 3


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
    ticket that this session works on, None where that is not known.
    """

    workspace: str
    store: str
    states: Mapping[str, int]
    unreadable: int
    startable: tuple[PrimeTicket, ...]
    current: PrimeTicket | None


def prime(
    store: RoutingStore,
    context: RoutingContext,
    *,
    places: tuple[str, str],
    told: str = "",
    branch: str = "",
) -> Primer:
    """The facts of a store at `places` (workspace, folder of the tickets).

    The session's ticket is `told` (YOI_TICKET), else that of the `branch` it is on; one that
    is not there, or cannot be read, is none. Raises what reading the store raises.
    """
    counted: Counter[str] = Counter()
    unreadable = 0
    for row in store.all_fields():
        if row.error is None:
            counted[str(row.fields.get("state") or "")] += 1
        else:
            unreadable += 1
    startable = find_next(store, context, MOST_NAMED) if counted.get("queued") else ()
    workspace, folder = places
    return Primer(
        workspace,
        folder,
        {state: counted[state] for state in STATES if counted[state]},
        unreadable,
        tuple(PrimeTicket(one.ticket, one.state, one.priority, one.title) for one in startable),
        _current(store, told or ticket_of_branch(branch) or ""),
    )


def _current(store: RoutingStore, word: str) -> PrimeTicket | None:
    if not word:
        return None
    try:
        ticket = identify(store, word)
        item = store.item(ticket)
        state = fold(store.thread(ticket).events).state
    except YoiError:
        return None
    return PrimeTicket(ticket, state, str(item.fields.get("priority") or ""), item.title)


def find_session(start: Start) -> Session | None:
    """The workspace here, None outside of any. Raises what else `open_session` raises."""
    try:
        return open_session(start)
    except NotFoundError as error:
        if error.code == "workspace_not_found":
            return None
        raise


def branch_here(start: Start) -> str:
    """The branch of the folder that the command was started in; empty where there is none."""
    from yoi_cli.git.checkout import find_checkout
    from yoi_cli.git.commits import current_branch

    folder = starting_folder(start)
    return current_branch(folder) or "" if find_checkout(folder) else ""
