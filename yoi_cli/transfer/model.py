"""A ticket of another tool, on its way in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.model.item import FieldValue

#: A YAML value without types; null is the empty string.
Value: TypeAlias = "str | list[Value] | dict[str, Value]"


@dataclass(frozen=True, slots=True)
class ForeignNote:
    """A dated remark; `at` is `YYYY-MM-DDTHH:MM:SSZ`, or empty where the source has none."""

    author: str
    at: str
    body: str


@dataclass(frozen=True, slots=True)
class ForeignTicket:
    """What another tool's ticket says, in `yoi`'s words.

    `state` is a `yoi` state, `fields` are its other fields, `links` are (relation kind, source
    id) pairs, times are `YYYY-MM-DDTHH:MM:SSZ`. `source_status` is the tool's own word for the
    state; `extra` holds the keys that have no place in a `yoi` ticket, so that nothing is lost.
    """

    source_id: str
    source_path: str
    source_status: str
    title: str
    description: str
    state: str
    created_at: str
    updated_at: str
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    links: tuple[tuple[str, str], ...] = ()
    notes: tuple[ForeignNote, ...] = ()
    resolution: str | None = None
    extra: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """A file that gave no ticket: its path, the 1-based line if known, and why."""

    path: str
    line: int | None
    message: str


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
