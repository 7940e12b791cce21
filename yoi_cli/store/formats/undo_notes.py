"""What a write changed, as the undo notes keep it (docs/format.md, "Undo notes").

An entry is one of a journal's, whose parts say who wrote, which events are new, and what stood
before. Reading them back is for `yoi undo` alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.store.formats import journal
from yoi_cli.store.formats.journal import json_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from yoi_cli.model.noted import NotedCommand, NotedWrite, Slot
    from yoi_cli.model.relations import Relation
    from yoi_cli.store.formats.journal import JournalEntry
    from yoi_cli.store.values import Change

    Part = tuple[str, str, bytes]
    Parts = tuple[Part, ...]

#: Names of parts that the journal does not have.
BY = "by"
INSTALLED = "installed"
TOO_LARGE = "too_large"
#: A part of more bytes is not kept; what it tells of cannot be undone then.
_LARGE = 1 << 18


def head_of(key: str, command: str, author: str, now_ms: int, last_id: str) -> Part:
    """The part that every entry begins with: who wrote, by which command, and when."""
    return (BY, key, f"{now_ms}\n{last_id}\n{command}\n{author}".encode("utf-8", "replace"))


def parts_of(
    change: Change, event_ids: Sequence[str], item: bytes, relations: bytes | None
) -> Parts:
    """What `change` did to a ticket that had this `item` and the file `relations`."""
    parts: list[Part] = [(journal.EVENTS, " ".join(event_ids), b"")] if event_ids else []
    if change.relations is not None:
        parts += _related(change.relations, relations)
    parts += [(journal.RECORD, one.id, b"") for one in change.plan]
    if change.fields or change.removed_fields or change.description is not None:
        parts += _edited(change, item)
    return tuple(map(_limited, parts))


def parts_of_creation(event_ids: Sequence[str], item: bytes) -> Parts:
    """What making a ticket with this `item` did."""
    events = (journal.EVENTS, " ".join(event_ids), b"")
    return (events, _limited((journal.FILE, "item.md", item)))


def author_of(change: Change) -> str:
    """Who made `change`, as far as it says so."""
    if change.events:
        return change.events[0].author
    if change.relations:
        return change.relations[-1].author
    return change.plan[-1].author if change.plan else ""


def _limited(part: Part) -> Part:
    return part if len(part[2]) <= _LARGE else (TOO_LARGE, part[0], b"")


def _related(relations: Sequence[Relation], earlier: bytes | None) -> Iterator[Part]:
    from yoi_cli.store.formats.relations import parse_relations

    known = () if earlier is None else parse_relations(earlier, path="relations.json")
    before, after = {one.key for one in known}, {one.key for one in relations}
    for name, rows, others in (
        (journal.RELATION, relations, before),
        (journal.UNRELATED, known, after),
    ):
        for one in rows:
            if one.key not in others:
                yield name, "", b"[" + b", ".join(map(json_of, one)) + b"]"


def _edited(change: Change, item: bytes) -> Iterator[Part]:
    from yoi_cli.store.formats.item import parse_item

    before = parse_item(item, path="item.md")
    after: dict[str, Slot] = {name: (value,) for name, value in change.fields.items()}
    after |= dict.fromkeys(change.removed_fields, ())
    for name, slot in after.items():
        was: Slot = (before.fields[name],) if name in before.fields else ()
        if was != slot:
            yield journal.FIELD, name, b"[" + b", ".join(map(_slot_text, (was, slot))) + b"]"
    if change.description is not None and change.description != before.body:
        from yoi_cli.model.noted import text_sum

        text = before.body.encode("utf-8", "surrogateescape")
        yield journal.DESCRIPTION, str(text_sum(change.description)), text


def _slot_text(slot: Slot) -> bytes:
    return b"[" + b", ".join(map(json_of, slot)) + b"]"


def key_of(entry: JournalEntry) -> str:
    """The invocation that an entry is of."""
    return next((about for name, about, _ in entry.parts if name == BY), "")


def commands_of(entries: Iterable[JournalEntry]) -> tuple[NotedCommand, ...]:
    """The commands whose writes `entries` are; those that say not who wrote are passed over."""
    from yoi_cli.model.noted import NotedCommand, NotedWrite

    found: dict[str, NotedCommand] = {}
    for entry in entries:
        head = next((one for one in entry.parts if one[0] == BY), None)
        at, last_id, command, author = _head(head[2]) if head else ("", "", "", "")
        if head is None or not at.isdigit():
            continue
        write = _write(NotedWrite(entry.ticket, int(at), last_id), entry.parts)
        known = found.get(head[1])
        writes = (*known.writes, write) if known else (write,)
        found[head[1]] = NotedCommand(head[1], command, author, writes)
    return tuple(sorted(found.values(), key=lambda one: one.writes[-1].at_ms))


def _head(data: bytes) -> tuple[str, str, str, str]:
    at, last_id, command, author = (*data.decode("utf-8", "replace").split("\n", 3), "", "", "")[:4]
    return at, last_id, command, author


def _write(write: NotedWrite, parts: Parts) -> NotedWrite:
    from yoi_cli.store.formats.item import parse_item
    from yoi_cli.store.formats.journal_reading import relation_from, slot_pair

    for name, about, data in parts:
        if name == journal.EVENTS:
            write = write._replace(event_ids=tuple(about.split()))
        elif name == journal.RELATION:
            write = write._replace(related=(*write.related, relation_from(data)))
        elif name == journal.UNRELATED:
            write = write._replace(unrelated=(*write.unrelated, relation_from(data)))
        elif name == journal.RECORD:
            write = write._replace(planned=(*write.planned, about))
        elif name == journal.FIELD:
            write = write._replace(fields={**write.fields, about: slot_pair(data)})
        elif name == journal.DESCRIPTION:
            text = data.decode("utf-8", "surrogateescape")
            write = write._replace(description=(text, int(about)))
        elif name == journal.FILE:
            write = write._replace(item=parse_item(data, path=about))
        elif name == INSTALLED:
            write = write._replace(is_import=True)
        elif name == TOO_LARGE:
            write = write._replace(is_whole=False)
    return write
