"""What may be wrong with relations and plan records, one file by itself (docs/format.md)."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from yoi_cli.doctor.diagnostics import diagnose, quote
from yoi_cli.model.plan import (
    ACCEPTED_PLAN,
    LINE_LIMIT,
    RELATING_KINDS,
    TEXT_LIMIT,
    WAITING_CAPACITY_NOTE,
)
from yoi_cli.model.plan import KINDS as PLAN_KINDS
from yoi_cli.model.relations import KINDS as RELATION_KINDS
from yoi_cli.model.relations import sort_key
from yoi_cli.model.time import is_stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yoi_cli.doctor.diagnostics import Diagnostic
    from yoi_cli.doctor.ports import InspectedTicket, PlacedRelation
    from yoi_cli.model.plan import PlanRecord

_RELATIONS = "artifacts/relations.json"
_PLAN = "artifacts/orchestration-plan.jsonl"
_RECORD_ID = re.compile(r"orch-plan-\d{8}-\d{6}-(\d{1,9})", re.ASCII)
_Finding = tuple[str, str]


def check_relations(
    inspected: InspectedTicket, exists: Callable[[str], bool]
) -> Iterator[Diagnostic]:
    """The relations of one ticket."""
    path = inspected.path(_RELATIONS)
    seen: set[tuple[str, str]] = set()
    for one in inspected.relations:
        for code, what in _relation_findings(one, inspected.id, seen, exists):
            yield diagnose(code, what, ticket=inspected.id, path=path, line=one.line)
        seen.add(one.relation.key)
    for before, after in pairwise(inspected.relations):
        if sort_key(after.relation) < sort_key(before.relation):
            what = "Relations are not sorted by kind, then target."
            yield diagnose(
                "relations_unsorted", what, ticket=inspected.id, path=path, line=after.line
            )
            return


def _relation_findings(
    one: PlacedRelation,
    ticket: str,
    seen: set[tuple[str, str]],
    exists: Callable[[str], bool],
) -> Iterator[_Finding]:
    relation = one.relation
    said = f"{quote(relation.kind)} {quote(relation.target)}"
    if relation.kind not in RELATION_KINDS:
        yield "relation_kind_unknown", f"The kind {quote(relation.kind)} is not known."
    if relation.ticket_id != ticket:
        what = f"The relation {said} is one of {quote(relation.ticket_id)}."
        yield "relation_ticket_mismatch", what
    if relation.key in seen:
        yield "relation_repeated", f"The relation {said} stands here again."
    if relation.target in (ticket, relation.ticket_id):
        yield "relation_self", f"The relation {said} leads to the ticket itself."
    elif not exists(relation.target):
        yield "relation_dangling", f"There is no ticket {quote(relation.target)}."
    if not is_stamp(relation.at):
        yield "relation_time_invalid", f"The relation's time is {quote(relation.at)}."


def check_plan(inspected: InspectedTicket, exists: Callable[[str], bool]) -> Iterator[Diagnostic]:
    """The plan records of one ticket."""
    path = inspected.path(_PLAN)
    seen: set[str] = set()
    for placed in inspected.plan:
        record, line = placed.record, placed.line
        findings = [
            *_kind_findings(record),
            *_record_findings(record, inspected.id, line, exists),
            *_length_findings(record),
        ]
        if record.id in seen:
            findings.append(("plan_id_repeated", f"The id {quote(record.id)} stands here again."))
        seen.add(record.id)
        for code, what in findings:
            yield diagnose(code, what, ticket=inspected.id, path=path, line=line)


def _kind_findings(record: PlanRecord) -> Iterator[_Finding]:
    """Whether a record carries what its kind needs, and nothing that belongs to another."""
    kind = quote(record.kind)
    if record.kind not in PLAN_KINDS:
        yield "plan_kind_unknown", f"The kind {kind} is not known."
    if record.kind in RELATING_KINDS and not record.related_ticket:
        yield "plan_related_missing", f"The record of the kind {kind} has no related_ticket."
    if record.kind == WAITING_CAPACITY_NOTE and not (record.note or "").strip():
        yield "plan_note_missing", f"The record of the kind {kind} has no note."
    accepted = record.accepted_plan
    if record.kind == ACCEPTED_PLAN and (accepted is None or not accepted.summary.strip()):
        yield "plan_accepted_missing", "The record has no accepted_plan with a summary."
    if record.kind != ACCEPTED_PLAN and accepted is not None:
        yield "plan_accepted_misplaced", f"The record of the kind {kind} has an accepted_plan."


def _record_findings(
    record: PlanRecord, ticket: str, line: int, exists: Callable[[str], bool]
) -> Iterator[_Finding]:
    if record.ticket_id != ticket:
        what = f"The record is one of {quote(record.ticket_id)}."
        yield "plan_ticket_mismatch", what
    if record.related_ticket and not exists(record.related_ticket):
        what = f"There is no ticket {quote(record.related_ticket)}."
        yield "plan_related_dangling", what
    told = _RECORD_ID.fullmatch(record.id)
    if told is None or int(told.group(1)) != line:
        yield "plan_id_unexpected", f"The id of line {line} is {quote(record.id)}."
    if not is_stamp(record.at):
        yield "plan_time_invalid", f"The record's time is {quote(record.at)}."


def _length_findings(record: PlanRecord) -> Iterator[_Finding]:
    accepted = record.accepted_plan
    lines = {"id": record.id, "author": record.author, "related_ticket": record.related_ticket}
    texts = {"note": record.note}
    if accepted is not None:
        lines |= {"branch": accepted.branch, "worktree": accepted.worktree}
        texts |= {"summary": accepted.summary, "role_plan": accepted.role_plan}
    for fields, limit in ((lines, LINE_LIMIT), (texts, TEXT_LIMIT)):
        for key, value in fields.items():
            size = len((value or "").encode("utf-8", "surrogatepass"))
            if size > limit:
                yield "plan_text_too_long", f"{key} has {size} bytes; {limit} are allowed."
