"""How a document is made from a value, and what documents of several nouns hold.

Importing any module of this folder but `envelope` imports msgspec, which costs more than a small
command: a command does so only where JSON was asked for (ARCHITECTURE.md, "JSON").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.errors import YoiError
    from yoi_cli.store.values import Unreadable

_Document = TypeVar("_Document", bound=Struct)


def from_value(kind: type[_Document], value: object, /, **others: object) -> _Document:
    """A document of `kind`: `others` as they are given, every other field from the attribute of
    `value` that has its name. Raises AttributeError where there is none."""
    # Not msgspec.convert(from_attributes=True), which takes a NamedTuple for a list.
    for name in kind.__struct_fields__:
        if name not in others:
            others[name] = getattr(value, name)
    return kind(**others)


def from_values(kind: type[_Document], values: Iterable[object]) -> tuple[_Document, ...]:
    """A document of `kind` for each of the values, which have all of its fields."""
    return tuple(from_value(kind, value) for value in values)


class UnreadableDocument(Struct, frozen=True, kw_only=True):
    """A ticket that is broken; `code` and `message` are those of the error."""

    ticket: str
    code: str
    message: str


def unreadable_document(ticket: str, error: YoiError) -> UnreadableDocument:
    return from_value(UnreadableDocument, error, ticket=ticket)


def unreadable_documents(broken: Iterable[Unreadable]) -> tuple[UnreadableDocument, ...]:
    return tuple(unreadable_document(one.ticket, one.error) for one in broken)
