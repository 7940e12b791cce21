"""Keeping plan records: order, conflict, capacity and accepted plans (docs/format.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, NotFoundError, UsageError
from yoi_cli.model.lost import plan_sentence
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
    standing,
)
from yoi_cli.model.text import counted
from yoi_cli.model.time import stamp
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.values import Change, Committed
from yoi_cli.tickets.lookup import identify

if TYPE_CHECKING:
    from collections.abc import Sequence

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


class PlanRemoval(NamedTuple):
    """The records of `ticket` that were taken back."""

    ticket: TicketId
    records: tuple[PlanRecord, ...]
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
        for record in standing(existing) if new.kind in RELATING_KINDS else ():
            if _says(record) == _says(new):
                return Planned(record, False, Committed(ticket, record.at))
        return Planned(new, True, writer.commit(ticket, Change(plan=(new,))))


def remove_plan(
    store: TicketStore, asked: PlanDraft, by: Author, *, record: str | None = None
) -> PlanRemoval:
    """Take back what is `asked`, or the record with the id `record` alone, by records that name
    what they take back; the lines themselves stay. The related ticket need not be there any more.

    Raises `UsageError` for a kind that is never taken back, `NotFoundError` (`plan_not_found`), and
    `ConflictError` (`plan_ambiguous`) where several notes could be meant.
    """
    check_kind(asked.kind)
    if asked.kind == ACCEPTED_PLAN:
        raise UsageError(
            "plan_not_removable",
            "What was agreed on when a ticket was taken up stays in its records.",
            hint="Agree anew: `yoi plan add TICKET accepted_plan --summary TEXT`; the last counts.",
        )
    _check_lengths(asked)
    related = asked.related
    with store.write() as writer:
        owner = identify(writer, asked.ticket)
        existing = writer.plan(owner)
        found = [
            one
            for one in standing(existing)
            if one.kind == asked.kind
            and record in (None, one.id)
            and (related is None or one.related_ticket == _related(writer, one, related))
        ]
        _check_found(owner, asked, found)
        at = stamp(writer.now_ms)
        new = tuple(
            counter_record(one, record_id(at, len(existing) + number), by.author, at, asked.note)
            for number, one in enumerate(found, start=1)
        )
        return PlanRemoval(owner, tuple(found), writer.commit(owner, Change(plan=new)))


def counter_record(
    record: PlanRecord, new_id: str, author: str, at: str, note: str | None = None
) -> PlanRecord:
    """What takes `record` back. Versions that do not know of it read a note."""
    said = f"Removed: {plan_sentence(record)}."
    return PlanRecord(
        id=new_id,
        ticket_id=record.ticket_id,
        kind=WAITING_CAPACITY_NOTE,
        author=author,
        at=at,
        related_ticket=record.related_ticket,
        note=f"{said} {note}" if note else said,
        removes=record.id,
    )


def _related(writer: TicketWriter, record: PlanRecord, word: str) -> str:
    """The ticket that `word` means: as `record` has it, it need not exist any more."""
    return word if word == record.related_ticket else identify(writer, word)


def _check_found(ticket: TicketId, asked: PlanDraft, found: Sequence[PlanRecord]) -> None:
    kind = asked.kind
    if not found:
        raise NotFoundError(
            "plan_not_found",
            f"No plan record says that: {ticket} {kind} {asked.related or ''}".rstrip() + ".",
            hint=f"`yoi plan list {ticket}` shows those that hold.",
            details={"ticket": ticket},
        )
    says = {one.related_ticket if kind in RELATING_KINDS else one.note for one in found}
    if len(says) > 1:
        raise ConflictError(
            "plan_ambiguous",
            f"{counted(len(found), 'record')} of {ticket} of the kind {kind} could be meant.",
            hint="Name the other ticket, or the record: --record ID, as in `yoi plan list --json`.",
            details={"records": [one.id for one in found]},
        )


def list_plans(
    reader: RoutingReader, word: str | None, kind: str | None, *, removed_too: bool = False
) -> PlanList:
    """The plan records of a store that hold, or those that a ticket has or is named by; with
    `removed_too`, also those that were taken back and those that take back.

    Raises `UsageError` for an unknown kind.
    """
    if kind is not None:
        check_kind(kind)
    ticket = None if word is None else identify(reader, word)
    rows = tuple(reader.all_plans())
    found = tuple(
        record
        for row in rows
        for record in (row.records if removed_too else standing(row.records))
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
