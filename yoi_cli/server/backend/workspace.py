"""The workspace as a whole: what it is, its objectives, plans, claims, figures and health."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli import __version__
from yoi_cli.api import claims as claiming
from yoi_cli.api import doctor as doctors
from yoi_cli.api import inbox as waiting
from yoi_cli.api import objectives as goals
from yoi_cli.api import orchestration, queries, routing
from yoi_cli.api.documents.board import ServedWorkspaceDocument, ticket_row_document
from yoi_cli.api.documents.common import unreadable_documents
from yoi_cli.api.documents.doctor import doctor_document
from yoi_cli.api.documents.inbox import inbox_document
from yoi_cli.api.documents.objective import (
    objective_document,
    objective_list_document,
    objective_written_document,
)
from yoi_cli.api.documents.overview import OverviewDocument, RunStartedDocument
from yoi_cli.api.documents.relations import graph_document, planned_document, plans_document
from yoi_cli.api.documents.routing import claims_document
from yoi_cli.api.documents.runtime import RuntimeDiagnosticDocument
from yoi_cli.api.documents.stats import stats_document
from yoi_cli.api.documents.workers import worker_document
from yoi_cli.api.next_action import objective_next
from yoi_cli.model.states import CLOSED
from yoi_cli.server.backend import requests
from yoi_cli.server.backend.telling import outcome
from yoi_cli.server.http.routes import Call, Reply

if TYPE_CHECKING:
    from yoi_cli.server.backend.context import BackendContext

_OK = 200


def workspace(call: Call[BackendContext]) -> Reply:
    context, facts = call.context, call.context.board.facts()
    document = ServedWorkspaceDocument(
        workspace_id=context.workspace_id,
        name=context.name,
        version=__version__,
        language=context.session.config.language or None,
        branch=facts.branch or None,
        orchestrator=facts.orchestrator,
        counts=facts.counts,
        unreadable=len(facts.unreadable),
        diagnostics=(_SOMETHING_WRONG,) if facts.diagnostics else (),
    )
    return Reply(_OK, "workspace", document)


#: What is wrong may name paths: `yoi doctor` says it to whoever is at the machine.
_SOMETHING_WRONG = RuntimeDiagnosticDocument(
    code="workspace_diagnostics",
    severity="warning",
    message="Something is wrong with the workspace; `yoi panel` and `yoi doctor` say what.",
    worker_id=None,
)


def overview(call: Call[BackendContext]) -> Reply:
    query = call.query_as(requests.OverviewQuery)
    found = call.context.board.changes(query.since)
    facts = found.facts
    has_closed = query.closed or not found.is_whole
    document = OverviewDocument(
        revision=found.revision,
        whole=found.is_whole,
        branch=facts.branch or None,
        orchestrator=facts.orchestrator,
        counts=facts.counts,
        rows=tuple(
            ticket_row_document(row, facts.fields.get(row.ticket))
            for row in found.rows.values
            if has_closed or row.state != CLOSED
        ),
        gone=found.rows.gone,
        unreadable=unreadable_documents(facts.unreadable),
        workers=tuple(map(worker_document, found.workers.values)),
        gone_workers=found.workers.gone,
        diagnostics=(_SOMETHING_WRONG,) if facts.diagnostics else (),
    )
    return Reply(_OK, "overview", document)


def inbox(call: Call[BackendContext]) -> Reply:
    return Reply(_OK, "inbox", inbox_document(waiting.inbox(call.context.session)))


def start_run(call: Call[BackendContext]) -> Reply:
    orchestration.start_run(call.context.session, (), ["--watch"])
    said = "yoi orchestrate watches the queue from now on."
    return Reply(201, "run_started", RunStartedDocument(said=said))


def objectives(call: Call[BackendContext]) -> Reply:
    finished = call.query_as(requests.ObjectivesQuery).finished
    rows = goals.list_objectives(call.context.session, finished_too=finished)
    return Reply(_OK, "objectives", objective_list_document(rows))


def objective(call: Call[BackendContext]) -> Reply:
    found = goals.show(call.context.session, call.path["objective_id"])
    return Reply(_OK, "objective", objective_document(found))


def create_objective(call: Call[BackendContext]) -> Reply:
    body = call.body_as(requests.CreateObjective)
    done = goals.create(call.context.session, body.title, text=body.text, tickets=body.tickets)
    location = f"/api/w/{call.context.workspace_id}/objectives/{done.id}"
    document = objective_written_document(done, objective_next(call.context.session, done.id))
    return Reply(201, "objective_created", document, {"location": location})


def link_tickets(call: Call[BackendContext]) -> Reply:
    body, objective_id = call.body_as(requests.LinkTickets), call.path["objective_id"]
    done = goals.link(call.context.session, objective_id, body.tickets, remove=body.remove)
    document = objective_written_document(done, objective_next(call.context.session, done.id))
    return Reply(_OK, "objective_linked", document)


def plans(call: Call[BackendContext]) -> Reply:
    ticket = call.query_as(requests.PlanQuery).ticket
    found = routing.list_plans(call.context.session, ticket if isinstance(ticket, str) else None)
    return Reply(_OK, "plans", plans_document(found))


def add_plan(call: Call[BackendContext]) -> Reply:
    body = call.body_as(requests.Plan)
    done = routing.add_plan(
        call.context.session, body.ticket, body.kind, body.related, note=body.note
    )
    return outcome(_OK, "plan", planned_document(done))


def claims(call: Call[BackendContext]) -> Reply:
    every = call.query_as(requests.ClaimsQuery).every
    found = claiming.list_claims(call.context.session, every=every)
    # Where somebody works is a path of this machine.
    shown = [claim._replace(worktree=None) for claim in found.claims]
    return Reply(_OK, "claims", claims_document(shown, found.now_ms))


def graph(call: Call[BackendContext]) -> Reply:
    query = call.query_as(requests.GraphQuery)
    around = (query.ticket,) if isinstance(query.ticket, str) else ()
    found = queries.draw_graph(
        call.context.session, around, closed_too=query.closed, related=query.related
    )
    return Reply(_OK, "graph", graph_document(found))


def stats(call: Call[BackendContext]) -> Reply:
    return Reply(_OK, "stats", stats_document(queries.measure(call.context.session)))


def doctor(call: Call[BackendContext]) -> Reply:
    session, ticket = call.context.session, call.query_as(requests.DoctorQuery).ticket
    if isinstance(ticket, str):
        found = doctors.examine_ticket(session, ticket)
    else:
        found = doctors.examine_store(session)
    return Reply(_OK, "doctor", doctor_document(found, doctors.no_repairs()))
