"""What is said of a file in which git left a conflict: by every command in the same words."""

from __future__ import annotations

from yoi_cli.errors import StoreInvalidError

_OPENING = "<<<<<<< "


def or_conflict(error: StoreInvalidError, text: str, path: str) -> StoreInvalidError:
    """`error`, or where `text` has git's conflict markers, which explain it, the one that names
    the command that merges by meaning. The code stays."""
    if not any(line.startswith(_OPENING) for line in text.split("\n")):
        return error
    return StoreInvalidError(
        error.code,
        f"{path} has git's conflict markers: a merge left it to be resolved.",
        hint="`yoi resolve` merges what git left in conflict, by meaning.",
        details=error.details,
    )
