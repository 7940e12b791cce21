"""Texts from an editor, kept in their files until what they were written for is done."""

from __future__ import annotations

import contextlib
import os

_kept: list[str] = []


def keep_draft(path: str) -> None:
    """Keep the file at `path` for as long as the command may fail."""
    _kept.append(path)


def forget_drafts() -> None:
    """Remove the files: their texts stand where they belong."""
    while _kept:
        with contextlib.suppress(OSError):
            os.unlink(_kept.pop())


def where_drafts_are() -> str:
    """A sentence that names the files that are kept; empty where there are none."""
    return f"Your text is in {', '.join(_kept)}." if _kept else ""
