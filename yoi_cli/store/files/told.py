"""What a journal tells of one ticket, held against files: what of it stands in them, what not.

docs/format.md, "Journal". Files are given by their path below the ticket's folder, as they are
on disk, in a commit or in a stash; None stands for one that is not there.
"""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar
from zlib import crc32

from yoi_cli.errors import YoiError
from yoi_cli.model.missing import MissingWrites
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files import layout
from yoi_cli.store.formats import journal
from yoi_cli.store.formats.journal_reading import relation_from, value_pair
from yoi_cli.store.formats.thread import parse_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from yoi_cli.model.item import FieldValue
    from yoi_cli.model.relations import Relation
    from yoi_cli.store.formats.journal import JournalEntry

    #: Takes a ticket and a path below its folder.
    ReadFile = Callable[[str, str], bytes | None]

Key = TypeVar("Key")
Value = TypeVar("Value")
#: A header with an id is one wherever it stands (docs/format.md, "Older events").
_HEADER_ID = re.compile(rb"(?m)^<!-- event:[^\n]* id: ([0-7][0-9A-HJKMNP-TV-Z]{25}) -->[ \t\r]*$")
#: So many ids are sought one by one; of more, every header of a thread is looked at.
_FEW = 16
#: So many parts of a journal are known as events.
_MOST_KNOWN = 1000
_NOTHING: Mapping[str, bytes] = MappingProxyType({})


class Told(NamedTuple):
    """What should stand in the files of `ticket`, by what the journal tells.

    `events` are their bytes by id, `records` lines by the id of the plan record, `fields` what
    stood there before and what was written, `description` the same, the first as a checksum.
    `files` are all files of a ticket that was made.
    """

    ticket: str
    since: int
    events: Mapping[str, bytes] = _NOTHING
    relations: Mapping[tuple[str, str], Relation] = MappingProxyType({})
    records: Mapping[str, bytes] = _NOTHING
    fields: Mapping[str, tuple[FieldValue, FieldValue]] = MappingProxyType({})
    description: tuple[int, str] | None = None
    files: Mapping[str, bytes] = _NOTHING
    is_whole: bool = False

    @property
    def is_empty(self) -> bool:
        return not (
            self.events or self.relations or self.records or self.fields or self.description
        )

    @property
    def concerns(self) -> frozenset[str]:
        """The ticket, and those that what is told may name."""
        targets = {target for _, target in self.relations}
        lines = b"\n".join(self.records.values()).decode("utf-8", "surrogateescape")
        named = re.findall(r'"related_ticket":\s*"([^"]+)"', lines)
        return frozenset({self.ticket, *targets, *named})

    def without(self, read: ReadFile) -> Told:
        """What of it does not stand in the files that `read` gives."""
        if self.is_empty:
            return self
        thread = read(self.ticket, layout.THREAD)
        return Told(
            self.ticket,
            self.since,
            _lacking(self.events, ids_in(thread, self.events) if thread else ()),
            _lacking(self.relations, self._relations_in(read)),
            _lacking(self.records, self._records_in(read)),
            *self._item_without(read),
            files=self.files,
            is_whole=thread is None and self.is_whole,
        )

    def missing(self, places: tuple[str, ...], *, gone: bool, waiting: bool) -> MissingWrites:
        """The same as a value: how much there is, and where it may be."""
        fields = (*self.fields, *(("description",) if self.description else ()))
        return MissingWrites(
            self.ticket,
            len(self.events),
            len(self.relations),
            len(self.records),
            fields,
            self.is_whole,
            gone,
            waiting,
            places,
            self.concerns,
        )

    def _relations_in(self, read: ReadFile) -> Iterable[tuple[str, str]]:
        data = read(self.ticket, layout.RELATIONS_PATH) if self.relations else None
        if data is None:
            return ()
        from yoi_cli.store.formats.relations import parse_relations

        try:
            return {one.key for one in parse_relations(data, path=layout.RELATIONS)}
        except YoiError:  # that they cannot be read is told by others
            return self.relations

    def _records_in(self, read: ReadFile) -> Iterable[str]:
        data = read(self.ticket, layout.PLAN_PATH) if self.records else None
        if data is None:
            return ()
        lines = set(data.split(b"\n"))
        return {
            name
            for name, line in self.records.items()
            if line.rstrip(b"\n") in lines or b'"%s"' % name.encode() in data
        }

    def _item_without(
        self, read: ReadFile
    ) -> tuple[Mapping[str, tuple[FieldValue, FieldValue]], tuple[int, str] | None]:
        """The fields and the description that are again what they were before."""
        if not (self.fields or self.description):
            return {}, None
        data = read(self.ticket, layout.ITEM)
        if data is None:
            return self.fields, self.description
        from yoi_cli.store.formats.item import parse_item

        try:
            item = parse_item(data, path=layout.ITEM)
        except YoiError:  # as above
            return {}, None
        fields = {
            name: (old, new)
            for name, (old, new) in self.fields.items()
            if item.fields.get(name) == old
        }
        is_old = self.description is not None and checksum(item.body) == self.description[0]
        return fields, self.description if is_old else None


