"""Relations and plan records that git has and the store has not: `merge_losses` for records.

A relation goes by `yoi ticket relation remove`, which leaves an event; a plan record never. What
HEAD or a side of a merge had, and is nowhere without such an event, a merge or a checkout took.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError, YoiError
from yoi_cli.git.command import run_git
from yoi_cli.git.object_stream import ObjectStream
from yoi_cli.merge.git.committed_store import committed_store
from yoi_cli.merge.git.known_merges import KnownMerges
from yoi_cli.merge.git.merge_sides import (
    MergeSide,
    ancestor_blobs,
    blob_at,
    each_once,
    file_patterns,
    is_blob,
    merge_sides,
    parents_of,
    placed,
    sides_of,
)
from yoi_cli.model.events import RELATION_REMOVED
from yoi_cli.model.lost import LostRecords
from yoi_cli.store.files import layout
from yoi_cli.store.formats.thread import parse_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from yoi_cli.git.commit_facts import CommitFacts
    from yoi_cli.merge.git.committed_store import CommittedStore
    from yoi_cli.model.plan import PlanRecord
    from yoi_cli.model.relations import Relation

    #: Takes a ticket and a path below its folder; None for what is not there.
    ReadFile = Callable[[str, str], bytes | None]
    #: The relations of a file by kind and target, or its plan records by id with their lines.
    Records = Mapping[tuple[str, str], tuple[Relation | PlanRecord, bytes]]

_PARTS = (layout.RELATIONS_PATH, layout.PLAN_PATH)
_HEADER = re.compile(rb"^<!-- event:[^\n]*-->", re.MULTILINE)
_CREATED = re.compile(rb"^<!-- event: create ", re.MULTILINE)


def lost_records(
    workspace: str,
    folder: str,
    read: ReadFile,
    tickets: Iterable[str] | None = None,
    notes: str | None = None,
    *,
    facts: CommitFacts | None = None,
) -> Mapping[str, LostRecords]:
    """The relations and plan records that the files here lack, by ticket: of those that HEAD has,
    and of those that parents of its merges had, and neither the merge nor the ancestors of its
    sides have.

    `folder` and `tickets` are as `lost_events` takes them. A ticket without a thread here counts as
    removed on purpose; of one that got another id since, nothing is asked. `notes` is where it is
    noted what merges had, which never changes. Nothing where git is no help; one that does not
    answer at all is an error (`OperationError`, `git_timeout`). With `facts`, fewer processes are
    started.
    """
    names = None if tickets is None else list(tickets)
    found: dict[str, dict[tuple[str, str], tuple[Relation | PlanRecord, bytes]]] = {}
    try:
        store = committed_store(workspace, folder, facts)
        if store is None:
            return {}
        history = _History(workspace, folder, read)
        changed = _changed(store, names, read)
        for side in (*changed, *_sides(store, names, notes)):
            gone = history.gone(side)
            if gone:
                found.setdefault(side.ticket, {}).update(gone)
    except OperationError as error:  # no git, or a clone that lacks what is long past
        if error.code == "git_timeout":
            raise
    return {ticket: _as_value(ticket, records) for ticket, records in sorted(found.items())}


def _sides(
    store: CommittedStore, tickets: Collection[str] | None, notes: str | None
) -> Iterator[MergeSide]:
    """What sides of merges had otherwise. Of all tickets, git says it of every merge once: it
    takes two large trees apart for each."""
    if tickets is not None or notes is None:
        return merge_sides(store, tickets, _PARTS)
    kept = KnownMerges(notes, store.folder)
    known, merges = kept.read(), store.newest_merges()
    new = [merge for merge in merges if merge not in known]
    patterns = file_patterns(store.folder, None, _PARTS)
    found, is_whole = sides_of(store.workspace, store.with_changes(new), patterns)
    both = {**dict.fromkeys(new, ()), **found, **known}
    if new and is_whole:
        kept.write(both)
    return each_once(side for merge in merges for side in both.get(merge, ()))


class _History:
    """What is asked of git for what a side had and the store has not."""

    def __init__(self, workspace: str, folder: str, read: ReadFile) -> None:
        self._workspace = workspace
        self._folder = folder
        self._read = read
        self._objects = ObjectStream(workspace)
        self._here: dict[tuple[str, str], Records | None] = {}

    def gone(self, side: MergeSide) -> Records:
        """What was lost of the file of a side."""
        here = self._records_here(side.ticket, side.part)
        before = None if here is None else self._records_of(side.before, side.part)
        if here is None or not before or before.keys() <= here.keys():
            return {}
        kept = set(here)
        if not side.is_gone:  # it went later, if it did
            kept.update(self._records_of(side.after, side.part) or ())
        if side.merge:  # what the ancestors had somebody took away before it
            for blob in ancestor_blobs(self._workspace, self._folder, side):
                kept.update(self._records_of(blob, side.part) or ())
        gone = {key: one for key, one in before.items() if key not in kept}
        return self._unexplained(side, gone) if gone else {}

    def _unexplained(self, side: MergeSide, gone: Records) -> Records:
        """`gone` without what was removed by command since, and what has another id now."""
        commit = self._commit_of(side)
        if not self._is_same_ticket(commit, side.ticket):
            return {}
        removed = self._removed_since(commit, side.ticket)
        return {
            key: (record, line)
            for key, (record, line) in gone.items()
            if (key not in removed or side.part == layout.PLAN_PATH)
            and all(self._is_same_ticket(commit, other) for other in _others(record))
        }

    def _commit_of(self, side: MergeSide) -> str:
        """The commit that has the file of a side."""
        path = f"{self._folder}/{side.ticket}/{side.part}"
        for parent in parents_of(self._workspace, side.merge) if side.merge else ():
            if blob_at(self._workspace, parent, path) == side.before:
                return parent
        return "HEAD"

    def _is_same_ticket(self, commit: str, ticket: str) -> bool:
        """Whether a ticket of a commit has still its id: of two that were made with one, one got
        another. What the commit or the store does not have may be the same; where a merge fused two
        threads in one, records of either stand together, and nothing is said of them."""
        there, here = self._thread_at(commit, ticket), self._read(ticket, layout.THREAD)
        if len(_CREATED.findall(there)) > 1:
            return False
        made, make = _HEADER.search(there), _HEADER.search(here or b"")
        return made is None or make is None or made[0] == make[0]

    def _removed_since(self, commit: str, ticket: str) -> frozenset[tuple[str, str]]:
        """The relations that commands took away since: that commit's thread lacks their events.

        By the events, since clocks of two clones would have to agree for the times to tell.
        """
        there, here = self._thread_at(commit, ticket), self._read(ticket, layout.THREAD)
        known = {event.identity for event in parse_thread(there).thread.events}
        return frozenset(
            (event.attributes.get("relation", ""), event.attributes.get("target", ""))
            for event in parse_thread(here or b"").thread.events
            if event.kind == RELATION_REMOVED and event.identity not in known
        )

    def _thread_at(self, commit: str, ticket: str) -> bytes:
        path = f"{self._folder}/{ticket}/{layout.THREAD}"
        blob = blob_at(self._workspace, commit, path)
        return self._objects.read(blob).data if blob else b""

    def _records_here(self, ticket: str, part: str) -> Records | None:
        """The records that stand here; None where they cannot be read, or the ticket is gone."""
        if (ticket, part) not in self._here:
            is_there = self._read(ticket, layout.THREAD) is not None
            data = self._read(ticket, part) if is_there else None
            known = _records(data or b"", part) if is_there else None
            self._here[ticket, part] = known
        return self._here[ticket, part]

    def _records_of(self, blob: str, part: str) -> Records | None:
        return _records(self._objects.read(blob).data, part)


def _records(data: bytes, part: str) -> Records | None:
    """The records of a file's bytes by what tells them apart; None where they cannot be read."""
    if not data.strip():
        return {}
    try:
        if part == layout.RELATIONS_PATH:
            from yoi_cli.store.formats.relations import parse_relations

            return {one.key: (one, b"") for one in parse_relations(data, path=part)}
        from yoi_cli.store.formats.plan import parse_each, torn_tail

        lines = parse_each(data.removesuffix(torn_tail(data)), path=part)
        return {(r.id, ""): (r, line) for _, line, r in lines if not isinstance(r, YoiError)}
    except YoiError:
        return None


