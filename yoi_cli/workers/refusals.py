"""Whether a confined worker failed for what the kernel kept from it (docs/security.md)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.workers.model import EXITED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.workers.model import WorkerView

_WORDS = re.compile(
    r"\bE(?:ACCES|PERM|ROFS)\b|permission denied|operation not permitted|read-only file system",
    re.IGNORECASE,
)
#: So much of what it printed last can say it.
TAIL = 1 << 14


def refusal_in(view: WorkerView, lines: Sequence[str]) -> str:
    """The line that says what a worker that failed was not allowed; empty where none does, and
    where nothing confined it."""
    if view.state != EXITED or not view.exit_code or not view.landlock:
        return ""
    return next((line for line in lines if _WORDS.search(line)), "")
