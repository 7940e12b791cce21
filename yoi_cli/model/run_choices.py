"""What a ticket may say of how it is worked on: its keys, and what they may hold
(docs/format.md, "item.md")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CODER, REVIEWER, MODEL, TARGET, ROUNDS = "coder", "reviewer", "model", "target", "rounds"
BEST_OF, RUNTIME = "best_of", "runtime"
MOST_ROUNDS, MOST_CANDIDATES = 99, 9

_PROFILE = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
#: Nothing that could be taken for an option of an agent's, or for more than one word.
MODEL_NAME = r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}"
#: The id of a runtime; `local` is that of the clone itself.
RUNTIME_NAME = r"[A-Za-z0-9][A-Za-z0-9_:-]{0,119}"
#: Every key, with what its value must look like, and that in words.
RUN_CHOICES: Mapping[str, tuple[str, str]] = {
    CODER: (_PROFILE, "the name of a profile"),
    REVIEWER: (_PROFILE, "the name of a profile, or person"),
    MODEL: (MODEL_NAME, "the name of a model"),
    TARGET: (r"(?!refs/)[^\s\x00-\x1f\x7f~^:?*\[\\-][^\s\x00-\x1f\x7f~^:?*\[\\]*", "a branch"),
    ROUNDS: (r"[1-9][0-9]?", f"a number from 1 to {MOST_ROUNDS}"),
    BEST_OF: (r"[1-9]", f"a number from 1 to {MOST_CANDIDATES}"),
    RUNTIME: (RUNTIME_NAME, "the id of a runtime, or local"),
}


def fault(name: str, value: str) -> str:
    """What is wrong with `value` for the key `name`, in a sentence; empty for nothing."""
    form, what = RUN_CHOICES[name]
    return "" if re.fullmatch(form, value) else f"{name} must be {what}, not {value[:60]!r}."
