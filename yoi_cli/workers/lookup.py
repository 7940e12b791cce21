"""Worker ids: their shape, and the one that a person means by a part of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, NotFoundError, OperationError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

_ID = re.compile(r"w-[0-7][0-9A-HJKMNP-TV-Z]{25}")
_PREFIX = "w-"
_SHORTEST = 4
_DIGITS = frozenset("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def is_worker_id(word: str) -> bool:
    """Whether `word` has the shape of a worker's id; nothing else ever names a path."""
    return _ID.fullmatch(word) is not None


def check_worker_id(word: str) -> str:
    """`word`, being a worker's id. Raises `UsageError` (`worker_invalid`)."""
    if not is_worker_id(word):
        raise _invalid(word, "`yoi worker list` shows them.")
    return word


def identify_worker(ids: Sequence[str], word: str) -> str:
    """The one of `ids` that begins or ends with `word`.

    Raises `UsageError` (`worker_invalid`), `NotFoundError` (`worker_not_found`) and
    `ConflictError` (`worker_ambiguous`).
    """
    digits = word.removeprefix(_PREFIX).upper()
    if len(digits) < _SHORTEST or not _DIGITS.issuperset(digits):
        hint = (
            f"Give at least {_SHORTEST} characters of its beginning or end; "
            "`yoi worker list` shows them."
        )
        raise _invalid(word, hint)
    found = [
        one for one in ids if one.removeprefix(_PREFIX).startswith(digits) or one.endswith(digits)
    ]
    if not found:
        raise worker_not_found(word[:60])
    if len(found) > 1:
        raise ConflictError(
            "worker_ambiguous",
            f"{word} may be {len(found)} workers.",
            hint="Give more of its id: " + ", ".join(found[:5]) + ".",
            details={"candidates": found[:20]},
        )
    return found[0]


def worker_not_found(worker_id: str) -> NotFoundError:
    """The error for a worker that is not kept here."""
    return NotFoundError(
        "worker_not_found",
        f"There is no worker {worker_id}.",
        hint="`yoi worker list` shows those that are kept.",
        details={"worker_id": worker_id},
    )


def still_at_work(worker_id: str, state: str, seconds: float) -> OperationError:
    """The error for a worker that did not end within so many seconds."""
    return OperationError(
        "worker_timeout",
        f"Worker {worker_id} is still {state} after {seconds:g} s.",
        hint="It goes on; wait longer, or end it with `yoi worker stop`.",
        details={"worker_id": worker_id, "state": state},
    )


def _invalid(word: str, hint: str) -> UsageError:
    return UsageError("worker_invalid", f"{word[:60]!r} is not a worker's id.", hint=hint)
