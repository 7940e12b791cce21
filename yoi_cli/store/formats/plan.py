"""`orchestration-plan.jsonl` as text (docs/format.md)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from yoi_cli.errors import StoreInvalidError
from yoi_cli.model.plan import AcceptedPlan, PlanRecord
from yoi_cli.store.formats.json_values import DoubledKeyError, parse_json, texts_of
from yoi_cli.store.formats.thread_writing import check_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_REQUIRED = ("id", "ticket_id", "kind", "author", "at")


def parse_plan(data: bytes, *, path: str) -> tuple[PlanRecord, ...]:
    """The records of a file, in its order.

    A torn tail is left out. Raises `StoreInvalidError` (`plan_invalid`, with path and line)
    for any other line that is not a record.
    """
    records: list[PlanRecord] = []
    for _, _, record in parse_each(data.removesuffix(torn_tail(data)), path=path):
        if isinstance(record, StoreInvalidError):
            raise record
        records.append(record)
    return tuple(records)


def parse_each(
    data: bytes, *, path: str
) -> Iterator[tuple[int, bytes, PlanRecord | StoreInvalidError]]:
    """Each line that is not blank: its number, its bytes, and its record or what is wrong."""
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            try:
                yield number, line, _record(line, path, number)
            except StoreInvalidError as error:
                yield number, line, error


def torn_tail(data: bytes) -> bytes:
    """An append that was cut short: what follows the last line end and is no record."""
    tail = data[data.rfind(b"\n") + 1 :]
    if not tail.strip():
        return tail
    try:
        _record(tail, "", 1)
    except StoreInvalidError:
        return tail
    return b""


def render_record(record: PlanRecord) -> bytes:
    """The line of `record`, with its line end."""
    entry: dict[str, object] = {
        "id": record.id,
        "ticket_id": record.ticket_id,
        "kind": record.kind,
    }
    if record.related_ticket is not None:
        entry["related_ticket"] = record.related_ticket
    if record.note is not None:
        entry["note"] = check_text(record.note, "The note")
    if record.accepted_plan is not None:
        entry["accepted_plan"] = _accepted_entry(record.accepted_plan)
    if record.removes is not None:
        entry["removes"] = record.removes
    entry |= {"author": record.author, "at": record.at}
    return (json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _accepted_entry(plan: AcceptedPlan) -> dict[str, str]:
    parts = {
        "summary": plan.summary,
        "branch": plan.branch,
        "worktree": plan.worktree,
        "role_plan": plan.role_plan,
    }
    return {key: check_text(value, "The plan") for key, value in parts.items() if value is not None}


def _record(line: bytes, path: str, number: int) -> PlanRecord:
    try:
        entry = parse_json(line.decode("utf-8-sig"))
    except DoubledKeyError as error:
        raise _invalid(path, number, "says a key twice") from error
    except (ValueError, RecursionError) as error:  # a number may be too long for Python
        from yoi_cli.store.formats.markers import or_conflict

        text = line.decode("utf-8", "replace")
        raise or_conflict(_invalid(path, number, "is not JSON"), text, path) from error
    if not isinstance(entry, dict):
        raise _invalid(path, number, "is not an object")
    texts = texts_of(entry)
    missing = [key for key in _REQUIRED if key not in texts]
    if missing:
        raise _invalid(path, number, f"has no {', '.join(missing)}")
    return PlanRecord(
        id=texts["id"],
        ticket_id=texts["ticket_id"],
        kind=texts["kind"],
        author=texts["author"],
        at=texts["at"],
        related_ticket=texts.get("related_ticket"),
        note=texts.get("note"),
        accepted_plan=_accepted(entry.get("accepted_plan")),
        removes=texts.get("removes"),
    )


def _accepted(entry: object) -> AcceptedPlan | None:
    if not isinstance(entry, dict):
        return None
    texts = texts_of(entry)
    return AcceptedPlan(
        summary=texts.get("summary", ""),
        branch=texts.get("branch"),
        worktree=texts.get("worktree"),
        role_plan=texts.get("role_plan"),
    )


def _invalid(path: str, line: int, problem: str) -> StoreInvalidError:
    return StoreInvalidError(
        "plan_invalid",
        f"{path}:{line} {problem}.",
        hint="Correct the line by hand; `yoi ticket doctor` lists what is wrong in the store.",
        details={"path": path, "line": line},
    )
