"""relations.json and orchestration-plan.jsonl, read entry by entry with their lines."""

from __future__ import annotations

import json

from yoi_cli.doctor.diagnostics import Diagnostic, diagnose, line_of, quote
from yoi_cli.doctor.ports import PlacedRecord, PlacedRelation
from yoi_cli.errors import StoreInvalidError
from yoi_cli.store.formats.plan import parse_each, torn_tail
from yoi_cli.store.formats.relations import entry_lines, parse_relations

_RELATION_KEYS = frozenset({"ticket_id", "kind", "target", "note", "author", "at"})
_PLAN_KEYS = frozenset(
    {
        "id",
        "ticket_id",
        "kind",
        "related_ticket",
        "note",
        "accepted_plan",
        "removes",
        "author",
        "at",
    }
)
_ACCEPTED_KEYS = frozenset({"summary", "branch", "worktree", "role_plan"})


def placed_relations(
    data: bytes | None, path: str, found: list[Diagnostic]
) -> tuple[PlacedRelation, ...]:
    """The relations of a file; what is wrong with its form is added to `found`."""
    if data is None:
        return ()
    ticket = _ticket_of(path)
    try:
        relations = parse_relations(data, path=path)
    except StoreInvalidError as error:
        found.append(_invalid(error, "The file", path, 1))
        return ()
    text = data.decode("utf-8-sig")
    lines = entry_lines(text, len(relations))
    for entry, line in zip(json.loads(text)["relations"], lines, strict=True):
        for key in entry.keys() - _RELATION_KEYS:
            what = f"A relation has the unknown key {quote(key)}."
            found.append(
                diagnose("relation_key_unknown", what, ticket=ticket, path=path, line=line)
            )
    return tuple(map(PlacedRelation, relations, lines))


def placed_records(
    data: bytes | None, path: str, found: list[Diagnostic]
) -> tuple[PlacedRecord, ...]:
    """The plan records of a file that can be read; the rest is added to `found`."""
    if data is None:
        return ()
    ticket = _ticket_of(path)
    torn = torn_tail(data)
    records = []
    for number, line, record in parse_each(data.removesuffix(torn), path=path):
        if isinstance(record, StoreInvalidError):
            found.append(_invalid(record, "This line", path, number))
            continue
        records.append(PlacedRecord(record, number))
        for key in sorted(_unknown_keys(line)):
            what = f"A plan record has the unknown key {quote(key)}."
            found.append(diagnose("plan_key_unknown", what, ticket=ticket, path=path, line=number))
    if torn.strip():
        what = f"The last line was cut short ({len(torn)} bytes)."
        last = data.count(b"\n") + 1
        found.append(diagnose("plan_torn", what, ticket=ticket, path=path, line=last))
    return tuple(records)


def _unknown_keys(line: bytes) -> set[str]:
    entry = json.loads(line)
    unknown: set[str] = set(entry.keys() - _PLAN_KEYS)
    accepted = entry.get("accepted_plan")
    if isinstance(accepted, dict):
        unknown |= {f"accepted_plan.{key}" for key in accepted.keys() - _ACCEPTED_KEYS}
    return unknown


def _invalid(error: StoreInvalidError, subject: str, path: str, line: int) -> Diagnostic:
    """The parser's complaint, `<path>:<line> is not …`, about `subject` instead."""
    number = line_of(error) or line
    problem = error.message.removeprefix(f"{path}:{number} ")
    return diagnose(
        error.code, f"{subject} {problem}", ticket=_ticket_of(path), path=path, line=number
    )


def _ticket_of(path: str) -> str:
    """The id in a path that ends with `<id>/artifacts/<name>`."""
    return path.rsplit("/", 3)[1]
