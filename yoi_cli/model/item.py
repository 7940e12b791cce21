"""The values that a ticket's frontmatter may hold (docs/format.md)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

FieldValue: TypeAlias = str | tuple[str, ...] | None
"""A frontmatter value: text, null, or a list of text. Never a number, date or boolean."""


class Item(NamedTuple):
    """A ticket's `item.md`: its frontmatter as `fields`, the markdown below it as `body`.

    `lines` gives the 1-based line on which each key stands, for diagnostics.
    """

    fields: Mapping[str, FieldValue]
    body: str
    lines: Mapping[str, int] = MappingProxyType({})

    def text(self, key: str) -> str:
        """The value of `key` where it is text, else the empty string."""
        return field_text(self.fields, key)

    def texts(self, key: str) -> tuple[str, ...]:
        """The value of `key` where it is a list, a lone text as a list of one."""
        return field_texts(self.fields, key)

    @property
    def title(self) -> str:
        return self.text("title")

    @property
    def state(self) -> str:
        """The projection of the thread's fold; never used where something is decided."""
        return self.text("state")


def field_text(fields: Mapping[str, FieldValue], key: str) -> str:
    """The value of `key` where it is text, else the empty string."""
    value = fields.get(key)
    return value if isinstance(value, str) else ""


def field_texts(fields: Mapping[str, FieldValue], key: str) -> tuple[str, ...]:
    """The value of `key` where it is a list, a lone text as a list of one."""
    value = fields.get(key)
    if isinstance(value, tuple):
        return value
    return (value,) if value else ()
