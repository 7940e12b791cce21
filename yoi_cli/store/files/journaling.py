"""What a write changed, as the journal keeps it (docs/format.md, "Journal")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.store.files import layout
from yoi_cli.store.formats import journal
from yoi_cli.store.formats.journal import json_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from yoi_cli.model.item import FieldValue, Item
    from yoi_cli.model.relations import Relation
    from yoi_cli.store.values import Change

    Parts = tuple[tuple[str, str, bytes], ...]

#: A ticket that is made of more bytes is not kept whole: what is so large came from a file.
_LARGE = 1 << 20


def parts_of(
    change: Change,
    blocks: bytes,
    event_ids: Sequence[str],
    item: bytes,
    earlier: Mapping[str, bytes | None],
) -> Parts:
    """What `change` does: its encoded events, and the rest against the files before it."""
    parts: list[tuple[str, str, bytes]] = []
    if event_ids:
        parts.append((journal.EVENTS, " ".join(event_ids), blocks))
    if change.relations is not None:
        parts += _related(change.relations, earlier.get(layout.RELATIONS))
    if change.plan:
        from yoi_cli.store.formats.plan import render_record

        parts += [(journal.RECORD, one.id, render_record(one)) for one in change.plan]
    if change.fields or change.removed_fields or change.description is not None:
        parts += _edited(change, item)
    return tuple(parts)


def parts_of_files(files: Mapping[str, bytes], *, largest: int | None = _LARGE) -> Parts:
    """What making a ticket of `files` does; nothing where they have more than `largest` bytes."""
    if largest is not None and sum(map(len, files.values())) > largest:
        return ()
    return tuple((journal.FILE, path, data) for path, data in files.items())


def parts_of_relation(relation: Relation) -> Parts:
    """What adding `relation` does."""
    return ((journal.RELATION, "", b"[" + b", ".join(map(json_of, relation)) + b"]"),)


def _related(
    relations: Sequence[Relation], earlier: bytes | None
) -> Iterator[tuple[str, str, bytes]]:
    from yoi_cli.store.formats.relations import parse_relations

    known = () if earlier is None else parse_relations(earlier, path=layout.RELATIONS)
    before, after = {one.key for one in known}, {one.key for one in relations}
    for one in relations:
        if one.key not in before:
            yield from parts_of_relation(one)
    for kind, target in sorted(before - after):
        yield journal.UNRELATED, f"{kind} {target}", b""


def _edited(change: Change, item: bytes) -> Iterator[tuple[str, str, bytes]]:
    from yoi_cli.store.formats.item import parse_item

    before = parse_item(item, path=layout.ITEM)
    after: dict[str, FieldValue] = {**change.fields, **dict.fromkeys(change.removed_fields)}
    for name, value in after.items():
        if before.fields.get(name) != value:
            pair = b"[%s, %s]" % (json_of(before.fields.get(name)), json_of(value))
            yield journal.FIELD, name, pair
    if change.description is not None:
        yield from _described(before, change.description)


def _described(before: Item, description: str) -> Iterator[tuple[str, str, bytes]]:
    from yoi_cli.store.files.told import checksum

    if checksum(before.body) != checksum(description):
        text = description.encode("utf-8", "surrogateescape")
        yield journal.DESCRIPTION, str(checksum(before.body)), text
