"""A second opinion on what a thread says of its ticket, from docs/format.md alone; and a second
reader of relations and plan records. What cannot be read for certain is None."""

from __future__ import annotations

import json
from typing import NamedTuple

from format.threads import Event, read_thread

STATES = ("planning", "ready", "queued", "inprogress", "done", "closed")
RESOLVED = ("done", "closed")
MOVES = {
    ("planning", "ready"),
    ("ready", "queued"),
    ("ready", "planning"),
    ("queued", "inprogress"),
    ("queued", "planning"),
    ("inprogress", "done"),
    ("inprogress", "planning"),
    ("done", "planning"),
    ("closed", "planning"),
    *((state, "closed") for state in STATES if state != "closed"),
}
_WORK = ("implementation_report", "commit", "worker")
#: Reports by which something that was recorded is not read, or cannot be told from another.
_LOSSES = {"torn", "event_id_conflict", "event_disfigured", "thread_not_utf8"}


class Log(NamedTuple):
    """What a thread says: the state, and whether it may be believed."""

    state: str
    is_whole: bool
    is_diverged: bool = False
    work: int = 0
    review: int = 0
    verdict: str = ""


def read_log(data: bytes) -> Log:
    """The fold of a thread's bytes."""
    reading = read_thread(data)
    is_whole = bool(reading.events) and not any(code in _LOSSES for code, _ in reading.reports)
    return fold(reading.events)._replace(is_whole=is_whole)


def fold(found: list[Event]) -> Log:
    moves = [one for one in found if _is_move(one.pairs, is_older=one.id is None)]
    state = "planning"
    for one in moves:
        if one.pairs["event"] in ("close", "closed"):
            break
        if one.pairs.get("from") in STATES:
            state = one.pairs["from"]
            break
    is_diverged, started = False, 0
    for one in moves:
        is_close = one.pairs["event"] != "state_changed"
        origin = state if is_close else one.pairs.get("from", "")
        target = "closed" if is_close else one.pairs.get("to", "")
        if target not in STATES:
            continue
        is_legal, is_older = (state, target) in MOVES, one.id is None
        if origin != state and not (is_legal or is_older):
            is_diverged = is_diverged or target != state
            continue
        is_diverged = is_diverged and not is_legal
        started = one.start if target == "inprogress" and state != target else started
        state = target
    work = review = 0
    verdict = ""
    for one in found:
        if one.start < started or state != "inprogress":
            continue
        kind, pairs = one.pairs.get("event"), one.pairs
        if kind in _WORK and not (
            "into" in pairs if kind == "commit" else "step" in pairs and kind == "worker"
        ):
            work = one.start
        elif kind == "review" and pairs.get("status"):
            review, verdict = one.start, pairs["status"]
    return Log(state, True, is_diverged, work, review, verdict)


def _is_move(pairs: dict[str, str], *, is_older: bool) -> bool:
    if pairs.get("event") == "state_changed":
        return pairs.get("field") in ("state", "workflow_state")
    return pairs.get("event") == "close" or (pairs.get("event") == "closed" and is_older)


def read_relations(data: bytes) -> list[dict[str, str]] | None:
    """The relations of a file, None where they cannot be read."""
    document = _json(data)
    if not isinstance(document, dict) or document.get("version") != 1:
        return None
    entries = document.get("relations")
    keys = ("ticket_id", "kind", "target", "author", "at")
    if not isinstance(entries, list):
        return None
    if not all(
        isinstance(one, dict) and all(isinstance(one.get(k), str) for k in keys) for one in entries
    ):
        return None
    return entries


def read_plan(data: bytes) -> list[dict[str, str]] | None:
    """The records of a file, None where they cannot be read to the last."""
    records = [_json(line) for line in data.split(b"\n") if line.strip()]
    keys = ("id", "ticket_id", "kind", "author", "at")
    if not all(
        isinstance(one, dict) and all(isinstance(one.get(k), str) for k in keys) for one in records
    ):
        return None
    return [one for one in records if isinstance(one, dict)]


def _json(data: bytes) -> object:
    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError
        return dict(pairs)

    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=unique)
    except ValueError:
        return None
