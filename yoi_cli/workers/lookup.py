"""Worker ids as people type them: any unambiguous beginning or end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, NotFoundError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

_PREFIX = "w-"
_SHORTEST = 4
_DIGITS = frozenset("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def identify_worker(ids: Sequence[str], word: str) -> str:
    """The one of `ids` that begins or ends with `word`.

    Raises `UsageError` (`worker_invalid`), `NotFoundError` (`worker_not_found`) and
    `ConflictError` (`worker_ambiguous`).
    """
    digits = word.removeprefix(_PREFIX).upper()
    if len(digits) < _SHORTEST or not _DIGITS.issuperset(digits):
        raise UsageError(
            "worker_invalid",
            f"{word[:60]!r} is not a worker's id.",
            hint=f"Give at least {_SHORTEST} characters of its beginning or end; "
            "`yoi worker list` shows them.",
        )
    found = [
        one for one in ids if one.removeprefix(_PREFIX).startswith(digits) or one.endswith(digits)
    ]
    if not found:
        raise NotFoundError(
            "worker_not_found",
            f"There is no worker {word[:60]}.",
            hint="`yoi worker list` shows those that are kept.",
            details={"worker_id": word[:60]},
        )
    if len(found) > 1:
        raise ConflictError(
            "worker_ambiguous",
            f"{word} may be {len(found)} workers.",
            hint="Give more of its id: " + ", ".join(found[:5]) + ".",
            details={"candidates": found[:20]},
        )
    return found[0]
