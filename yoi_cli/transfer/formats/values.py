"""Values of other tools' frontmatter, and the error for a file that gives no ticket."""

from __future__ import annotations

from typing import TypeAlias

Value: TypeAlias = "str | list[Value] | dict[str, Value]"
"""A YAML value without types; null is the empty string."""


class UnreadableTicketError(Exception):
    """This file gives no ticket; `line` is 1-based, or None."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def as_text(value: Value) -> str:
    """`value` as text: lists and mappings as JSON, what is empty as nothing."""
    import json

    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False) if value else ""
