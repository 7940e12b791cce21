"""One ticket, and the form for a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api import moves as moving
from yoi_cli.api import queries, tickets
from yoi_cli.api.runtimes import WorkerFilter
from yoi_cli.errors import YoiError
from yoi_cli.model import events
from yoi_cli.model.fields import PRIORITIES
from yoi_cli.model.intent import PARTS
from yoi_cli.model.states import INPROGRESS
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.server.pages.board import NAMES, choices, objective_titles
from yoi_cli.server.pages.screen import TICKETS, WORKERS, Screen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yoi_cli.api.moves import TicketMoves
    from yoi_cli.api.queries import TicketView
    from yoi_cli.api.worker_rows import WorkerRow
    from yoi_cli.model.events import Event
    from yoi_cli.server.pages.screen import Visit

#: As many events as are shown at first, and as come with each "more".
PAGE = 30
_MOST = 100_000
_DEEPEST_CHAIN = 6
#: A page of one ticket does not wait long for runtimes of other machines.
_RUNTIME_SECONDS = 0.7
#: Attributes of events that are told in words, or are for programs alone.
_TOLD = frozenset(
    {"commit", "worker", "from", "to", "status", "field", "nonce", "signature", "message"}
)


class Link(NamedTuple):
    """A ticket that holds another up, and what holds that up in turn."""

    ticket: str
    title: str
    state: str
    behind: tuple[Link, ...] = ()


class Related(NamedTuple):
    """A relation, seen from the ticket of the page; `kind` and `target` take it away."""

    word: str
    ticket: str
    title: str
    state: str
    note: str
    kind: str = ""


class Shown(NamedTuple):
    """An event with what is told of it besides its text."""

    event: Event
    heading: str
    commit: str
    worker: str
    others: tuple[tuple[str, str], ...]
    remark: str


def ticket(visit: Visit) -> Screen:
    found = queries.show(visit.session, visit.path["ticket_id"])
    view = found.view
    offered = moving.moves(visit.session, view.id)
    everything = view.thread.events
    order = "oldest" if visit.query.get("order") == "oldest" else "newest"
    count = visit.number("n", PAGE, _MOST)
    part = everything[:count] if order == "oldest" else everything[::-1][:count]
    enabled = [one for one in offered.moves if one.is_enabled]
    enabled.sort(key=lambda one: one.action != offered.primary)
    workers = _workers(visit, view.id)
    values: dict[str, object] = {
        "view": view,
        "title": view.item.title,
        "state": view.folded.state or view.item.state,
        "state_name": NAMES.get(view.folded.state, view.folded.state),
        "errors": found.errors,
        "offered": offered,
        "enabled": enabled,
        "refused": [one for one in offered.moves if not one.is_enabled],
        "chain": _chain(visit, view.id),
        "related": _related(visit, view),
        "events": [_shown(visit, view, one) for one in part],
        "order": order,
        "count": count,
        "more": min(count + PAGE, len(everything)),
        "events_total": len(everything),
        "workers": workers,
        "runtime_of": {row.worker.worker_id: row.worker.runtime_id for row in workers},
        "commits": _commits(everything),
        "packet": _packet(visit, view),
        "revision": _revision(visit, view, found.errors),
        "tags": view.item.texts("tags"),
        "priorities": PRIORITIES,
        "kinds": events.COMMENT_ROLES,
        "is_asked": any(one.action == "answer" and one.is_enabled for one in offered.moves),
        "has_work": view.folded.state == INPROGRESS or bool(_commits(everything)),
        "names": NAMES,
        "next_action": _said(offered),
    }
    return Screen("ticket.html", view.item.title or view.id, values, "board", (TICKETS, WORKERS))


def new_ticket(visit: Visit) -> Screen:
    facts = visit.context.board.facts()
    values: dict[str, object] = {
        "template": tickets.template(visit.session),
        "priorities": PRIORITIES,
        "choices": choices(visit, facts),
        "objectives": objective_titles(visit),
        "depends_on": visit.query.get("depends_on", ""),
    }
    return Screen("new_ticket.html", "New ticket", values, "board", ())


def _said(offered: TicketMoves) -> str:
    return offered.why or " ".join(offered.reasons)


def _revision(visit: Visit, view: TicketView, errors: Mapping[str, YoiError]) -> str:
    """The revision that an edit names; none where the item cannot be read."""
    return "" if "item" in errors else tickets.revision(visit.session, view.id)


def _chain(visit: Visit, ticket_id: str) -> tuple[Link, ...]:
    """What holds the ticket up, each with what holds that up; a cycle is followed once."""
    rows = {row.ticket: row for row in visit.context.board.facts().rows}

    def behind(of: str, above: tuple[str, ...]) -> tuple[Link, ...]:
        row = rows.get(of)
        if row is None or len(above) > _DEEPEST_CHAIN:
            return ()
        return tuple(
            Link(
                other,
                rows[other].title if other in rows else "",
                state,
                () if other in above else behind(other, (*above, other)),
            )
            for other, state in row.blockers
        )

    return behind(ticket_id, (ticket_id,))


def _related(visit: Visit, view: TicketView) -> list[Related]:
    others = queries.neighbours(visit.session, view)
    found = [
        Related(
            one.kind.replace("_", " "),
            one.target,
            others[one.target].title,
            others[one.target].problem or others[one.target].state,
            one.note or "",
            one.kind,
        )
        for one in view.around.outgoing
    ]
    found += [
        Related(
            one.inverse.replace("_", " "),
            one.ticket_id,
            others[one.ticket_id].title,
            others[one.ticket_id].problem or others[one.ticket_id].state,
            one.note or "",
        )
        for one in view.around.incoming
    ]
    return found


def _shown(visit: Visit, view: TicketView, event: Event) -> Shown:
    given = event.attributes
    heading = event.heading or events.heading_for(
        event.kind, japanese=visit.language == "ja", status=event.status
    )
    if event.kind == events.STATE_CHANGED and "to" in given:
        heading = f"{given.get('from', '')} → {given['to']}"
    remark = view.approvals.get(event.identity, "")
    if event.identity in view.elsewhere:
        remark = remark or "Written elsewhere: it drives nothing here."
    others = tuple((k.replace("_", " "), v) for k, v in given.items() if k not in _TOLD and v)
    return Shown(
        event, heading, given.get("commit", ""), given.get("worker", ""), others[:8], remark
    )


def _commits(everything: Sequence[Event]) -> list[tuple[str, str]]:
    """Commits that the log names, the newest first, each once with what was said of it."""
    found: dict[str, str] = {}
    for event in reversed(everything):
        commit = event.attributes.get("commit", "")
        if commit and event.kind in (events.COMMIT, events.IMPLEMENTATION_REPORT):
            found.setdefault(commit, event.body.strip().partition("\n")[0])
    return [*found.items()][:20]


def _packet(visit: Visit, view: TicketView) -> list[tuple[str, str]]:
    try:
        _, packet = queries.intent_packet(visit.session, view.id)
    except YoiError:
        return []
    return [(name, packet.parts[key]) for key, name, _ in PARTS if key in packet.parts]


def _workers(visit: Visit, ticket_id: str) -> list[WorkerRow]:
    found = visit.context.registry.workers(WorkerFilter(ticket=ticket_id), seconds=_RUNTIME_SECONDS)
    return [*reversed(found.rows)]
