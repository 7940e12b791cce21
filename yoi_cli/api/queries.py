"""Reading tickets, without a lock: lists, one ticket, search, log, figures, the graph.

What takes long calls `advance` for every ticket that it looked at, of `count_tickets`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from yoi_cli.model.event_views import EventFilter, EventWindow
    from yoi_cli.model.graph import Graph
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.intent import IntentPacket
    from yoi_cli.routing.waiting import WaitingTimes as WaitingTimes
    from yoi_cli.store.values import FieldsRow as FieldsRow
    from yoi_cli.store.values import Unreadable as Unreadable
    from yoi_cli.tickets.blocking import Blocker as Blocker
    from yoi_cli.tickets.listing import Listing as Listing
    from yoi_cli.tickets.log import EventLog as EventLog
    from yoi_cli.tickets.log import Follower as Follower
    from yoi_cli.tickets.log import LogEntry as LogEntry
    from yoi_cli.tickets.search import Hit as Hit
    from yoi_cli.tickets.search import Query as Query
    from yoi_cli.tickets.search import SearchResult as SearchResult
    from yoi_cli.tickets.show import Neighbour as Neighbour
    from yoi_cli.tickets.show import Readable as Readable
    from yoi_cli.tickets.show import TicketView as TicketView
    from yoi_cli.tickets.stats import Statistics as Statistics
    from yoi_cli.tickets.tree import Place as Place
    from yoi_cli.workspace.session import Session


def count_tickets(session: Session) -> int:
    """How many tickets there are, broken ones included."""
    return len(session.store.ids())


def ends_of_ids(session: Session) -> Mapping[str, int]:
    """For each ticket, how many characters of the end of its id are enough to name it."""
    from yoi_cli.model.ids import distinct_ends

    return distinct_ends(session.store.ids())


def ticket_fields(session: Session) -> Iterator[FieldsRow]:
    """The frontmatter of every ticket, by rising id, or why it cannot be read."""
    with session.reading() as reader:
        yield from reader.all_fields()


def list_tickets(
    session: Session,
    *,
    states: Collection[str] = (),
    closed_too: bool = False,
    fields: Mapping[str, Iterable[str] | None] | None = None,
    only_blocked: bool = False,
    due_by: str | None = None,
    query: str | None = None,
    as_tree: bool = False,
    sort: str = "updated",
    reverse: bool = False,
    limit: int | None = None,
) -> Listing:
    """The tickets that are asked for; without `states`, the open ones.

    `due_by` is a date by which those that are not resolved are due; `query` are words that a ticket
    holds, title, description and thread together; `as_tree` puts tickets below
    their parents. `fields` are texts by the name of a field: a ticket must have every one of a
    list's, and one of any other field's ("" stands for no value). Raises `UsageError` for an
    unknown state or sort.
    """
    from yoi_cli.tickets.listing import Selection, list_tickets, wanted

    looked_for = None
    if query is not None:
        from yoi_cli.tickets.search import parse_query

        looked_for = parse_query(query, regex=False)
    selection = Selection(
        states=frozenset(states),
        closed_too=closed_too,
        fields=wanted(fields or {}),
        only_blocked=only_blocked,
        due_by=due_by,
        query=looked_for,
        as_tree=as_tree,
        sort=sort,
        reverse=reverse,
        limit=limit,
    )
    with session.reading() as reader:
        return list_tickets(reader, selection, reader)


def saved_filter(session: Session, name: str) -> list[str]:
    """The options that the saved filter `name` stands for (`[filters]` of the settings).

    Raises `NotFoundError` (`filter_not_found`), `UsageError` (`filter_invalid`) where quotes do
    not match, and `StoreInvalidError` for settings that cannot be read.
    """
    import shlex

    from yoi_cli.errors import NotFoundError, UsageError
    from yoi_cli.model.nearest import did_you_mean
    from yoi_cli.workspace.settings import tables_of

    filters = tables_of(session, "filters").filters
    if name not in filters:
        known = f"There are: {', '.join(filters)}." if filters else "There are none."
        raise NotFoundError(
            "filter_not_found",
            f"There is no filter {name[:40]!r}.",
            hint=f"{did_you_mean(name, filters)}{known} [filters] of .yoi/ticket.config.toml "
            'saves one: mine = "--assignee ada".',
        )
    try:
        return shlex.split(filters[name])
    except ValueError as error:
        raise UsageError(
            "filter_invalid",
            f"The filter {name} cannot be read: {error}.",
            hint="Correct it in .yoi/ticket.config.toml.",
        ) from error


def show(session: Session, ticket: str, window: EventWindow | None = None) -> Readable:
    """One ticket, as far as it can be read, and for the rest why not. With `window`, its thread has
    the events that are in it, and no others."""
    from yoi_cli.model.event_views import approves
    from yoi_cli.model.states import INPROGRESS
    from yoi_cli.tickets.show import ALL, from_elsewhere, show_ticket

    with session.reading() as reader:
        found = show_ticket(reader, ticket, window or ALL)
    view, marks = found.view, session.own_events.of(found.view.id)
    elsewhere = from_elsewhere(view, marks)
    approvals: Mapping[str, str] = {}
    if view.folded.state == INPROGRESS and any(map(approves, view.telling)):
        from yoi_cli.orchestration.git.signed_approvals import worths

        known = worths(session, view.id, marks)
        elsewhere -= {identity for identity, worth in known.items() if worth.counts}
        approvals = {
            identity: worth.sentence for identity, worth in known.items() if worth.sentence
        }
    return found._replace(view=view._replace(elsewhere=elsewhere, approvals=approvals))


def neighbours(session: Session, view: TicketView) -> Mapping[str, Neighbour]:
    """The tickets that the relations around one name, by id."""
    from yoi_cli.tickets.show import neighbours

    return neighbours(session.store, view.around)


def intent_packet(
    session: Session, ticket: str, parts: Mapping[str, str] | None = None
) -> tuple[TicketId, IntentPacket]:
    """A ticket's full id, and the contract for whoever implements it (docs/routing.md).

    `parts` take the place of what the description says.
    """
    from yoi_cli.model.intent import complete, packet_of
    from yoi_cli.tickets.edit import read_item

    full_id, item = read_item(session.store, ticket)
    return full_id, complete(packet_of(item.title, item.body), parts or {})


def search(
    session: Session,
    query: str,
    *,
    regex: bool = False,
    states: Collection[str] = (),
    only_open: bool = False,
    limit: int | None = None,
    advance: Callable[[], None] = lambda: None,
) -> SearchResult:
    """Every line of titles, descriptions and threads that holds the words of `query`, in any order:
    titles before descriptions before threads, newest tickets first.

    Raises `UsageError` for no query and for a bad regular expression.
    """
    from yoi_cli.tickets.search import Search, parse_query, search_tickets

    wanted = parse_query(query, regex=regex)
    search = Search(wanted, frozenset(states), only_open, limit)
    with session.reading() as reader:
        return search_tickets(reader, search, advance)


def newest_events(
    session: Session, wanted: EventFilter, *, advance: Callable[[], None] = lambda: None
) -> EventLog:
    """The newest events across all tickets that are wanted, by rising time."""
    from yoi_cli.tickets.log import newest_events

    with session.reading() as reader:
        return newest_events(reader, wanted, advance)


def follow_events(
    session: Session, wanted: EventFilter, *, advance: Callable[[], None] = lambda: None
) -> Follower:
    """The same in `start`; its `poll` tells what was written since. It is for one thread."""
    from yoi_cli.tickets.log import Follower

    return Follower(session.store, wanted, advance)


def measure(
    session: Session, *, since: str | None = None, advance: Callable[[], None] = lambda: None
) -> Statistics:
    """Figures of all tickets; with `since`, of what happened from then on."""
    from yoi_cli.tickets.stats import measure

    with session.reading() as reader:
        return measure(reader, since, advance)


def measure_waiting(
    session: Session, *, advance: Callable[[], None] = lambda: None
) -> WaitingTimes:
    """How long tickets waited until now, and for what."""
    import time

    from yoi_cli.model.time import stamp
    from yoi_cli.routing.waiting import measure_waiting

    return measure_waiting(session.store, stamp(time.time_ns() // 1_000_000), advance)


def draw_graph(
    session: Session,
    tickets: Sequence[str] = (),
    *,
    closed_too: bool = False,
    related: bool = False,
) -> Graph:
    """Which tickets wait for which: around `tickets`, of all where none is named.

    `related` takes in the relations that order nothing.
    """
    from yoi_cli.routing.graph import GraphRequest, draw_graph

    with session.reading() as reader:
        return draw_graph(reader, GraphRequest(tickets, closed_too, related))
