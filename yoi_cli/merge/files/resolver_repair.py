"""What earlier merges spoilt in a ticket, repaired: fused events, doubled keys, markers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.merge.files.fused_events import begins_twice, is_fused, separate_events
from yoi_cli.merge.files.line_merge import (
    doubled_keys,
    has_markers,
    item_is_marked,
    repair_item,
    sides_of_markers,
)
from yoi_cli.merge.files.parts import merge_part, projected
from yoi_cli.merge.ports import ResolveStep, Sides, TicketFault, TicketOutcome
from yoi_cli.model.findings import conflict_sentence
from yoi_cli.model.text import counted
from yoi_cli.model.trees import read_file
from yoi_cli.store.files import layout
from yoi_cli.store.formats.item import parse_item

if TYPE_CHECKING:
    from yoi_cli.merge.files.fused_events import SeparatedThread
    from yoi_cli.merge.files.resolver_files import TicketFiles
    from yoi_cli.merge.ports import ConflictRepository
    from yoi_cli.model.findings import Conflict
    from yoi_cli.model.ids import TicketId


class TicketRepair:
    """Repairs one ticket's files. The bytes that are replaced are kept in artifacts/.torn."""

    def __init__(
        self, files: TicketFiles, ticket: TicketId, repository: ConflictRepository | None
    ) -> None:
        self._files = files
        self._ticket = ticket
        self._repository = repository

    def wrong(self) -> TicketFault:
        """What there is to repair."""
        read = self._read
        thread, item = read(layout.THREAD), read(layout.ITEM)
        others = (read(part) or b"" for part in (layout.RELATIONS_PATH, layout.PLAN_PATH))
        return TicketFault(
            fused=thread is not None and is_fused(thread),
            doubled=item is not None and bool(doubled_keys(item)),
            marked=(thread is not None and has_markers(thread))
            or (item is not None and item_is_marked(item))
            or any(map(has_markers, others)),
            made_twice=thread is not None and begins_twice(thread),
        )

    def is_stale(self) -> bool:
        """Whether the item says another state than its thread folds to."""
        thread, item = self._read(layout.THREAD), self._read(layout.ITEM)
        if thread is None or item is None:
            return False
        return projected(item, thread, path=self._path(layout.ITEM)) != item

    def make(self) -> TicketOutcome:
        """Everything that can be repaired, and then the projection."""
        outcome = self._separate_events().then(self._repair_item())
        for part in (layout.RELATIONS_PATH, layout.PLAN_PATH):
            outcome = outcome.then(self._repair_records(part))
        return outcome.then(self._project())

    def _read(self, part: str) -> bytes | None:
        return self._files.read(self._ticket, part)

    def _path(self, part: str) -> str:
        return self._files.path(self._ticket, part)

    def _replace(self, part: str, before: bytes, after: bytes) -> None:
        self._files.set_aside(self._ticket, part, before)
        self._files.write(self._ticket, part, after)

    def _separate_events(self) -> TicketOutcome:
        data, path = self._read(layout.THREAD) or b"", self._path(layout.THREAD)
        if not (is_fused(data) or has_markers(data)):
            return TicketOutcome()
        versions = self._repository.versions(path) if self._repository is not None else ()
        found = separate_events(data, versions, path=path)
        if found.data == data:
            return TicketOutcome()
        self._replace(layout.THREAD, data, found.data)
        how = []
        if found.recovered:
            how.append(f"{counted(len(found.recovered), 'event')} as git's history has it")
        if found.closed:
            how.append(f"{counted(len(found.closed), 'event')} by putting the closing line back")
        message = f"parted fused events: {', '.join(how) or 'nothing was lost'}"
        return TicketOutcome(
            (ResolveStep("parted", self._ticket, message, (path,)),), notes=_part_notes(path, found)
        )

    def _repair_item(self) -> TicketOutcome:
        data, path = self._read(layout.ITEM) or b"", self._path(layout.ITEM)
        doubled = doubled_keys(data)
        if not (doubled or item_is_marked(data)):
            return TicketOutcome()
        found = repair_item(data, self._past_ancestor(path), path=path)
        self._replace(layout.ITEM, data, found.data)
        what = f"each of {', '.join(doubled)} once" if doubled else "conflict markers taken out"
        step = ResolveStep("mended", self._ticket, f"item.md: {what}", (path,))
        return TicketOutcome((step,), notes=_item_notes(path, found.conflicts))

    def _past_ancestor(self, path: str) -> bytes | None:
        """The item at `path` in the ancestor of the newest merge that touched it."""
        merges = self._repository.merges(path) if self._repository is not None else ()
        items = (read_file(merge.base, path) for merge in merges)
        return next((item for item in items if item is not None), None)

    def _repair_records(self, part: str) -> TicketOutcome:
        data, path = self._read(part), self._path(part)
        if data is None or not has_markers(data):
            return TicketOutcome()
        found = merge_part(path, Sides(None, *sides_of_markers(data)))
        self._replace(part, data, found.data)
        step = ResolveStep("mended", self._ticket, f"{part}: conflict markers taken out", (path,))
        return TicketOutcome((step,))

    def _project(self) -> TicketOutcome:
        thread, item = self._read(layout.THREAD), self._read(layout.ITEM)
        if thread is None or item is None:
            return TicketOutcome()
        path = self._path(layout.ITEM)
        data = projected(item, thread, path=path)
        if data == item:
            return TicketOutcome()
        self._files.write(self._ticket, layout.ITEM, data)
        state = parse_item(data, path=path).state
        message = f"item.md: state is {state}, as the thread says"
        return TicketOutcome((ResolveStep("projected", self._ticket, message, (path,)),))


def _part_notes(path: str, found: SeparatedThread) -> tuple[str, ...]:
    notes: list[str] = []
    if found.closed:
        ids = ", ".join(found.closed)
        notes.append(f"{path}: history lacks {ids}; words of it may stand in the event after it.")
    if found.loose:
        kept = f"artifacts/{layout.TORN} has the file as it was"
        notes.append(f"{path}: {counted(found.loose, 'line')} stood in no event; {kept}.")
    return tuple(notes)


def _item_notes(path: str, conflicts: tuple[Conflict, ...]) -> tuple[str, ...]:
    kept = f"artifacts/{layout.TORN} has the file as it was"
    return tuple(f"{path}: {conflict_sentence(one)} {kept}." for one in conflicts)
