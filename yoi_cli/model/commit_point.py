"""Whether what this process was asked to record stands on disk (docs/durability.md).

What fails from there on is a warning: an exit code other than 0 would let a script do it again.
"""

from __future__ import annotations

_passed = False


def pass_commit_point(*, is_passed: bool = True) -> None:
    """The store was written and let go of; with `is_passed` False, it is about to be written."""
    global _passed  # noqa: PLW0603 - the process has one outcome
    _passed = is_passed


def is_recorded() -> bool:
    """Whether the newest write of this process came to its end."""
    return _passed
