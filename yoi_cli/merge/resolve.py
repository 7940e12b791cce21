"""`yoi resolve`: what a merge left in a store, merged by meaning and repaired (docs/merging.md).

First tickets that were made twice get their own ids, then files in conflict are merged from
the index, then what earlier merges spoilt is repaired. Files are written before git's index
has any, and it gets all at once: a run that was cut short is done again from the start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.merge.ports import Question, TicketOutcome, UncommittedStore
from yoi_cli.model.ids import TicketId, is_ticket_id

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from yoi_cli.merge.ports import ConflictRepository, ResolveStep, Sides, TicketResolver

THREAD = "thread.md"
_ITEM = "item.md"
_CLEAN = UncommittedStore(frozenset(), frozenset(), is_merging=False)


@dataclass(frozen=True, slots=True)
class Resolution:
    """What was done, or would be (`planned`), and what is left to a person.

    `added` are the paths that were added to git's index.
    """

    steps: tuple[ResolveStep, ...]
    questions: tuple[Question, ...]
    notes: tuple[str, ...]
    added: tuple[str, ...]
    planned: bool


@dataclass(frozen=True, slots=True)
class StoreFolders:
    """The folders of tickets and objectives, relative to the workspace."""

    tickets: str
    objectives: str

    def of(self, path: str) -> tuple[str, str, str]:
        """The folder that `path` lies in, the id, and the path below that; ids may be ""."""
        for folder in (self.tickets, self.objectives):
            if path.startswith(f"{folder}/"):
                name, _, part = path.removeprefix(f"{folder}/").partition("/")
                return (folder, name, part) if is_ticket_id(name) else (folder, "", path)
        return "", "", path


def resolve(
    resolver: TicketResolver,
    repository: ConflictRepository | None,
    folders: StoreFolders,
    wanted: Collection[str],
    *,
    is_dry: bool,
    advance: Callable[[], None],
) -> Resolution:
    """Resolve and repair the tickets `wanted`, all where that is empty.

    `repository` is None outside of git; then only what files themselves tell is repaired.
    Raises `YoiError` and `OSError` for what concerns more than one ticket.
    """
    conflicts = {} if repository is None else _by_ticket(repository.unmerged(), folders)
    in_conflict = {name: parts for (_, name), parts in conflicts.items() if name}
    pending = _CLEAN if repository is None else repository.pending()
    touched = {folders.of(path)[1] for path in pending.touched}
    wrong: list[TicketId] = []
    for ticket in resolver.ids():
        advance()
        if ticket in in_conflict or (wanted and ticket not in wanted):
            continue
        if resolver.wrong(ticket).is_anything or (ticket in touched and resolver.is_stale(ticket)):
            wrong.append(ticket)
    outcome = TicketOutcome()
    if repository is not None:
        outcome = outcome.then(_unreadable(repository, folders, wanted))
        asked = {name: in_conflict[name] for name in in_conflict if not wanted or name in wanted}
        outcome = outcome.then(_separate_all(resolver, repository, asked, wrong))
        outcome = outcome.then(_merge_all(resolver, repository, folders, conflicts, wanted))
    for ticket in wrong:
        outcome = outcome.then(_repair(resolver, repository, ticket))
    added = tuple(dict.fromkeys((*outcome.resolved, *_to_stage(outcome, pending))))
    if repository is not None and added and not is_dry:
        repository.add(added)
    return Resolution(
        outcome.steps, outcome.questions, outcome.notes, () if is_dry else added, is_dry
    )


def _to_stage(outcome: TicketOutcome, pending: UncommittedStore) -> Iterator[str]:
    """What was written beside the conflicts, and goes into the commit that git waits for.

    A file that somebody had changed and not added is theirs to add.
    """
    if pending.is_merging:
        written = (path for step in outcome.steps for path in step.paths)
        yield from (path for path in written if path not in pending.unstaged)


def _by_ticket(
    unmerged: Mapping[str, Sides], folders: StoreFolders
) -> dict[tuple[str, str], dict[str, Sides]]:
    """Files in conflict by (folder, id), and there by their path below that."""
    found: dict[tuple[str, str], dict[str, Sides]] = {}
    for path, sides in unmerged.items():
        folder, name, part = folders.of(path)
        found.setdefault((folder, name), {})[part] = sides
    return found


def _unreadable(
    repository: ConflictRepository, folders: StoreFolders, wanted: Collection[str]
) -> TicketOutcome:
    """What is in conflict and cannot be read as a file: for a person to decide."""
    questions = [
        Question(name, path, "file_conflict", "It is not a regular file on both sides.")
        for path in repository.unreadable()
        for _, name, _ in [folders.of(path)]
        if not wanted or name in wanted
    ]
    return TicketOutcome(questions=tuple(questions))


def _separate_all(
    resolver: TicketResolver,
    repository: ConflictRepository,
    conflicts: Mapping[str, Mapping[str, Sides]],
    wrong: Sequence[TicketId],
) -> TicketOutcome:
    """Take tickets of one id apart: those in conflict, and those that a merge fused."""
    outcome = TicketOutcome()
    taken = set(resolver.ids())
    for name in sorted({*conflicts, *wrong}):
        ticket = TicketId(name)
        parts = conflicts.get(name, {})
        if THREAD not in parts and not (ticket in wrong and resolver.wrong(ticket).made_twice):
            continue
        try:
            outcome = outcome.then(resolver.separate(ticket, parts, repository, taken))
        except YoiError as error:
            outcome = outcome.then(_failed(name, THREAD, error))
    return outcome


def _merge_all(
    resolver: TicketResolver,
    repository: ConflictRepository,
    folders: StoreFolders,
    conflicts: Mapping[tuple[str, str], Mapping[str, Sides]],
    wanted: Collection[str],
) -> TicketOutcome:
    outcome = TicketOutcome()
    for (folder, name), parts in sorted(conflicts.items()):
        if wanted and name not in wanted:
            continue
        try:
            if name and folder == folders.tickets:
                outcome = outcome.then(resolver.merge(TicketId(name), parts, repository))
            elif name and parts.keys() == {_ITEM}:
                outcome = outcome.then(resolver.merge_objective(name, parts[_ITEM]))
            else:
                said = "No rule says how this file is merged."
                paths = (f"{folder}/{name}/{part}" if name else part for part in parts)
                unknown = tuple(Question(name, path, "file_conflict", said) for path in paths)
                outcome = outcome.then(TicketOutcome(questions=unknown))
        except YoiError as error:
            outcome = outcome.then(_failed(name, f"{folder}/{name}", error))
    return outcome


def _repair(
    resolver: TicketResolver, repository: ConflictRepository | None, ticket: TicketId
) -> TicketOutcome:
    wrong = resolver.wrong(ticket)
    if not (wrong.is_anything or resolver.is_stale(ticket)):
        return TicketOutcome()
    try:
        return resolver.repair(ticket, wrong, repository)
    except YoiError as error:
        return _failed(ticket, "", error)


def _failed(ticket: str, path: str, error: YoiError) -> TicketOutcome:
    shown = str(error.details.get("path", path))
    message = f"{error.message} {error.hint}".strip()
    return TicketOutcome(questions=(Question(ticket, shown, error.code, message),))
