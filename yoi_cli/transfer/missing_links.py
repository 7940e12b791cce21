"""Links that are kept by name, made relations once the other end has come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model.missing_links import MISSING_LINKS, MissingLink, missing_links
from yoi_cli.model.relations import Relation
from yoi_cli.model.time import stamp
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.values import Change
from yoi_cli.transfer.links import BlockingGraph, Origins, merged, related_instead
from yoi_cli.transfer.report import LinkEnd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yoi_cli.model.events import Author
    from yoi_cli.model.ids import TicketId
    from yoi_cli.store.ports import TicketReader, TicketStore, TicketWriter
    from yoi_cli.transfer.model import Finder


class _Waiting(NamedTuple):
    """A ticket with links by name, of which some lead to a ticket that is here."""

    id: TicketId
    found: tuple[tuple[MissingLink, TicketId], ...]


def origins_of(reader: TicketReader, finder_of: Callable[[str], Finder]) -> Origins:
    """Which ticket of a store came from where."""
    origins = Origins(finder_of)
    for row in reader.all_fields():
        origins.add_row(row)
    return origins


def preview_links(reader: TicketReader, origins: Origins) -> list[LinkEnd]:
    """The links that `complete_links` would make now."""
    return [
        LinkEnd(one.id, link.kind, link.source, target)
        for one in _waiting(reader, origins)
        for link, target in one.found
    ]


def complete_links(store: TicketStore, origins: Origins, by: Author) -> list[LinkEnd]:
    """Make relations of the links by name whose other end is in the store now; which ones.

    A ticket that cannot be read or written keeps its names.
    """
    made: list[LinkEnd] = []
    for one in list(_waiting(store, origins)):
        with store.write() as writer:
            try:
                made += _complete(writer, one, by)
            except YoiError as error:
                if error.code == "lock_timeout":
                    raise
    return made


def _waiting(reader: TicketReader, origins: Origins) -> Iterator[_Waiting]:
    for row in reader.all_fields():
        found = ((link, origins.find(link.source)) for link in missing_links(row.fields))
        here = tuple((link, id_) for link, id_ in found if id_ is not None and id_ != row.id)
        if here:
            yield _Waiting(row.id, here)


def _complete(writer: TicketWriter, waiting: _Waiting, by: Author) -> list[LinkEnd]:
    item, known = writer.item(waiting.id), writer.relations(waiting.id)
    at = stamp(writer.now_ms)
    still = missing_links(item.fields)
    ends: list[tuple[MissingLink, Relation]] = [
        (link, Relation(waiting.id, link.kind, target, by.author, at))
        for link, target in waiting.found
        if link in still and writer.exists(target)
    ]
    edges = [one.edge for _, one in ends if one.edge is not None]
    graph = BlockingGraph(writer, edges)
    new = [related_instead(one, graph, link.source.partition(":")[0])[0] for link, one in ends]
    made = {link for link, _ in ends}
    left = tuple(str(link) for link in still if link not in made)
    change = Change(
        fields={MISSING_LINKS: left} if left else {},
        removed_fields=() if left else (MISSING_LINKS,),
        relations=merged((*known, *new)),
    )
    if ends:
        writer.commit(waiting.id, change)
    return [LinkEnd(waiting.id, link.kind, link.source, one.target) for link, one in ends]
