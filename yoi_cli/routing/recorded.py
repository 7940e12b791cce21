"""Routing decisions as logs hold them, in the words of whoever took them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.model import events
from yoi_cli.model.routing import IMPLEMENTATION_READY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.model.events import Event

READY = "ready"
BLOCKED = "blocked"

_KINDS = frozenset({events.DECISION, events.PLAN, events.COMMENT})
_ANNOUNCED = re.compile(r"(?i)#*[ \t]*routing[ \t]+(?:decision|correction):\s*(\S[^\n]*)")
_CORRECTED = re.compile(r"(?im)^corrected routing decision:\s*(\S[^\n]*)")
_CLASS = re.compile(r"[a-z]+(?:_[a-z]+)+")
_LEADING_CLASS = re.compile(r"[a-z]+(?:_[a-z]+)+(?![\w-])")
_WITHHELD = re.compile(r"保留|\b(?:hold|held|wait|defer|pending|until)", re.IGNORECASE)
_STARTING = re.compile(r"start implementation\b", re.IGNORECASE)
_BUT_WAITING = "implementation_ready_but_waiting"
_LONGEST = 80

#: What a decision may say of the world outside the store, by the code of the reason.
_SAID = {
    "said_dirty_workspace": re.compile(r"\bdirty\b|\buncommitted\b|未コミット", re.IGNORECASE),
    "said_missing_authority": re.compile(
        r"\bdelegat|\bauthori[sz]|\bauthority\b|\bpermission|権限", re.IGNORECASE
    ),
    "said_capacity": re.compile(r"\bcapacity\b|空き枠|作業枠", re.IGNORECASE),
}


def classification_of(event: Event) -> str | None:
    """The classification that an event records, None where it records no routing decision.

    Ours carry it as an attribute. Older ones begin with `Routing decision:` or `Routing
    correction:` and the word, in backticks or not, on that line or on the next that is not
    blank. Where the same line withholds it ("implementation_ready, but held until …") or has
    no such word, the line is given as it stands.
    """
    if event.kind not in _KINDS:
        return None
    attribute = event.attributes.get("classification")
    if attribute:
        return attribute
    announced = _ANNOUNCED.match(event.body)
    if announced is None:
        return None
    first = _said_by(announced.group(1))
    corrected = _CORRECTED.search(event.body)
    if corrected is not None and not _CLASS.fullmatch(first):
        return _said_by(corrected.group(1))
    return first


def verdict_of(classification: str) -> str | None:
    """Whether a classification says ready or blocked; None where it says something else."""
    if not _CLASS.fullmatch(classification):
        return None
    if classification.startswith("blocked_"):
        return BLOCKED
    if classification.startswith(_BUT_WAITING):
        return None
    return READY if classification.startswith(IMPLEMENTATION_READY) else None


def said_reasons(event: Event) -> Iterator[str]:
    """The codes of reasons from outside the store that a decision's own words give.

    Only what stands before the evidence counts, without the line of the classification.
    """
    reason = event.body.partition("\nEvidence checked:")[0].partition("\n")[2]
    for code, words in _SAID.items():
        if words.search(reason):
            yield code


def _said_by(line: str) -> str:
    """The classification that the rest of a line gives, or the line itself."""
    text = line.strip(" \t\r.`*")
    word = _LEADING_CLASS.match(text)
    if word is not None and not _WITHHELD.search(text, word.end()):
        return word.group()
    if _STARTING.match(text):
        return IMPLEMENTATION_READY
    return text[:_LONGEST]
