"""Links of an imported ticket whose other end has not come in (docs/import.md).

The ticket keeps them by name. One that says that it waits holds it up: nobody knows whether that is
done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.item import field_texts
from yoi_cli.model.relations import TICKET, waiting_end
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.model.item import FieldValue

#: The frontmatter key that has them: entries such as `depends_on tk:nw-5c46`.
MISSING_LINKS = "missing_links"


class MissingLink(NamedTuple):
    """A link whose other end, which goes by `source`, is not in the store."""

    kind: str
    source: str

    def __str__(self) -> str:
        return f"{self.kind} {self.source}"


def is_name_elsewhere(word: str) -> bool:
    """Whether `word` names a ticket of another tool (`tk:nw-5c46`), and not one of a store."""
    return ":" in word


def missing_links(fields: Mapping[str, FieldValue]) -> tuple[MissingLink, ...]:
    """The links of a ticket whose other end has not come in."""
    parted = (entry.partition(" ") for entry in field_texts(fields, MISSING_LINKS))
    return tuple(MissingLink(kind, source) for kind, _, source in parted if source)


def missing_dependencies(fields: Mapping[str, FieldValue]) -> tuple[MissingLink, ...]:
    """Those for which the ticket waits."""
    if MISSING_LINKS not in fields:
        return ()
    return tuple(link for link in missing_links(fields) if waiting_end(link.kind) == TICKET)
