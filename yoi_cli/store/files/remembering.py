"""Tickets as files, read again only where they changed: for what stays open and shows them all."""

from __future__ import annotations

import os
import stat
import time
from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.errors import YoiError
from yoi_cli.model.states import RESOLVED_STATES
from yoi_cli.store.files import layout
from yoi_cli.store.files.reader import COARSEST_TIME_NS, FileReader
from yoi_cli.store.formats.thread import is_utf8
from yoi_cli.store.values import FieldsRow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.relations import Relation
    from yoi_cli.model.routing import ThreadSummary
    from yoi_cli.store.files.directory import Directory
    from yoi_cli.store.files.layout import StoreLocation
    from yoi_cli.store.files.missing import Elsewhere
    from yoi_cli.store.values import PlansRow

#: The files that every ticket has, and those below its `artifacts/` that routing reads. Whether
#: there is a resolution shows by the ticket's folder, whether there are records by `artifacts/`.
_OWN = ("", "/item.md", "/thread.md")
_RECORDS = (f"/{layout.RELATIONS_PATH}", f"/{layout.PLAN_PATH}")
_Mark = tuple[int, ...] | None
#: Items below this size (bytes) are held until routing asks for their text.
_LONG = 4096


class _Stamp(NamedTuple):
    """The marks of a ticket's files; a file that was changed has another one.

    `newest` is the latest of their times: one that is not long ago cannot tell a second change
    from the first (as with git's index), so that the ticket counts as changed the next time.
    """

    own: tuple[_Mark, ...]
    artifacts: _Mark
    records: tuple[_Mark, ...]
    newest: int

    @property
    def has_no_records(self) -> bool:
        """Whether it was seen that there are neither relations nor plan records."""
        if any(self.records):
            return False
        return self.artifacts is None or stat.S_ISDIR(self.artifacts[1])


class _Known:
    """What was read of a ticket; an error is not kept."""

    __slots__ = ("fields", "item", "plans", "relations", "stamp", "summary")

    def __init__(self, stamp: _Stamp) -> None:
        self.stamp = stamp
        self.fields: FieldsRow | None = None
        self.item: bytes | None = None
        self.summary: ThreadSummary | None = None
        self.relations: tuple[Relation, ...] | None = None
        self.plans: tuple[PlansRow | None] | None = None


class RememberingReader(FileReader):
    """A reader that keeps what routing takes of each ticket until `look` finds its files changed.

    What it says is as of the last look, or later. For one thread.
    """

    def __init__(self, location: StoreLocation, elsewhere: Elsewhere | None = None) -> None:
        super().__init__(location, elsewhere)
        self._known: dict[TicketId, _Known] = {}
        self._failed: set[TicketId] = set()

    def look(self) -> Collection[TicketId]:
        """Look at the files of all tickets, and forget those that changed: their ids, with those
        that are gone, and those whose reading failed."""
        self.forget_folder()
        if self.location.git is not None:
            self._begun = self.location.git.stirred
        now, before, changed = time.time_ns(), self._known, self._failed
        self._known, self._failed = {}, set()
        for ticket, error in self._entries():
            known = before.pop(ticket, None)
            stamp = _stamp(self._present_folder(), ticket, None if known is None else known.stamp)
            if (
                known is None
                or error is not None
                or known.stamp != stamp
                or now - stamp.newest < COARSEST_TIME_NS
            ):
                changed.add(ticket)
                known = _Known(stamp)
            self._known[ticket] = known
        changed.update(before)
        return changed

    def all_fields(self) -> Iterator[FieldsRow]:
        for row in super().all_fields():
            if row.error is not None:
                self._failed.add(row.id)
            yield row

    def thread_summary(self, ticket: TicketId) -> ThreadSummary:
        known = self._known.get(ticket)
        if known is None:
            return super().thread_summary(ticket)
        if known.summary is None:
            try:
                known.summary = super().thread_summary(ticket)
            except YoiError:
                self._failed.add(ticket)
                raise
        return known.summary

    def _fields_row(self, ticket: TicketId) -> FieldsRow:
        known = self._known.get(ticket)
        if known is None:
            return super()._fields_row(ticket)
        if known.fields is None:
            known.fields, known.item = self._read_item(ticket)
        return known.fields

    def _read_item(self, ticket: TicketId) -> tuple[FieldsRow, bytes | None]:
        """An item, read to its end at once; with its bytes where its text may be asked for."""
        from yoi_cli.store.formats.item import parse_fields, parse_item

        data = self._read_in_pass(ticket, "item.md")
        shown = self._shown(ticket, layout.ITEM)
        fields, is_text = parse_fields(data, path=shown), data.isascii() or is_utf8(data)
        if fields is None:
            fields, is_text = parse_item(data, path=shown).fields, True
        elif is_text and len(data) >= _LONG:
            try:
                parse_item(data, path=shown)
            except YoiError:
                is_text = False
        is_kept = len(data) < _LONG and fields.get("state") not in RESOLVED_STATES
        return FieldsRow(ticket, fields, None, is_text), data if is_kept else None

    def description(self, ticket: TicketId) -> str:
        from yoi_cli.store.formats.item import parse_description

        known = self._known.get(ticket)
        data = None if known is None else known.item
        if known is None or data is None:
            return super().description(ticket)
        known.item = None  # asked for once, and large in sum
        return parse_description(data, path=self._shown(ticket, layout.ITEM))

    def _relations_in_pass(self, ticket: TicketId, naming: str) -> tuple[Relation, ...]:
        known = self._known.get(ticket)
        if known is None or naming:
            return super()._relations_in_pass(ticket, naming)
        if known.relations is None and known.stamp.has_no_records:
            known.relations = ()
        if known.relations is None:
            try:
                known.relations = super()._relations_in_pass(ticket, naming)
            except YoiError:
                self._failed.add(ticket)
                raise
        return known.relations

    def _may_have_plan(self, ticket: TicketId) -> bool:
        known = self._known.get(ticket)
        if known is not None and known.stamp.has_no_records:
            return False
        return super()._may_have_plan(ticket) if known is None or known.plans is None else True

    def _plans_row(self, ticket: TicketId) -> PlansRow | None:
        known = self._known.get(ticket)
        if known is None:
            return super()._plans_row(ticket)
        if known.plans is None:
            try:
                known.plans = (super()._plans_row(ticket),)
            except YoiError:
                self._failed.add(ticket)
                raise
        return known.plans[0]


def _stamp(folder: Directory, ticket: str, before: _Stamp | None) -> _Stamp:
    """The marks of a ticket's files now, with as few looks as that can cost."""
    at = folder.descriptor
    own = tuple([_mark(ticket + path, at) for path in _OWN])
    artifacts = _mark(f"{ticket}/{layout.ARTIFACTS}", at)
    if artifacts is None:
        records: tuple[_Mark, ...] = ()
    elif before is not None and before.artifacts == artifacts and not any(before.records):
        records = before.records  # nothing came into the folder, or went
    else:
        records = tuple([_mark(ticket + path, at) for path in _RECORDS])
    marks = (*own, artifacts, *records)
    return _Stamp(own, artifacts, records, max([mark[3] for mark in marks if mark], default=0))


def _mark(path: str, folder: int) -> _Mark:
    """A mark that is another one after a change: no program can set the time in it."""
    try:
        found = os.lstat(path, dir_fd=folder)
    except OSError:
        return None
    return found.st_ino, found.st_mode, found.st_size, found.st_ctime_ns
