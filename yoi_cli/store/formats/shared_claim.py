"""`claim.json` of a claim's commit, and what a clone keeps of it (docs/machines.md)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from yoi_cli.model.shared_claim import (
    FINISHED,
    HELD,
    PUBLISHED,
    RELEASED,
    Instant,
    KnownClaim,
    SharedClaim,
)
from yoi_cli.store.formats.json_values import numbers_of, texts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_STATES = frozenset({HELD, PUBLISHED, RELEASED, FINISHED})
_NUMBERS = ("generation", "sequence", "lease", "taken_at")
_TEXTS = ("holder", "host", "worktree", "worker", "nonce")
_LONGEST = 200
_HIGHEST = 10**15


def render_claim(claim: SharedClaim) -> bytes:
    """The bytes of `claim.json`."""
    return (json.dumps(claim._asdict(), ensure_ascii=False, indent=1) + "\n").encode()


def parse_claim(data: bytes, ticket: str) -> SharedClaim | None:
    """The claim that the bytes tell, which anybody who may push wrote; None for what is none, and
    for another ticket's."""
    try:
        return _claim_of(json.loads(data), ticket)
    except (ValueError, RecursionError):
        return None


def _claim_of(entry: object, ticket: str) -> SharedClaim | None:
    texts, numbers = texts_of(entry), numbers_of(entry)
    values = {name: numbers.get(name, -1) for name in _NUMBERS}
    if texts.get("ticket") != ticket or texts.get("state") not in _STATES:
        return None
    if not all(0 <= value < _HIGHEST for value in values.values()):
        return None
    lines = {name: _line(texts.get(name, "")) for name in _TEXTS}
    return SharedClaim(
        ticket=ticket,
        holder=lines["holder"],
        host=lines["host"],
        generation=values["generation"],
        sequence=values["sequence"],
        lease=values["lease"],
        state=texts["state"],
        taken_at=values["taken_at"],
        worktree=lines["worktree"],
        worker=lines["worker"],
        nonce=lines["nonce"],
    )


def _line(text: str) -> str:
    """One line of what can be shown."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())[:_LONGEST]


def render_known(rows: Sequence[KnownClaim | None]) -> bytes:
    """What a clone keeps of a ticket: what it knows, and what it is about to push."""
    return (json.dumps([row and _known_entry(row) for row in rows]) + "\n").encode()


def _known_entry(known: KnownClaim) -> dict[str, object]:
    return {
        "commit": known.commit,
        "is_own": known.is_own,
        "boot": known.since.boot,
        "passed": known.since.passed,
        "claim": known.claim._asdict(),
    }


def parse_known(data: bytes, ticket: str) -> list[KnownClaim | None]:
    """What was kept. Raises `ValueError` for what is nothing of the kind."""
    rows: object = json.loads(data)
    if not isinstance(rows, list) or len(rows) != 2:
        raise ValueError("two rows are expected")
    return [None if row is None else _known_of(row, ticket) for row in rows]


def _known_of(row: object, ticket: str) -> KnownClaim:
    texts, numbers = texts_of(row), numbers_of(row)
    claim = _claim_of(row.get("claim"), ticket) if isinstance(row, dict) else None
    if claim is None or not {"commit", "boot"} <= texts.keys() or "passed" not in numbers:
        raise ValueError("no claim is told")
    since = Instant(texts["boot"], numbers["passed"])
    return KnownClaim(texts["commit"], claim, numbers.get("is_own") is True, since)