def _others(record: Relation | PlanRecord) -> tuple[str, ...]:
    """The other ticket that a record names."""
    from yoi_cli.model.plan import PlanRecord

    other = record.related_ticket if isinstance(record, PlanRecord) else record.target
    return (other,) if other else ()


def _as_value(ticket: str, found: Records) -> LostRecords:
    from yoi_cli.model.plan import PlanRecord

    relations = [one for one, _ in found.values() if not isinstance(one, PlanRecord)]
    plans = [(one, line) for one, line in found.values() if isinstance(one, PlanRecord)]
    lines = tuple(line for _, line in plans)
    return LostRecords(ticket, tuple(relations), tuple(one for one, _ in plans), lines)


def _changed(
    store: CommittedStore, tickets: Collection[str] | None, read: ReadFile
) -> Iterator[MergeSide]:
    """The files of records that are not as HEAD has them."""
    tree = store.tree() if tickets is None else None
    blobs = _blobs(store, tickets) if tree is None else _known_blobs(store, tree)
    for path, blob in blobs.items():
        ticket, part = placed(path)
        if set(blob) != {"0"}:
            data = read(ticket, part)
            if data is None or not is_blob(data, blob):
                yield MergeSide(ticket, part, blob)


#: The answer for the tree that was asked about last, by workspace and tree.
_LAST: dict[tuple[str, str], Mapping[str, str]] = {}


def _known_blobs(store: CommittedStore, tree: str) -> Mapping[str, str]:
    """The same of all tickets, whose folder is `tree`: git is asked once as long as that stays."""
    if tree and (store.workspace, tree) not in _LAST:
        found = _blobs(store, None)
        _LAST.clear()
        _LAST[store.workspace, tree] = found
    return _LAST[store.workspace, tree] if tree else {}


def _blobs(store: CommittedStore, tickets: Collection[str] | None) -> Mapping[str, str]:
    """The blobs of the files of records that HEAD has, by path.

    Git compares the index alone, which costs a fraction of a look at the trees: of what is in the
    checkout it would read the attributes, which may be a FIFO.
    """
    patterns = file_patterns(store.folder, tickets, _PARTS)
    blobs: dict[str, str] = {}
    listed = run_git(["ls-files", "-s", "-z", "--", *patterns], cwd=store.workspace)
    for entry in listed.split("\0")[:-1]:
        facts, _, path = entry.partition("\t")
        blobs[path] = facts.split(" ")[1]
    options = ["--cached", "--raw", "--no-abbrev", "--no-renames", "--relative", "-z"]
    differing = run_git(["diff-index", *options, store.head, "--", *patterns], cwd=store.workspace)
    words = differing.split("\0")
    for facts, path in zip(words[::2], words[1::2], strict=False):
        blobs[path] = facts.split(" ")[2]
    return blobs
