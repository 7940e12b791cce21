"""What may be wrong with relations and plan records: one file by itself (docs/format.md), and
relations that contradict one another or form a cycle (docs/routing.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass
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
from yoi_cli.model.relations import (
    blocking_graph,
    closing_cycle,
    cyclic_components,
    sort_key,
)
from yoi_cli.model.time import is_stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from yoi_cli.doctor.diagnostics import Diagnostic
    from yoi_cli.doctor.ports import InspectedTicket, PlacedRelation
    from yoi_cli.model.plan import PlanRecord

_RELATIONS = "artifacts/relations.json"
_PLAN = "artifacts/orchestration-plan.jsonl"
_RECORD_ID = re.compile(r"orch-plan-\d{8}-\d{6}-(\d{1,9})", re.ASCII)
#: So many tickets of a cycle are shown.
_SHOWN = 12
_Finding = tuple[str, str]


def check_relations(
    inspected: InspectedTicket, exists: Callable[[str], bool]
) -> Iterator[Diagnostic]:
    """The relations of one ticket."""
    seen: set[tuple[str, str]] = set()
    for one in inspected.relations:
        for code, what in _relation_findings(one, inspected.id, seen, exists):
            yield inspected.finding(code, what, _RELATIONS, one.line)
        seen.add(one.relation.key)
    for before, after in pairwise(inspected.relations):
        if sort_key(after.relation) < sort_key(before.relation):
            what = "Relations are not sorted by kind, then target."
            yield inspected.finding("relations_unsorted", what, _RELATIONS, after.line)
            return


def _relation_findings(
    one: PlacedRelation,
    ticket: str,
    seen: set[tuple[str, str]],
    exists: Callable[[str], bool],
) -> Iterator[_Finding]:
    relation = one.relation
    shown = f"{quote(relation.kind)} {quote(relation.target)}"
    if relation.kind not in RELATION_KINDS:
        yield "relation_kind_unknown", f"The kind {quote(relation.kind)} is not known."
    if relation.ticket_id != ticket:
        what = f"The relation {shown} is one of {quote(relation.ticket_id)}."
        yield "relation_ticket_mismatch", what
    if relation.key in seen:
        yield "relation_repeated", f"The relation {shown} stands here again."
    if relation.target in (ticket, relation.ticket_id):
        yield "relation_self", f"The relation {shown} leads to the ticket itself."
    elif not exists(relation.target):
        yield "relation_dangling", f"There is no ticket {quote(relation.target)}."
    if not is_stamp(relation.at):
        yield "relation_time_invalid", f"The relation's time is {quote(relation.at)}."


def check_plan(inspected: InspectedTicket, exists: Callable[[str], bool]) -> Iterator[Diagnostic]:
    """The plan records of one ticket."""
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
            yield inspected.finding(code, what, _PLAN, line)


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
        yield "plan_ticket_mismatch", f"The record is one of {quote(record.ticket_id)}."
    if record.related_ticket and not exists(record.related_ticket):
        what = f"There is no ticket {quote(record.related_ticket)}."
        yield "plan_related_dangling", what
    id_match = _RECORD_ID.fullmatch(record.id)
    if id_match is None or int(id_match.group(1)) != line:
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


@dataclass(frozen=True, slots=True)
class OwnedRelation:
    """A relation in the file of the ticket `owner`, whose folder is `folder`."""

    owner: str
    folder: str
    placed: PlacedRelation

    def diagnose(self, code: str, what: str) -> Diagnostic:
        path, line = f"{self.folder}/{_RELATIONS}", self.placed.line
        return diagnose(code, what, ticket=self.owner, path=path, line=line)


def check_graph(
    edges: Sequence[OwnedRelation], *, about: str | None = None
) -> Iterator[Diagnostic]:
    """One finding for each cycle and each contradiction; only those of `about`, if given."""
    yield from _check_cycles(edges, about)
    yield from _check_one_way(edges, about)


def _check_cycles(edges: Sequence[OwnedRelation], about: str | None) -> Iterator[Diagnostic]:
    places: dict[tuple[str, str], OwnedRelation] = {}
    for edge in edges:
        pair = edge.placed.relation.edge
        if pair is not None and pair[0] != pair[1]:
            places.setdefault(pair, edge)
    graph = blocking_graph(edge.placed.relation for edge in places.values())
    for component in cyclic_components(graph):
        if about is not None and about not in component:
            continue
        cycle = _shortest_cycle(graph, component, about or min(component))
        shown = [*cycle[:_SHOWN], "…", cycle[-1]] if len(cycle) > _SHOWN + 1 else cycle
        what = f"These tickets wait for one another: {' → '.join(shown)}."
        yield places[cycle[0], cycle[1]].diagnose("relation_cycle", what)


def _shortest_cycle(
    graph: Mapping[str, tuple[str, ...]], component: frozenset[str], start: str
) -> tuple[str, ...]:
    """The shortest walk from `start`, a member of `component`, back to itself."""
    inside = {
        ticket: tuple(other for other in graph[ticket] if other in component)
        for ticket in component
    }
    return min((closing_cycle(inside, start, other) for other in inside[start]), key=len)


def _check_one_way(edges: Sequence[OwnedRelation], about: str | None) -> Iterator[Diagnostic]:
    seen: dict[tuple[str, str, str], OwnedRelation] = {}
    for edge in edges:
        relation = edge.placed.relation
        kind = RELATION_KINDS.get(relation.kind)
        if kind is None or not kind.one_way or relation.ticket_id == relation.target:
            continue
        other = seen.get((relation.kind, relation.target, relation.ticket_id))
        seen[relation.kind, relation.ticket_id, relation.target] = edge
        if other is not None and about in (None, relation.ticket_id, relation.target):
            kind_text = relation.kind.replace("_", " ")
            what = (
                f"{relation.ticket_id} is recorded as {kind_text} {relation.target}, and "
                f"{relation.target} as {kind_text} {relation.ticket_id}."
            )
            yield (edge if about in (None, edge.owner) else other).diagnose("relation_mutual", what)
