"""Merging and repairing tickets' files in place, under the store's lock; a `TicketResolver`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import StoreInvalidError, YoiError
from yoi_cli.merge.files.id_collision import SeparatedTickets, separation
from yoi_cli.merge.files.local_edits import added_since, has_own_words, is_by_hand
from yoi_cli.merge.files.originals import left_out
from yoi_cli.merge.files.parts import merge_part, merged_resolution, projected
from yoi_cli.merge.files.renumber import THEIRS, renamed_file
from yoi_cli.merge.files.resolver_renames import bring_back
from yoi_cli.merge.files.resolver_repair import TicketRepair
from yoi_cli.merge.files.texts import merge_threads
from yoi_cli.merge.ports import MergedPart, Question, ResolveStep, Sides, TicketFault, TicketOutcome
from yoi_cli.model.findings import FILE, conflict_sentence, needs_person
from yoi_cli.store.files import layout
from yoi_cli.store.formats.thread_headers import fold_thread

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from yoi_cli.merge.files.resolver_files import TicketFiles
    from yoi_cli.merge.ports import ConflictRepository
    from yoi_cli.model.findings import Conflict
    from yoi_cli.model.ids import TicketId

#: What makes a ticket: where one of them is gone, so is the ticket.
_ESSENTIAL = (layout.THREAD, layout.ITEM)


class FileResolver:
    """Resolves tickets on `files`, which write, or only work out what would be written."""

    def __init__(self, files: TicketFiles) -> None:
        self._files = files
        self._separated: list[SeparatedTickets] = []

    def ids(self) -> Sequence[TicketId]:
        return self._files.ids()

    def wrong(self, ticket: TicketId) -> TicketFault:
        try:
            return TicketRepair(self._files, ticket, None).wrong()
        except StoreInvalidError:  # a symlink, a FIFO: doctor's, and nothing that a merge did
            return TicketFault()

    def is_stale(self, ticket: TicketId) -> bool:
        try:
            return TicketRepair(self._files, ticket, None).is_stale()
        except StoreInvalidError:  # an item that cannot be read has no state to bring in line
            return False

    def merge(
        self, ticket: TicketId, unmerged: Mapping[str, Sides], repository: ConflictRepository
    ) -> TicketOutcome:
        """Every file by itself; what a person must decide is written, and not resolved."""
        with self._files.announced(ticket):
            removed = self._removed(ticket, unmerged)
            outcome = self._restore(ticket, unmerged, removed, repository)
            brought = bring_back(self._files, ticket, unmerged, repository)
            settled = brought.own.keys() | brought.strange
            left = {p: one for p, one in {**unmerged, **removed}.items() if p not in settled}
            merged, failed = self._merged(ticket, left)
            merged |= brought.own
            outcome = outcome.then(brought.outcome).then(failed)
            merged = self._with_state(ticket, unmerged, merged)
            for part, found in merged.items():
                outcome = outcome.then(self._take(ticket, part, unmerged.get(part), found))
            thread = merged.get(layout.THREAD)
            if thread is not None and thread.diverged:
                note = f"{ticket} is diverged: both sides moved it, and one move was set aside."
                outcome = outcome.then(TicketOutcome(notes=(note,)))
        return outcome

    def merge_objective(self, objective: str, sides: Sides) -> TicketOutcome:
        path = f"{layout.OBJECTIVES_FOLDER}/{objective}/{layout.ITEM}"
        found = merge_part(path, self._as_separated(path, sides))
        here = self._files.read_path(path)
        if here is not None and is_by_hand(here, sides, found.data):
            return TicketOutcome(questions=(_edited(objective, path),))
        self._files.write_path(path, found.data)
        if found.questions:
            return TicketOutcome(questions=_questions(objective, path, found.questions))
        step = ResolveStep("merged", objective, f"merged {path}", (path,))
        return TicketOutcome((step,), resolved=(path,))

    def separate(
        self,
        ticket: TicketId,
        unmerged: Mapping[str, Sides],
        repository: ConflictRepository,
        taken: Collection[str],
    ) -> TicketOutcome:
        found = separation(self._files, ticket, unmerged, repository, taken)
        if found is None:
            return TicketOutcome()
        self._separated.append(found)
        with self._files.announced(ticket):
            renamed, paths = self._write_separated(ticket, found)
        new = found.change.new
        whose = "theirs" if found.leaver == THEIRS else "ours"
        message = f"two tickets were made as {ticket}; {whose}, begun later, is {new} now"
        steps = [ResolveStep("renumbered", new, message, tuple(paths))]
        steps += [
            ResolveStep("renamed", new, f"{path} names the new id", (path,)) for path in renamed
        ]
        note = f"Texts that name {ticket} were not changed; see whether they mean {new}."
        # Git's index is told only in the middle of a merge; else it is for whoever commits.
        resolved = (*paths, *renamed) if unmerged else ()
        return TicketOutcome(tuple(steps), notes=(note,), resolved=resolved)

    def _write_separated(
        self, ticket: TicketId, found: SeparatedTickets
    ) -> tuple[list[str], list[str]]:
        """Write both tickets; the files of others that were renamed, and those of the two.

        The thread under the old id goes last: as long as it is as it was, all is done again.
        """
        files = self._files
        files.install(found.change.new, found.gone)
        paths = [files.path(found.change.new, part) for part in found.gone]
        renamed: list[str] = []
        for path, data in tuple(files.referring(ticket)):
            if path.startswith(f"{files.path(found.change.new, '')}/"):
                continue
            changed = found.renamed_reference(path, data)
            if changed is not None and changed != data:
                files.write_path(path, changed)
                renamed.append(path)
        for part in files.parts(ticket):
            if part in found.moved:
                files.remove(ticket, part)
                paths.append(files.path(ticket, part))
        for part in sorted(found.stays, key=lambda part: part == layout.THREAD):
            files.write(ticket, part, found.stays[part])
            paths.append(files.path(ticket, part))
        return renamed, paths

    def repair(
        self, ticket: TicketId, wrong: TicketFault, repository: ConflictRepository | None
    ) -> TicketOutcome:
        with self._files.announced(ticket):
            outcome = TicketRepair(self._files, ticket, repository).make()
        if wrong.made_twice and repository is None:
            path = self._files.path(ticket, layout.THREAD)
            message = (
                "This thread has two tickets, and without git their events cannot be told apart."
            )
            outcome = outcome.then(
                TicketOutcome(questions=(Question(ticket, path, "ticket_made_twice", message),))
            )
        return outcome

    def _removed(self, ticket: TicketId, unmerged: Mapping[str, Sides]) -> dict[str, Sides]:
        """The files of a ticket that one side removed and the other changed: as these changed
        them, for what the removal took along nobody took out of them."""
        removed = {
            part: sides._replace(base=None) for part, sides in unmerged.items() if sides.is_removal
        }
        is_gone = any(one in removed or self._files.read(ticket, one) is None for one in _ESSENTIAL)
        return removed if is_gone else {}

    def _restore(
        self,
        ticket: TicketId,
        unmerged: Mapping[str, Sides],
        removed: Mapping[str, Sides],
        repository: ConflictRepository,
    ) -> TicketOutcome:
        """A ticket that one side removed and the other changed stays, with all its files."""
        if not removed:
            return TicketOutcome()
        sides = next(iter(removed.values()))
        tree = repository.ours() if sides.ours is not None else repository.theirs()
        if tree is None:
            note = f"{ticket}: files that nobody changed could not be brought back with it."
            return TicketOutcome(notes=(note,))
        reason = "one side removed it, the other changed it: it stays"
        return self._files.restore(ticket, tree, reason, unless=unmerged)

    def _merged(
        self, ticket: TicketId, unmerged: Mapping[str, Sides]
    ) -> tuple[dict[str, MergedPart], TicketOutcome]:
        """The files that merge, by part, and those that a person must see to."""
        merged: dict[str, MergedPart] = {}
        outcome = TicketOutcome()
        for part, sides in unmerged.items():
            path = self._files.path(ticket, part)
            if any(found.change.old == ticket and part in found.stays for found in self._separated):
                continue
            try:
                merged[part] = self._merge_one(ticket, part, self._as_separated(path, sides))
            except YoiError as error:
                question = Question(ticket, path, error.code, f"{error.message} {error.hint}")
                outcome = outcome.then(TicketOutcome(questions=(question,)))
        return merged, outcome

    def _merge_one(self, ticket: TicketId, part: str, sides: Sides) -> MergedPart:
        found = merge_part(self._files.path(ticket, part), sides)
        if part != layout.THREAD:
            return found
        here = self._files.read(ticket, part)
        added = b"" if here is None else added_since(here, sides)
        if not added:
            return found
        data = merge_threads(found.data, added, path=self._files.path(ticket, part)).data
        return found._replace(data=data, diverged=fold_thread(data).is_diverged)

    def _as_separated(self, path: str, sides: Sides) -> Sides:
        """`sides` with the new id where the side of a renumbered ticket names the old."""
        for found in self._separated:
            if found.leaver == THEIRS:
                sides = sides._replace(theirs=_renamed(path, sides.theirs, found))
            else:
                sides = sides._replace(ours=_renamed(path, sides.ours, found))
        return sides

    def _with_state(
        self, ticket: TicketId, unmerged: Mapping[str, Sides], merged: dict[str, MergedPart]
    ) -> dict[str, MergedPart]:
        """`merged` with the item projected, and `resolution.md` as the thread has it."""
        thread = merged[layout.THREAD].data if layout.THREAD in merged else None
        if thread is None and layout.THREAD not in unmerged:
            thread = self._files.read(ticket, layout.THREAD)
        if thread is None:
            return merged
        found = dict(merged)
        resolution = unmerged.get(layout.RESOLUTION)
        settled = None if resolution is None else merged_resolution(resolution, thread)
        if settled is not None:
            found[layout.RESOLUTION] = settled
        path = self._files.path(ticket, layout.ITEM)
        item = found.get(layout.ITEM)
        here = self._files.read(ticket, layout.ITEM)
        if item is not None:
            found[layout.ITEM] = item._replace(data=projected(item.data, thread, path=path))
        elif here is not None and layout.ITEM not in unmerged:
            data = projected(here, thread, path=path)
            if data != here:
                found[layout.ITEM] = MergedPart(data)
        return found

    def _take(
        self, ticket: TicketId, part: str, sides: Sides | None, found: MergedPart
    ) -> TicketOutcome:
        """Write a merged file, unless somebody edited it by hand."""
        path = self._files.path(ticket, part)
        here = self._files.read(ticket, part)
        if any(one.code == FILE for one in found.conflicts):
            return TicketOutcome(questions=_questions(ticket, path, found.questions))
        if sides is not None and here is not None:
            if part != layout.THREAD and is_by_hand(here, sides, found.data):
                return TicketOutcome(questions=(_edited(ticket, path),))
            if has_own_words(here, sides, found.data):
                self._files.set_aside(ticket, part, here)
        if sides is not None and part == layout.THREAD:
            for side in (sides.ours, sides.theirs):
                self._files.set_aside(ticket, part, left_out(side or b"", found.data))
        self._files.write(ticket, part, found.data)
        if sides is not None and found.questions:
            return TicketOutcome(questions=_questions(ticket, path, found.questions))
        notes = tuple(
            f"{path}: {conflict_sentence(one)}" for one in found.conflicts if not needs_person(one)
        )
        word = "projected" if sides is None else "merged"
        step = ResolveStep(word, ticket, f"{word} {part}", (path,))
        return TicketOutcome((step,), notes=notes, resolved=() if sides is None else (path,))


def _edited(ticket: str, path: str) -> Question:
    message = "It was edited since the merge. Once it is right, `git add` it."
    return Question(ticket, path, "edited_since", message)


def _questions(ticket: str, path: str, conflicts: Sequence[Conflict]) -> tuple[Question, ...]:
    how = "Git's index has both: `git show :2:PATH` and `:3:PATH`. Correct it, then `git add` it."
    return tuple(
        Question(ticket, path, one.code, f"{conflict_sentence(one)} {how}") for one in conflicts
    )


def _renamed(path: str, data: bytes | None, found: SeparatedTickets) -> bytes | None:
    if data is None:
        return None
    try:
        renamed = renamed_file(path, data, found.change)
    except YoiError:
        return data
    return data if renamed is None else renamed
