"""What may be done with a ticket, and doing it: what the command line offers, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api import diff as diffs
from yoi_cli.api import moves, queries, relations, routing, tickets
from yoi_cli.api.documents.board import MoveMadeDocument
from yoi_cli.api.documents.diff import diff_document
from yoi_cli.api.documents.moves import moves_document
from yoi_cli.api.documents.outcomes import moved_document, state_document, written_document
from yoi_cli.api.documents.overview import waits_document
from yoi_cli.api.documents.relations import related_document, relation_list_document
from yoi_cli.api.documents.routing import intent_document, route_document
from yoi_cli.server.backend import requests
from yoi_cli.server.backend.telling import outcome
from yoi_cli.server.http.routes import Bytes, Call, Reply

if TYPE_CHECKING:
    from yoi_cli.server.backend.context import BackendContext

_OK = 200


def list_moves(call: Call[BackendContext]) -> Reply:
    found = moves.moves(call.context.session, _ticket(call))
    return Reply(_OK, "moves", moves_document(found))


def act(call: Call[BackendContext]) -> Reply:
    body = call.body_as(requests.Act)
    request = moves.Request(text=body.text, seen=body.seen, commit=body.commit, worker=body.worker)
    return _act(call, body.action, request)


def ready(call: Call[BackendContext]) -> Reply:
    return _said(call, "intake")


def queue(call: Call[BackendContext]) -> Reply:
    return _said(call, "queue")


def close(call: Call[BackendContext]) -> Reply:
    return _said(call, "close")


def state(call: Call[BackendContext]) -> Reply:
    return Reply(
        _OK, "state", state_document(*tickets.state_of(call.context.session, _ticket(call)))
    )


def move(call: Call[BackendContext]) -> Reply:
    body = call.body_as(requests.MoveTo)
    moved = tickets.move(
        call.context.session,
        _ticket(call),
        body.state,
        text=body.text,
        reason=body.reason,
        expect=body.seen,
    )
    return outcome(_OK, "moved", moved_document(moved))


def review(call: Call[BackendContext]) -> Reply:
    body = call.body_as(requests.Review)
    done = tickets.review(
        call.context.session,
        _ticket(call),
        body.text,
        approve=body.verdict == "approve",
        sha=body.commit,
        expect=body.seen,
    )
    return outcome(201, "reviewed", written_document("review", done))


def list_relations(call: Call[BackendContext]) -> Reply:
    session = call.context.session
    full_id, _ = tickets.read_item(session, _ticket(call))
    found = relations.list_relations(session, full_id)
    document = relation_list_document(full_id, found.outgoing, found.incoming, found.unreadable)
    return Reply(_OK, "relations", document)


def relate(call: Call[BackendContext]) -> Reply:
    body = call.body_as(requests.Relate)
    done = relations.add(
        call.context.session, _ticket(call), body.kind, body.target, note=body.note
    )
    return outcome(_OK, "relation", related_document(done, removed=False))


def unrelate(call: Call[BackendContext]) -> Reply:
    kind, target = call.path["kind"], call.path["target"]
    done = relations.remove(call.context.session, _ticket(call), kind, target)
    return outcome(_OK, "relation", related_document(done, removed=True))


def intent(call: Call[BackendContext]) -> Reply:
    found = queries.intent_packet(call.context.session, _ticket(call))
    return Reply(_OK, "intent", intent_document(*found))


def route(call: Call[BackendContext]) -> Reply:
    found = routing.route_one(call.context.session, _ticket(call))
    return Reply(_OK, "route", route_document([found], []))


def waits(call: Call[BackendContext]) -> Reply:
    session = call.context.session
    full_id, _ = tickets.read_item(session, _ticket(call))
    found = routing.route(session, [full_id])
    if found.unroutable:
        raise found.unroutable[0].error
    return Reply(_OK, "waits", waits_document(found, full_id))


def diff(call: Call[BackendContext]) -> Reply:
    session = call.context.session
    found = diffs.find(session, _ticket(call))
    return Reply(_OK, "diff", diff_document(found, diffs.changes(session, found)))


def patch(call: Call[BackendContext]) -> Bytes:
    session, limit = call.context.session, call.query_as(requests.PatchQuery).limit
    data = diffs.patch(session, diffs.find(session, _ticket(call)))
    return Bytes(_OK, data[:limit], "text/x-diff; charset=utf-8")


def _said(call: Call[BackendContext], action: str) -> Reply:
    body = call.body_as(requests.Said)
    return _act(call, action, moves.Request(text=body.text, seen=body.seen))


def _act(call: Call[BackendContext], action: str, request: moves.Request) -> Reply:
    session = call.context.session
    full_id, _ = tickets.read_item(session, _ticket(call))
    done = moves.act(session, full_id, action, request)
    document = MoveMadeDocument(
        ticket=full_id, action=action, said=done.said, warnings=done.warnings
    )
    return outcome(_OK, "move_made", document)


def _ticket(call: Call[BackendContext]) -> str:
    return call.path["ticket_id"]
