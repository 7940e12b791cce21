"""What a command of this clone wrote, as `yoi undo` needs it (docs/format.md, "Undo notes")."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias
from zlib import crc32

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.model.item import FieldValue, Item
    from yoi_cli.model.relations import Relation

#: A key's value in a tuple of one; the empty tuple where the key was not there.
Slot: TypeAlias = "tuple[FieldValue, ...]"


def text_sum(text: str) -> int:
    """What tells a description from another one, whatever line ends its file has."""
    return crc32("\n".join(text.strip("\n").splitlines()).encode("utf-8", "surrogateescape"))


class NotedWrite(NamedTuple):
    """What one write changed on a ticket, at `at_ms` (Unix milliseconds).

    `last_id` is the greatest id of an event in the thread after it. `fields` are slots before and
    after. `description` is the text before and the checksum of the one after. `related` and
    `unrelated` are the relations that came and went. `item` is that of a ticket that was made.
    `is_import` says that whole tickets were put in place. `is_whole` is false where something that
    stood there before was too large to be noted.
    """

    ticket: str
    at_ms: int
    last_id: str = ""
    event_ids: tuple[str, ...] = ()
    fields: Mapping[str, tuple[Slot, Slot]] = MappingProxyType({})
    description: tuple[str, int] | None = None
    related: tuple[Relation, ...] = ()
    unrelated: tuple[Relation, ...] = ()
    planned: tuple[str, ...] = ()
    item: Item | None = None
    is_import: bool = False
    is_whole: bool = True


class NotedCommand(NamedTuple):
    """The writes of one invocation of `command`, oldest first. `author` is who wrote; empty for the
    one that git or the login names."""

    key: str
    command: str
    author: str
    writes: tuple[NotedWrite, ...]

    @property
    def at_ms(self) -> int:
        """When it began to write."""
        return self.writes[0].at_ms

    @property
    def tickets(self) -> tuple[str, ...]:
        """The tickets that it wrote to, each once."""
        return tuple(dict.fromkeys(one.ticket for one in self.writes))
