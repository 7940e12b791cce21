"""What a reviewer says with its last line (docs/orchestrate.md, the reviewer's contract)."""

from __future__ import annotations

import re
from typing import NamedTuple

from yoi_cli.model.events import APPROVE, REQUEST_CHANGES

MARK = "YOI-REVIEW:"
_VERDICT = re.compile(rf"{MARK} ({APPROVE}|{REQUEST_CHANGES})")
#: Escape sequences of terminals: CSI, OSC up to its end, and the short ones.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LONGEST_TEXT = 16_000


class Verdict(NamedTuple):
    """`approve` or `request_changes`, and what was said before it."""

    status: str
    text: str


def plain_text(output: bytes) -> str:
    """What a program printed, as text without what drives a terminal."""
    text = output.decode("utf-8", "replace").replace("\r\n", "\n")
    return _CONTROLS.sub("", _ESCAPES.sub("", text))


def verdict_of(output: bytes) -> Verdict | None:
    """The verdict in a reviewer's output: its last line that is not blank says it, alone.

    Nothing else counts, so that a reviewer which breaks off, or repeats what it was told,
    has given none.
    """
    text = plain_text(output).rstrip()
    before, _, last = text.rpartition("\n")
    match = _VERDICT.fullmatch(last.strip())
    if match is None:
        return None
    said = before.strip()
    if len(said) > _LONGEST_TEXT:
        said = f"[…]\n{said[-_LONGEST_TEXT:]}"
    return Verdict(match[1], said)
