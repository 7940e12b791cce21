"""The tools that write to tickets. Who writes is the session's to say, and never an argument."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, UsageError
from yoi_cli.mcp.answer import Answer
from yoi_cli.mcp.schema import refuse_unused
from yoi_cli.model.states import CLOSED, PLANNING, RESOLVED_STATES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.api.session import Session
    from yoi_cli.api.tickets import Committed, Moved
    from yoi_cli.errors import Json
    from yoi_cli.mcp.arguments import Create, Edit, Move, Plan, Ready, Relate, Review, Write
    from yoi_cli.model.item import FieldValue


def write(session: Session, asked: Write) -> Answer:
    from yoi_cli.api import tickets

    if asked.kind == "question":
        return _written(tickets.ask(session, asked.ticket, asked.body))
    return _written(
        tickets.comment(
            session, asked.ticket, asked.body, role=asked.kind, sha=asked.commit or None
        )
    )


def create(session: Session, asked: Create) -> Answer:
    from yoi_cli.api import tickets

    fields: dict[str, FieldValue] = {}
    if asked.priority:
        fields["priority"] = asked.priority
    if asked.assignee:
        fields["assignee"] = asked.assignee
    if asked.tags:
        fields["tags"] = asked.tags
    done = tickets.create(
        session,
        asked.title,
        description=asked.description or None,
        fields=fields,
        relations=tuple(("depends_on", one) for one in asked.depends_on),
    )
    # What is answered is what the store says, not what is usual.
    _, stored = tickets.state_of(session, done.ticket)
    return _written(done, state=stored.state)


def edit(session: Session, asked: Edit) -> Answer:
    from yoi_cli.api import tickets
    from yoi_cli.mcp.reading import version_of

    fields: dict[str, FieldValue] = {}
    for name in ("title", "priority", "assignee"):
        value: str | None = getattr(asked, name)
        if value is not None:
            fields[name] = value or None
    expected = None
    if asked.description is None:
        refuse_unused("with a description", version=asked.version)
    else:
        full_id, item = tickets.read_item(session, asked.ticket)
        if version_of(item.body) != asked.version:
            raise ConflictError(
                "item_changed",
                f"The description of {full_id} is not the one of that version.",
                hint="Read it with ticket_show, put the two together, and give its version.",
                details={"ticket": full_id, "version": version_of(item.body)},
            )
        expected = item.body
    edited = tickets.edit(
        session,
        asked.ticket,
        fields=fields,
        added={"tags": asked.add_tags} if asked.add_tags else None,
        removed={"tags": asked.remove_tags} if asked.remove_tags else None,
        description=asked.description,
        expected=expected,
    )
    return _written(edited.committed, changed=list(edited.changed))


def ready(session: Session, asked: Ready) -> Answer:
    from yoi_cli.api.tickets import intake

    return moved_answer(intake(session, asked.ticket, asked.summary))


def move(session: Session, asked: Move) -> Answer:
    """Every move but to `queued`, which a person is asked about first."""
    from yoi_cli.api import tickets

    check_move(asked)
    text, reason = asked.body or None, asked.reason or None
    if asked.to == CLOSED:
        refuse_unused("for other moves", reason=asked.reason)
        done = tickets.close(session, asked.ticket, asked.body, expect=asked.origin)
    elif asked.to == PLANNING and asked.origin in RESOLVED_STATES:
        done = tickets.reopen(session, asked.ticket, asked.reason, text=text, expect=asked.origin)
    else:
        done = tickets.move(
            session, asked.ticket, asked.to, text=text, reason=reason, expect=asked.origin
        )
    return moved_answer(done)


def check_move(asked: Move) -> None:
    """Raise `UsageError` (`same_state`) for a move from a state to itself."""
    if asked.origin == asked.to:
        raise UsageError(
            "same_state",
            f"A move from {asked.origin} to {asked.to} is none.",
            hint="Give in `from` the state that the ticket is in, and in `to` another.",
        )


def relate(session: Session, asked: Relate) -> Answer:
    from yoi_cli.api import relations

    change = relations.add if asked.action == "add" else relations.remove
    done = change(session, asked.ticket, asked.kind, asked.target, note=asked.note or None)
    return _written(done.committed, kind=done.relation.kind, target=done.relation.target)


def plan(session: Session, asked: Plan) -> Answer:
    from yoi_cli.api.routing import add_plan
    from yoi_cli.model.plan import ACCEPTED_PLAN, AcceptedPlan

    accepted = None
    if asked.kind == ACCEPTED_PLAN or asked.summary or asked.branch:
        accepted = AcceptedPlan(asked.summary, asked.branch or None)
    done = add_plan(
        session,
        asked.ticket,
        asked.kind,
        asked.related or None,
        note=asked.note or None,
        accepted=accepted,
    )
    return _written(done.committed, record=done.record.id, changed=done.changed)


def review(session: Session, asked: Review) -> Answer:
    from yoi_cli.api.tickets import review

    approve = asked.verdict == "approve"
    done = review(session, asked.ticket, asked.body, approve=approve, sha=asked.commit)
    return _written(done, verdict=asked.verdict)


def moved_answer(done: Moved) -> Answer:
    facts: dict[str, Json] = {
        "ticket": done.ticket,
        "from": done.origin,
        "state": done.state,
        "changed": done.changed,
        "unblocked": list(done.unblocked),
    }
    return Answer(facts | warned(done.warnings))


def _written(done: Committed, **more: Json) -> Answer:
    facts: dict[str, Json] = {"ticket": done.ticket, "events": list(done.event_ids), **more}
    return Answer(facts | warned(done.warnings))


def warned(warnings: Sequence[str]) -> dict[str, Json]:
    return {"warnings": list(warnings)} if warnings else {}