def told_by(entries: Iterable[JournalEntry]) -> Mapping[str, Told]:
    """What `entries` tell, ticket by ticket; of what was said twice, the last."""
    found: dict[str, Told] = {}
    for entry in entries:
        found[entry.ticket] = told_then(found.get(entry.ticket), entry)
    return found


def told_then(known: Told | None, entry: JournalEntry) -> Told:
    """What is told of a ticket once `entry` came after what is `known`."""
    return _with(known or Told(entry.ticket, entry.at), entry)


def _with(told: Told, entry: JournalEntry) -> Told:
    events, relations = dict(told.events), dict(told.relations)
    records, fields, files = dict(told.records), dict(told.fields), dict(told.files)
    description, is_whole = told.description, told.is_whole
    for name, about, data in entry.parts:
        if name == journal.LEFT:
            return Told(told.ticket, entry.at)
        if name == journal.EVENTS:
            events |= {about: data} if " " not in about else _events_in(data)
        elif name == journal.RELATION:
            relation = relation_from(data)
            relations[relation.key] = relation
        elif name == journal.UNRELATED:
            kind, _, target = about.partition(" ")
            relations.pop((kind, target), None)
        elif name == journal.RECORD:
            records[about] = data
        elif name == journal.FIELD:
            old, new = value_pair(data)
            first = fields[about][0] if about in fields else old
            fields[about] = (first, new)
            if first == new:
                del fields[about]
        elif name == journal.DESCRIPTION:
            first_sum = int(about) if description is None else description[0]
            text = data.decode("utf-8", "surrogateescape")
            description = None if checksum(text) == first_sum else (first_sum, text)
        elif name == journal.FILE:
            files[about] = data
            is_whole = True
            if about == layout.THREAD:
                events |= _events_in(data)
            elif about == layout.RELATIONS_PATH:
                relations |= _relations_of(data)
    return Told(
        told.ticket, told.since, events, relations, records, fields, description, files, is_whole
    )


def ids_in(thread: bytes, wanted: Collection[str]) -> Collection[str]:
    """Those of the `wanted` ids that events in a thread's bytes have, by their headers."""
    if len(wanted) <= _FEW:
        return [event_id for event_id in wanted if _has(thread, event_id.encode())]
    return {found.decode() for found in _HEADER_ID.findall(thread)}.intersection(wanted)


def _has(thread: bytes, event_id: bytes) -> bool:
    """Whether there is an event with that id: sought by it, from the end of a thread on, where the
    newest are."""
    end = len(thread)
    while (at := thread.rfind(event_id, 0, end)) >= 0:
        start = thread.rfind(b"\n", 0, at) + 1
        header = _HEADER_ID.match(thread, start)
        if header is not None and header.group(1) == event_id:
            return True
        end = at
    return False


def checksum(text: str) -> int:
    """What tells a description from another one."""
    return crc32(text.strip("\n").encode("utf-8", "surrogateescape"))


@lru_cache(_MOST_KNOWN)
def _events_in(blocks: bytes) -> Mapping[str, bytes]:
    """The events of bytes that were appended, by id. A process that goes on for long reads the
    same journal again and again, which only grows until a commit."""
    parsed = parse_thread(blocks)
    found = zip(parsed.thread.events, parsed.spans, strict=True)
    return {
        event.id: blocks[start:end].rstrip(b"\r\n") + parsed.newline.encode()
        for event, (start, end) in found
        if event.id is not None
    }


def _relations_of(data: bytes) -> dict[tuple[str, str], Relation]:
    from yoi_cli.store.formats.relations import parse_relations

    return {one.key: one for one in parse_relations(data, path=layout.RELATIONS)}


def _lacking(wanted: Mapping[Key, Value], there: Iterable[Key]) -> Mapping[Key, Value]:
    found = frozenset(there)
    return {key: value for key, value in wanted.items() if key not in found}
