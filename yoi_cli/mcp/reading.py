"""The tools that only read: find, show, route, doctor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.mcp.answer import Answer, Cutter, known_id, short_title, time, word
from yoi_cli.model.event_views import EventWindow
from yoi_cli.model.fields import PRIORITIES
from yoi_cli.model.ids import is_ticket_id
from yoi_cli.model.item import field_text
from yoi_cli.model.states import STATES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.api.doctor import Diagnostic
    from yoi_cli.api.queries import Blocker, TicketView
    from yoi_cli.api.routing import Decision
    from yoi_cli.api.session import Session
    from yoi_cli.errors import Json, YoiError
    from yoi_cli.mcp.arguments import Doctor, Find, Route, Show
    from yoi_cli.model.events import Event

#: So many open tickets are told of in short.
_MOST_SUMMARIES = 100


def find(session: Session, asked: Find) -> Answer:
    from yoi_cli.mcp.schema import refuse_unused

    if asked.related_to:
        refuse_unused("without related_to", states=asked.states, text=asked.text, tag=asked.tag)
        return _related(session, asked)
    if asked.text:
        refuse_unused("without text", tag=asked.tag)
        return _search(session, asked)
    from yoi_cli.api.queries import list_tickets

    found = list_tickets(
        session,
        states=asked.states,
        fields={"tags": [asked.tag]} if asked.tag else None,
        limit=asked.limit,
    )
    rows: list[Json] = [
        {
            "ticket": row.id,
            "state": _state(field_text(row.fields, "state")),
            "priority": _priority(field_text(row.fields, "priority")),
            "updated_at": time(field_text(row.fields, "updated_at")),
        }
        for row in found.tickets
    ]
    facts: dict[str, Json] = {
        "count": len(rows),
        "total": found.total,
        "truncated": found.total > len(rows),
        "tickets": rows,
    }
    if found.unreadable:
        facts["unreadable"] = [one.ticket for one in found.unreadable]
    titles = [f"{row.id}: {short_title(field_text(row.fields, 'title'))}" for row in found.tickets]
    return Answer(facts, ("\n".join(titles),) if titles else ())


def _search(session: Session, asked: Find) -> Answer:
    from yoi_cli.api.queries import search

    found = search(
        session, asked.text, states=asked.states, only_open=not asked.states, limit=asked.limit
    )
    facts: dict[str, Json] = {
        "count": len(found.hits),
        "truncated": found.is_cut,
        "tickets": list(dict.fromkeys(hit.ticket for hit in found.hits)),
    }
    if found.unreadable:
        facts["unreadable"] = [one.ticket for one in found.unreadable]
    lines = [f"{hit.ticket} {hit.where}:{hit.line}: {_cut_line(hit.text)}" for hit in found.hits]
    return Answer(facts, ("\n".join(lines),) if lines else ())


def _cut_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 200 else line[:199] + "…"


def _related(session: Session, asked: Find) -> Answer:
    from yoi_cli.api.relations import list_relations
    from yoi_cli.api.routing import list_plans

    around = list_relations(session, asked.related_to)
    plans = list_plans(session, asked.related_to)
    relations = [*around.outgoing, *around.incoming]
    kept, records = relations[: asked.limit], plans.records[: asked.limit]
    facts: dict[str, Json] = {
        "ticket": around.ticket,
        "relations": [
            {
                "ticket": known_id(one.ticket_id),
                "kind": word(one.kind),
                "target": known_id(one.target),
            }
            for one in kept
        ],
        "plan": [
            {
                "ticket": known_id(one.ticket_id),
                "kind": word(one.kind),
                "related": known_id(one.related_ticket),
                "at": time(one.at),
            }
            for one in records
        ],
        "truncated": len(kept) < len(relations) or len(records) < len(plans.records),
    }
    notes = [f"{one.ticket_id} {one.kind} {one.target}: {one.note}" for one in kept if one.note]
    for record in records:
        said = record.note or (record.accepted_plan.summary if record.accepted_plan else "")
        if said:
            notes.append(f"{record.ticket_id} {record.kind}: {said}")
    return Answer(facts, ("\n".join(notes),) if notes else ())


def show(session: Session, asked: Show) -> Answer:
    from yoi_cli.api.queries import show

    found = show(session, asked.ticket, EventWindow(asked.events))
    view, cut = found.view, Cutter(asked.max_bytes)
    events = view.thread.events
    artifacts = view.artifacts[: asked.artifacts]
    texts = [_item_text(view, cut), *(_event_text(one, cut) for one in events)]
    if view.resolution:
        texts.append("resolution:\n" + cut("resolution", view.resolution))
    if artifacts:
        texts.append("artifacts:\n" + "\n".join(artifacts))
    facts: dict[str, Json] = {
        "ticket": view.id,
        "state": _state(view.folded.state),
        "diverged": bool(view.folded.diverged),
        "priority": _priority(view.item.text("priority")),
        "updated_at": time(view.item.text("updated_at")),
        "version": version_of(view.item.body),
        "blockers": _blockers(view.blockers),
        "relations": [
            {
                "ticket": known_id(one.ticket_id),
                "kind": word(one.kind),
                "target": known_id(one.target),
            }
            for one in (*view.around.outgoing, *view.around.incoming)
        ],
        "events": {
            "count": view.events_total,
            "returned": len(events),
            "truncated": len(events) < view.events_total,
        },
        "artifacts": {
            "count": len(view.artifacts),
            "returned": len(artifacts),
            "truncated": len(artifacts) < len(view.artifacts),
        },
    }
    if cut.cut:
        facts["cut"] = cut.cut
    if view.elsewhere:
        # Steps and approvals that this clone did not write: they drive nothing here.
        facts["elsewhere"] = sorted(view.elsewhere)
    if found.errors:
        facts["unreadable"] = {part: _code(error) for part, error in found.errors.items()}
    return Answer(facts, tuple(texts))


def version_of(description: str) -> str:
    """A word for a description as it stands: an edit is refused where it is another by then."""
    from hashlib import sha256

    return sha256(description.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _item_text(view: TicketView, cut: Cutter) -> str:
    lines = [f"title: {short_title(view.item.title)}"]
    for name in ("assignee", "tags", "readiness", "risk_flags"):
        value = ", ".join(view.item.texts(name))
        if value:
            lines.append(f"{name}: {value[:200]}")
    return "\n".join(lines) + "\ndescription:\n" + cut("description", view.item.body)


def _event_text(event: Event, cut: Cutter) -> str:
    attributes = "".join(f" {name}={value[:80]}" for name, value in event.attributes.items())
    head = f"event {event.kind} {event.identity} at {event.at} by {event.author}{attributes}"
    return f"{head}\n{cut(f'event {event.identity}', event.body)}".rstrip()


def route(session: Session, asked: Route) -> Answer:
    if not asked.tickets:
        return _summaries(session)
    from yoi_cli.api.routing import route

    found = route(session, asked.tickets)
    facts: dict[str, Json] = {"decisions": [_decision(one) for one in found.decisions]}
    if found.unroutable:
        facts["unreadable"] = {one.ticket: _code(one.error) for one in found.unroutable}
    return Answer(facts, titles(found.decisions))


def _summaries(session: Session) -> Answer:
    from yoi_cli.api.routing import summarise

    found = summarise(session)
    shown = found.summaries[:_MOST_SUMMARIES]
    facts: dict[str, Json] = {
        "count": len(shown),
        "total": len(found.summaries),
        "truncated": len(shown) < len(found.summaries),
        "tickets": [
            {
                "ticket": one.ticket,
                "state": _state(one.state),
                "classification": one.classification,
                "reasons": [
                    {"code": cause.code, "ticket": known_id(cause.ticket)} for cause in one.causes
                ],
            }
            for one in shown
        ],
    }
    if found.unroutable:
        facts["unreadable"] = {one.ticket: _code(one.error) for one in found.unroutable}
    return Answer(facts)


def _decision(one: Decision) -> Json:
    said = one.classified
    return {
        "ticket": one.ticket,
        "state": _state(one.state),
        "classification": said.classification,
        "ready": said.is_ready,
        "reasons": [
            {"code": reason.code, "ticket": known_id(reason.ticket), "state": word(reason.state)}
            for reason in said.reasons
        ],
        "blockers": [
            {
                "ticket": known_id(blocker.ticket),
                "via": word(blocker.via),
                "state": word(blocker.state),
                "problem": word(blocker.problem),
                "chain": [known_id(link) for link in blocker.chain],
            }
            for blocker in one.blockers
        ],
        "cycle": [known_id(link) for link in one.cycle],
        "unblock": [known_id(link) for link in said.unblock],
        # It names tickets by what relations say: what is no id is not passed on as ours.
        "next_action": said.next_action if _names_only_ids(one) else None,
        "unblocks": one.unblocks,
    }


def _names_only_ids(one: Decision) -> bool:
    named = [blocker.ticket for blocker in one.blockers]
    named += [link for blocker in one.blockers for link in blocker.chain]
    named += [reason.ticket for reason in one.classified.reasons if reason.ticket is not None]
    return all(map(is_ticket_id, named))


def titles(decisions: Iterable[Decision]) -> tuple[str, ...]:
    """The titles of tickets, a line each; nothing where there are none."""
    lines = [f"{one.ticket}: {short_title(one.title)}" for one in decisions]
    return ("\n".join(lines),) if lines else ()


def candidates(decisions: Iterable[Decision]) -> list[Json]:
    """What may start, in short."""
    return [
        {
            "ticket": one.ticket,
            "state": _state(one.state),
            "priority": _priority(one.priority),
            "unblocks": one.unblocks,
        }
        for one in decisions
    ]


def doctor(session: Session, asked: Doctor) -> Answer:
    from yoi_cli.api.doctor import examine_store, examine_ticket

    found = examine_ticket(session, asked.ticket) if asked.ticket else examine_store(session)
    shown, counts = found.diagnostics[: asked.limit], found.counts
    facts: dict[str, Json] = {
        "ok": found.ok,
        "tickets": found.tickets,
        "errors": counts.errors,
        "warnings": counts.warnings,
        "count": len(found.diagnostics),
        "returned": len(shown),
        "truncated": len(shown) < len(found.diagnostics),
        "codes": sorted({one.code for one in found.diagnostics}),
    }
    return Answer(facts, ("\n".join(map(_finding, shown)),) if shown else ())


def _finding(one: Diagnostic) -> str:
    return f"{one.severity} {one.code} {one.place}: {one.message}"


def _blockers(found: Iterable[Blocker]) -> list[Json]:
    return [
        {
            "ticket": known_id(one.ticket),
            "via": word(one.via),
            "state": word(one.state),
            "problem": word(one.problem),
        }
        for one in found
    ]


def _state(text: str) -> str | None:
    return text if text in STATES else None


def _priority(text: str) -> str | None:
    return text if text in PRIORITIES else None


def _code(error: YoiError) -> str:
    return error.code
