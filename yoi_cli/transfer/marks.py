"""What a ticket's frontmatter says of where it came from (docs/import.md).

`source` names its origin, and `source_mark` what the origin said when it was last taken in, so that
the next import knows what changed there and whether anybody changed it here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.missing_links import MISSING_LINKS
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from yoi_cli.model.item import FieldValue
    from yoi_cli.transfer.model import ForeignTicket

#: The frontmatter key that names a ticket's origin, as `tk:nw-5c46`.
SOURCE = "source"
SOURCE_MARK = "source_mark"
_DIGITS = 12
#: What an import writes of itself, and what work on a ticket writes beside its state.
_NOT_CONTENT = frozenset(
    {
        "created_at",
        "updated_at",
        "queued_by",
        "queued_at",
        SOURCE,
        SOURCE_MARK,
        MISSING_LINKS,
    }
)


class SourceMark(NamedTuple):
    """Digests of a ticket as its origin had it: its fields and text, its links, its notes, and
    what has no place here."""

    content: str
    links: str
    notes: str
    extra: str

    def __str__(self) -> str:
        return "-".join(self)


def mark_of(
    ticket: ForeignTicket, fields: Mapping[str, FieldValue], description: str
) -> SourceMark:
    """The mark of `ticket`, of which `fields` and `description` are made."""
    return SourceMark(
        content_digest(fields, description),
        _digest(f"{kind}\0{name}" for kind, name in sorted(ticket.links)),
        _digest(f"{note.author}\0{note.at}\0{note.body}" for note in ticket.notes),
        _digest(f"{key}\0{value}" for key, value in (("", ticket.source_status), *ticket.extra)),
    )


def content_digest(fields: Mapping[str, FieldValue], description: str) -> str:
    """A digest of what people write of a ticket; the same before and after it is in a file."""
    said = (
        f"{key}\0{value if isinstance(value, str) else chr(1).join(value)}"
        for key, value in sorted(fields.items())
        if value and key not in _NOT_CONTENT
    )
    return _digest((*said, description.strip("\n")))


def read_mark(fields: Mapping[str, FieldValue]) -> SourceMark | None:
    """The mark that a ticket has, None where it has none that can be read."""
    text = fields.get(SOURCE_MARK)
    parts = text.split("-") if isinstance(text, str) else []
    return SourceMark(*parts) if len(parts) == len(SourceMark._fields) else None


def _digest(parts: Iterable[str]) -> str:
    from hashlib import sha256

    text = "\2".join(parts)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
