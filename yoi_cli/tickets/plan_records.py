"""Keeping plan records: order, conflict, capacity and accepted plans (docs/format.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.errors import UsageError
from yoi_cli.model.plan import (
    ACCEPTED_PLAN,
    KINDS,
    LINE_LIMIT,
    RELATING_KINDS,
    TEXT_LIMIT,
    WAITING_CAPACITY_NOTE,
    AcceptedPlan,
    PlanRecord,
    record_id,
)
from yoi_cli.model.time import stamp
from yoi_cli.store.values import Change, Committed
from yoi_cli.tickets.lookup import identify

if TYPE_CHECKING:
    from yoi_cli.model.events import Author
    from yoi_cli.model.ids import TicketId
    from yoi_cli.store.ports import RoutingReader, TicketStore, TicketWriter
    from yoi_cli.store.values import PlansRow


class PlanDraft(NamedTuple):
    """A plan record as a person types it; `ticket` and `related` are ids or parts of them."""

    ticket: str
    kind: str
    related: str | None = None
    note: str | None = None
    accepted_plan: AcceptedPlan | None = None


class Planned(NamedTuple):
    """A record's outcome; `changed` is False where it stood already, as asked for."""

    record: PlanRecord
    changed: bool
    committed: Committed


class PlanList(NamedTuple):
    """Plan records by ticket, and the tickets whose records cannot be read."""

    ticket: TicketId | None
    records: tuple[PlanRecord, ...]
    unreadable: tuple[PlansRow, ...]


def add_plan(store: TicketStore, draft: PlanDraft, by: Author) -> Planned:
    """Append a plan record; it changes no state.

    A record of order or conflict that stands already is a success that writes nothing.
    Raises `UsageError` where docs/format.md does not allow the record, `NotFoundError` for a
    ticket that is not there.
    """
    check_draft(draft)
    with store.write() as writer:
        ticket, related = _endpoints(writer, draft)
        existing = writer.plan(ticket)
        at = stamp(writer.now_ms)
        new = PlanRecord(
            id=record_id(at, len(existing) + 1),
            ticket_id=ticket,
            kind=draft.kind,
            author=by.author,
            at=at,
            related_ticket=related,
            note=draft.note,
            accepted_plan=draft.accepted_plan,
        )
        for record in existing if new.kind in RELATING_KINDS else ():
            if _says(record) == _says(new):
                return Planned(record, False, Committed(ticket, record.at))
        return Planned(new, True, writer.commit(ticket, Change(plan=(new,))))


def list_plans(reader: RoutingReader, word: str | None, kind: str | None) -> PlanList:
    """The plan records of a store, or those that a ticket has or is named by.

    Raises `UsageError` for an unknown kind.
    """
    if kind is not None:
        check_kind(kind)
    ticket = None if word is None else identify(reader, word)
    rows = tuple(reader.all_plans())
    found = tuple(
        record
        for row in rows
        for record in row.records
        if kind in (None, record.kind) and ticket in (None, record.ticket_id, record.related_ticket)
    )
    return PlanList(ticket, found, tuple(row for row in rows if row.error is not None))


def check_kind(kind: str) -> None:
    """Raise `UsageError` for a word that is no kind of plan record."""
    if kind not in KINDS:
        from yoi_cli.model.nearest import did_you_mean

        raise UsageError(
            "plan_kind_unknown",
            f"{kind[:40]!r} is not a kind of plan record.",
            hint=f"{did_you_mean(kind, KINDS)}The kinds are {', '.join(KINDS)}.",
            details={"kinds": list(KINDS)},
        )


def check_draft(draft: PlanDraft) -> None:
    """Raise `UsageError` for a record that docs/format.md does not allow."""
    check_kind(draft.kind)
    accepted = draft.accepted_plan
    if draft.kind in RELATING_KINDS and not draft.related:
        raise _incomplete(draft.kind, "the other ticket", "Name it: `T after R`, or --related R.")
    if draft.kind == WAITING_CAPACITY_NOTE and not (draft.note or "").strip():
        raise _incomplete(draft.kind, "a note", "Say with --note what capacity it waits for.")
    if draft.kind == ACCEPTED_PLAN and (accepted is None or not accepted.summary.strip()):
        raise _incomplete(draft.kind, "a summary", "Say with --summary what was agreed on.")
    if draft.kind != ACCEPTED_PLAN and accepted is not None:
        raise UsageError(
            "plan_accepted_misplaced",
            f"A record of the kind {draft.kind} carries no accepted plan.",
            hint="--summary, --branch, --worktree and --role-plan belong to accepted_plan.",
        )
    _check_lengths(draft)


def _check_lengths(draft: PlanDraft) -> None:
    accepted = draft.accepted_plan or AcceptedPlan("")
    texts = {"note": draft.note, "summary": accepted.summary, "role plan": accepted.role_plan}
    lines = {"branch": accepted.branch, "worktree": accepted.worktree}
    for fields, limit in ((texts, TEXT_LIMIT), (lines, LINE_LIMIT)):
        for name, value in fields.items():
            if len((value or "").encode("utf-8", "surrogatepass")) > limit:
                raise UsageError(
                    "plan_text_too_long",
                    f"The {name} is longer than {limit // 1024} KiB.",
                    hint="Keep the record short; put the story into a comment.",
                )
    for name, value in lines.items():
        if len((value or "").splitlines()) > 1:
            raise UsageError(
                "plan_line_broken", f"The {name} has more than one line.", hint="Give one line."
            )


def _incomplete(kind: str, what: str, hint: str) -> UsageError:
    return UsageError("plan_incomplete", f"A record of the kind {kind} needs {what}.", hint=hint)


def _endpoints(writer: TicketWriter, draft: PlanDraft) -> tuple[TicketId, TicketId | None]:
    ticket = identify(writer, draft.ticket)
    related = identify(writer, draft.related) if draft.related else None
    if ticket == related:
        raise UsageError(
            "plan_to_itself",
            f"A plan record of {ticket} cannot name {ticket} itself.",
            hint="Name two different tickets.",
        )
    return ticket, related


def _says(record: PlanRecord) -> tuple[str, str | None, str | None]:
    return (record.kind, record.related_ticket, record.note)
