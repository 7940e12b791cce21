"""Reading and writing tickets: handlers that translate, and decide nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET

from yoi_cli.api import queries, tickets
from yoi_cli.api.documents.board import (
    EventPageDocument,
    RevisedDocument,
    ServedTicketDocument,
    TicketPageDocument,
    neighbour_documents,
    ticket_row_document,
)
from yoi_cli.api.documents.common import from_values, unreadable_documents
from yoi_cli.api.documents.lists import search_document
from yoi_cli.api.documents.outcomes import created_document, written_document
from yoi_cli.api.documents.ticket import EventDocument, shown_document
from yoi_cli.model.event_views import EventWindow
from yoi_cli.model.item import field_text, field_texts
from yoi_cli.server.backend import requests
from yoi_cli.server.backend.telling import outcome
from yoi_cli.server.http.paging import PageQuery, check_limit, page_of
from yoi_cli.server.http.routes import Call, Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from msgspec import UnsetType

    from yoi_cli.api.overview import OverviewRow
    from yoi_cli.model.item import FieldValue
    from yoi_cli.server.backend.board import BoardFacts
    from yoi_cli.server.backend.context import BackendContext

_OK, _CREATED = 200, 201
_MOST_HITS = 200


def list_(call: Call[BackendContext]) -> Reply:
    query = call.query_as(requests.TicketsQuery)
    wanted = requests.TicketFilter(
        limit=query.limit,
        cursor=query.cursor,
        states=_states(query.state),
        tags=_words(query.tag or UNSET),
        priorities=_words(query.priority),
        assignees=_words(query.assignee),
        objective=_given(query.objective),
        blocked=query.blocked if isinstance(query.blocked, bool) else None,
        claimed=query.claimed if isinstance(query.claimed, bool) else None,
        mine=query.mine,
        text=query.text,
        sort=query.sort,
    )
    return _page(call, wanted)


def query(call: Call[BackendContext]) -> Reply:
    return _page(call, call.body_as(requests.TicketFilter))


def search(call: Call[BackendContext]) -> Reply:
    query = call.query_as(requests.SearchQuery)
    check_limit(query.limit, _MOST_HITS)
    session = call.context.session
    found = queries.search(session, query.text, only_open=query.open_only, limit=query.limit)
    return Reply(_OK, "search", search_document(found.query, found))


def create(call: Call[BackendContext]) -> Reply:
    body, session = call.body_as(requests.CreateTicket), call.context.session
    fields: dict[str, FieldValue] = {}
    if body.priority is not None:
        fields["priority"] = body.priority
    if body.assignee is not None:
        fields["assignee"] = body.assignee
    if body.tags:
        fields["tags"] = body.tags
    done = tickets.create(
        session,
        body.title,
        description=body.description,
        fields=fields,
        relations=tuple(("depends_on", one) for one in body.depends_on),
        acceptance=body.acceptance,
    )
    if body.objective is not None:
        from yoi_cli.api import objectives

        objectives.link(session, body.objective, [done.ticket])
    location = f"/api/w/{call.context.workspace_id}/tickets/{done.ticket}"
    document = created_document(body.title.strip(), done)
    return outcome(_CREATED, "created", document, {"location": location})


def show(call: Call[BackendContext]) -> Reply:
    session, newest = call.context.session, call.query_as(requests.TicketQuery).events
    window = None if newest is UNSET else EventWindow(newest)
    found = queries.show(session, call.path["ticket_id"], window)
    document = ServedTicketDocument(
        revision="" if "item" in found.errors else tickets.revision(session, found.view.id),
        ticket=shown_document(found.view),
        errors=tuple(error.code for error in found.errors.values()),
        neighbours=neighbour_documents(queries.neighbours(session, found.view)),
    )
    return Reply(_OK, "served_ticket", document)


def edit(call: Call[BackendContext]) -> Reply:
    body, session = call.body_as(requests.EditTicket), call.context.session
    given = {name: getattr(body, name) for name in ("title", "priority", "assignee", "tags")}
    fields = {name: value for name, value in given.items() if not _is_unset(value)}
    done = tickets.edit(
        session,
        call.path["ticket_id"],
        fields=fields,
        description=_given(body.description),
        expected_revision=body.expected_revision,
    )
    document = RevisedDocument(
        ticket=done.committed.ticket,
        changed=done.changed,
        revision=tickets.revision(session, done.committed.ticket),
        warnings=done.committed.warnings,
    )
    return outcome(_OK, "revised", document)


def events(call: Call[BackendContext]) -> Reply:
    query = call.query_as(requests.EventsQuery)
    view = queries.show(call.context.session, call.path["ticket_id"]).view
    numbered = [(f"{number:09d}", one) for number, one in enumerate(view.thread.events, 1)]
    is_falling = query.order == "newest"
    if is_falling:
        numbered.reverse()
    page = page_of(numbered, lambda pair: pair[0], query, is_falling=is_falling)
    document = EventPageDocument(
        ticket=view.id,
        items=from_values(EventDocument, [one for _, one in page.items]),
        page=page.page,
        total=len(numbered),
        diagnostics=(),
    )
    return Reply(_OK, "ticket_events", document)


def comment(call: Call[BackendContext]) -> Reply:
    body, session, ticket = call.body_as(requests.Comment), call.context.session, _ticket(call)
    if body.kind == "question":
        done = tickets.ask(session, ticket, body.text)
    elif body.kind == "answer":
        done = tickets.answer(session, ticket, body.text)
    else:
        done = tickets.comment(session, ticket, body.text, role=body.kind)
    return outcome(_CREATED, "appended", written_document(body.kind, done))


def _ticket(call: Call[BackendContext]) -> str:
    return call.path["ticket_id"]


def _page(call: Call[BackendContext], wanted: requests.TicketFilter) -> Reply:
    facts = call.context.board.facts()
    accepts = _accepts(call, wanted, facts)
    key, is_falling = _order(wanted.sort, facts)
    rows = [(key(row), row) for row in facts.rows if accepts(row)]
    rows.sort(key=lambda pair: pair[0], reverse=is_falling)
    query = PageQuery(limit=wanted.limit, cursor=wanted.cursor)
    page = page_of(rows, lambda pair: pair[0], query, is_falling=is_falling)
    document = TicketPageDocument(
        items=tuple(
            ticket_row_document(row, facts.fields.get(row.ticket)) for _, row in page.items
        ),
        page=page.page,
        total=len(rows),
        counts=facts.counts,
        unreadable=unreadable_documents(facts.unreadable),
        diagnostics=(),
    )
    return Reply(_OK, "ticket_page", document)


def _accepts(
    call: Call[BackendContext], wanted: requests.TicketFilter, facts: BoardFacts
) -> Callable[[OverviewRow], bool]:
    """Whether a ticket is asked for."""
    me = call.context.session.author(None).author if wanted.mine else ""
    linked: frozenset[str] | None = None
    if wanted.objective is not None:
        from yoi_cli.api import objectives

        view = objectives.show(call.context.session, wanted.objective)
        linked = frozenset(one.id for one in view.tickets)
    text = wanted.text.casefold()

    def accepts(row: OverviewRow) -> bool:
        known = facts.fields.get(row.ticket)
        fields = {} if known is None else known.fields
        tags = field_texts(fields, "tags")
        assignee = field_text(fields, "assignee")
        return (
            (not wanted.states or row.state in wanted.states)
            and set(wanted.tags) <= set(tags)
            and (not wanted.priorities or row.priority in wanted.priorities)
            and (not wanted.assignees or assignee in wanted.assignees)
            and (linked is None or row.ticket in linked)
            and wanted.blocked in (None, bool(row.blockers))
            and wanted.claimed in (None, bool(row.claim) and not row.is_claim_over)
            and (not wanted.mine or me in (assignee, row.claim))
            and any(text in one.casefold() for one in (row.title, row.ticket, *tags))
        )

    return accepts


_LAST = "~"


def _order(sort: str, facts: BoardFacts) -> tuple[Callable[[OverviewRow], str], bool]:
    """A key for each ticket, which no other has, and whether keys fall from page to page."""
    if sort == "board":
        places = {row.ticket: f"{place:09d}" for place, row in enumerate(facts.rows)}
        return lambda row: places[row.ticket], False
    if sort == "priority":
        return lambda row: f"{row.priority or _LAST} {row.ticket}", False
    if sort == "created":
        return lambda row: row.ticket, True
    return lambda row: f"{row.updated_at} {row.ticket}", True


def _words(given: str | UnsetType) -> tuple[str, ...]:
    """Words with commas between. A name that is given and empty is the empty word."""
    return tuple(given.split(",")) if isinstance(given, str) else ()


def _states(given: str) -> tuple[requests.State, ...]:
    from yoi_cli.errors import UsageError
    from yoi_cli.model.states import STATES

    found: list[requests.State] = []
    for word in given.split(",") if given else ():
        if word not in STATES:
            raise UsageError(
                "invalid_query",
                "There is no such state.",
                hint=f"The states are {', '.join(STATES)}.",
                details={"field": "state"},
            )
        found.append(word)  # type: ignore[arg-type]
    return tuple(found)


def _is_unset(value: object) -> bool:
    return value is UNSET


def _given(value: str | UnsetType) -> str | None:
    return value if isinstance(value, str) else None
