"""The store of a clone as syncing sees it: its folder, its commits, and the ref it goes by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.git.objects import merge_base
from yoi_cli.model.trees import NoFiles, read_file
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files.shared_paths import ticket_of
from yoi_cli.sync.errors import ahead, behind, moved, shallow, unrelated
from yoi_cli.sync.git.checkout import bring_index, current_branch, is_shallow
from yoi_cli.sync.git.history import (
    differ_outside,
    is_ancestor,
    make_commit,
    move_ref,
    paths_outside,
    unpushed_outside,
)
from yoi_cli.sync.ports import (
    MergedCommit,
    SyncObstacle,
    TakenStore,
    TicketChange,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from yoi_cli.model.trees import TreeFiles
    from yoi_cli.store.files.store import FileStore
    from yoi_cli.sync.files.writing import FileChange
    from yoi_cli.sync.git.snapshot import StoreSnapshot, StoreTrees
    from yoi_cli.sync.ports import Unpushed
    from yoi_cli.workspace.trust import SettingsGate

_INDEX_ATTEMPTS = 20


class SyncTarget(NamedTuple):
    """What a store is synced with.

    `branch` is the remote's. `local_branch` is the branch that is checked out where the store
    lives on it, None where it has a branch of its own. `ref` holds the commit that the
    store's folder last was brought to.
    """

    remote: str
    branch: str
    local_branch: str | None
    ref: str


class CloneStore:
    """A `SyncedStore`. `signed` are the variables that sign commits for git; `settings` holds back
    what would run commands, where the store has a branch of its own."""

    def __init__(
        self,
        store: FileStore,
        trees: StoreTrees,
        target: SyncTarget,
        common_dir: str,
        signed: Mapping[str, str],
        *,
        settings: SettingsGate | None = None,
    ) -> None:
        self._settings = settings
        self._store = store
        self._trees = trees
        self._paths = trees.paths
        self._cwd = trees.paths.cwd
        self._target = target
        self._common_dir = common_dir
        self._signed = signed
        self._base: str | None = None
        self._snapshot: StoreSnapshot | None = None
        self._bases: dict[tuple[str, str], str | None] = {}
        self._outside: dict[tuple[str, str], bool] = {}

    def take(self) -> TakenStore:
        self._check_branch()
        base = self._base = self._trees.commit_at(self._target.ref)
        with self._store.write():
            taken = self._snapshot = self._trees.snapshot(base)
        if base is not None and taken.tree == base:
            return TakenStore(base, is_new=False, put_back=taken.put_back)
        before = None if base is None else self._trees.tree_of(base)
        tree = self._trees.in_commit(taken.tree, before)
        if base is not None and tree == before:
            return TakenStore(base, is_new=False, put_back=taken.put_back)
        parents = [] if base is None else [base]
        commit = make_commit(self._cwd, tree, parents, "Sync tickets\n", self._signed)
        return TakenStore(commit, is_new=True, put_back=taken.put_back)

    def obstacle(self, taken: TakenStore, seen: str | None) -> SyncObstacle | None:
        branch = self._target.local_branch
        if branch is None or taken.commit == seen:
            return None
        folders = self._paths.tree_folders
        if seen is not None:
            base = self._merge_base(taken.commit, seen)
            if base is None:
                is_cut = is_shallow(self._common_dir)
                return SyncObstacle(
                    shallow(self._target.remote) if is_cut else unrelated(branch), False
                )
            if self._differ_outside(base, seen) and self._differ_outside(taken.commit, seen):
                paths = paths_outside(self._cwd, base, seen, folders)
                return SyncObstacle(behind(self._target.remote, branch, paths), False)
        unpushed = self._unpushed(taken.commit, seen)
        if unpushed:
            return SyncObstacle(ahead(self._target.remote, branch, unpushed), True)
        return None

    def _unpushed(self, commit: str, seen: str | None) -> Sequence[Unpushed]:
        """The commits that change other files and that pushing `commit` would send along.

        A merge that `git pull` made sends nothing of its own, unless it says otherwise than
        both of its sides.
        """
        folders = self._paths.tree_folders
        known = [f"--remotes={self._target.remote}"] if seen is None else [seen]
        found = unpushed_outside(self._cwd, commit, known, folders, with_merges=False)
        if not found and seen is not None and self._differ_outside(commit, seen):
            found = unpushed_outside(self._cwd, commit, known, folders, with_merges=True)
        return found

    def _differ_outside(self, one: str, other: str) -> bool:
        """Whether two commits differ in anything but the store."""
        pair = one, other
        if pair not in self._outside:
            self._outside[pair] = differ_outside(self._cwd, *pair, self._paths.tree_folders)
        return self._outside[pair]

    def _merge_base(self, ours: str, theirs: str) -> str | None:
        pair = ours, theirs
        if pair not in self._bases:
            self._bases[pair] = merge_base(self._cwd, *pair)
        return self._bases[pair]

    def merge(self, taken: TakenStore, seen: str) -> MergedCommit:
        if seen == taken.commit:
            return MergedCommit(taken.commit)
        base = self._merge_base(taken.commit, seen)
        if base == seen:
            return MergedCommit(taken.commit)
        if base == taken.commit:
            return MergedCommit(seen)
        ancestor = self._trees.files(base) if base is not None else NoFiles()
        from yoi_cli.sync.git.uniting import united

        store, conflicts, renumbered = united(self._trees, ancestor, taken.commit, seen)
        outside = seen if self._target.local_branch is None else taken.commit
        tree = self._trees.in_commit(store, self._trees.tree_of(outside))
        if tree == self._trees.tree_of(seen) and self._may_leave(seen):
            return MergedCommit(seen, conflicts, renumbered)
        message = f"Sync tickets: merge {self._target.branch} of {self._target.remote}\n"
        commit = make_commit(self._cwd, tree, [taken.commit, seen], message, self._signed)
        return MergedCommit(commit, conflicts, renumbered)

    def _may_leave(self, seen: str) -> bool:
        """Whether `seen`, which has all files, has all commits of ours that count, too."""
        if self._target.local_branch is None or self._base is None:
            return True
        return is_ancestor(self._cwd, self._base, seen)

    def bring(self, taken: TakenStore, merged: MergedCommit) -> bool:
        snapshot = self._snapshot
        if snapshot is None or (merged.commit == self._base and not snapshot.unwritten):
            return True
        from yoi_cli.sync.files.writing import StoreFiles

        with self._store.write() as writer:
            self._check_branch()
            if self._trees.commit_at(self._target.ref) != self._base:
                return False
            changes: Iterable[FileChange] = ()
            if snapshot.unwritten or not self._trees.has_same(snapshot.tree, merged.commit):
                now = snapshot
                is_apart = snapshot.unwritten or merged.renumbered
                if is_apart or not self._trees.is_untouched(snapshot.tree, merged.commit):
                    now = self._trees.snapshot(self._base)
                then = merged.commit
                if not self._trees.has_same(now.tree, snapshot.tree):
                    from yoi_cli.sync.git.uniting import with_what_came

                    then = with_what_came(self._trees, snapshot, now, merged)
                changes = self._let_in(self._trees.file_changes(now, now.tree, then, self._base))
            moved = {str(one.old): str(one.new) for one in merged.renumbered}
            if not StoreFiles(writer, moved).bring(changes):
                return False
            return self._arrive(merged.commit)

    def _let_in(self, changes: Iterable[FileChange]) -> Iterable[FileChange]:
        """The changes but for settings that nobody trusted yet."""
        gate = self._settings
        if gate is None:
            return changes
        return [one for one in changes if not gate.holds_back(one.path, one.was, one.data)]

    def _arrive(self, commit: str) -> bool:
        """Say in git that the folder has come to `commit`."""
        if commit == self._base:
            return True
        if self._target.local_branch is not None:
            import time

            for attempt in range(_INDEX_ATTEMPTS):
                if bring_index(self._cwd, commit, self._paths.tree_folders):
                    break
                time.sleep(0.01 * (attempt + 1))
            else:
                from yoi_cli.sync.files.writing import busy

                raise busy()
        return move_ref(self._cwd, self._target.ref, commit, self._base)

    def _check_branch(self) -> None:
        """The branch that is synced must be the one that is checked out, all the time."""
        branch = self._target.local_branch
        places = self._cwd, self._paths.git_dir, self._common_dir
        if branch is not None and current_branch(*places) != branch:
            raise moved(branch)

    def changes(self, before: str | None, after: str) -> Sequence[TicketChange]:
        old: TreeFiles
        new: TreeFiles
        if before is None:
            old, new = NoFiles(), self._trees.files(after)
        else:
            old, new = self._trees.differing(before, after)
        root = self._paths.root
        found: list[TicketChange] = []
        for ticket in sorted({ticket_of(path, root) for path in {**old.kinds, **new.kinds}}):
            path = f"{root}/{ticket}"
            if not ticket or old.mark(path) == new.mark(path):
                continue
            kind = "new" if path not in old.kinds else "changed"
            events = len(_events(new, path) - _events(old, path))
            found.append(TicketChange(ticket, kind if path in new.kinds else "removed", events))
        return found


def _events(files: TreeFiles, folder: str) -> frozenset[tuple[str, bytes]]:
    from yoi_cli.merge.files.texts import thread_identities

    return thread_identities(read_file(files, f"{folder}/thread.md") or b"")
