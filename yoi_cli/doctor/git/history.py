"""A store's threads beside what git's history has of them (docs/doctor.md, "History").

History is asked where something points to it: for threads with a fault, for those that differ from
HEAD, and for the threads that merges had in two ways. Nothing is said where git is no help.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.doctor.diagnostics import diagnose
from yoi_cli.errors import OperationError
from yoi_cli.git.command import run_git
from yoi_cli.git.objects import committed_file
from yoi_cli.merge.files.restored import restored_thread
from yoi_cli.merge.git.index import IndexConflicts
from yoi_cli.merge.git.merge_losses import lost_events
from yoi_cli.model.lost import RECORDS_LOST
from yoi_cli.model.text import counted, some_of
from yoi_cli.store.files import layout

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from yoi_cli.doctor.diagnostics import Diagnostic
    from yoi_cli.git.checkout import Checkout
    from yoi_cli.merge.files.restored import RestoredThread
    from yoi_cli.model.lost import LostRecords

#: Faults of a thread that history may undo.
_FAULTS = frozenset(
    {
        "torn",
        "thread_fused",
        "thread_not_utf8",
        "thread_empty",
        "header_malformed",
        "text_before_first_event",
        "text_between_events",
        "event_id_conflict",
    }
)


def findings_of_lost(lost: Iterable[LostRecords], folder: str) -> Iterator[Diagnostic]:
    """What doctor says of relations and plan records that git has and the tickets in `folder` of
    the workspace have not."""
    for one in lost:
        number = len(one.relations) + len(one.plans)
        what = f"{counted(number, 'record')} that git has: {some_of(one.sentences)}."
        part = layout.RELATIONS_PATH if one.relations else layout.PLAN_PATH
        path = f"{folder}/{one.ticket}/{part}"
        yield diagnose(RECORDS_LOST, what, ticket=one.ticket, path=path)


class ThreadHistory:
    """The history of the threads in `folder` of a workspace; `read` gives them as they are."""

    def __init__(
        self,
        checkout: Checkout,
        workspace: str,
        folder: str,
        read: Callable[[str], bytes | None],
    ) -> None:
        self._workspace = workspace
        self._folder = folder
        self._read = read
        self._conflicts = IndexConflicts(checkout, workspace, [folder])

    def findings(
        self, found: Iterable[Diagnostic], only: Collection[str] | None = None
    ) -> Iterator[Diagnostic]:
        """What doctor's other findings do not know; `only` are the tickets that are meant."""
        diagnosed = list(found)
        in_conflict = {one.ticket for one in diagnosed if one.code == "conflict_markers"}
        faulty = {
            one.ticket: None
            for one in diagnosed
            if one.code in _FAULTS and one.ticket is not None and one.path.endswith(layout.THREAD)
        }
        changed = [name for name in self._changed() if only is None or name in only]
        readable: set[str] = set()
        for ticket in dict.fromkeys((*faulty, *changed)):
            if ticket in in_conflict:
                continue
            known = self._restored(ticket, (), all_versions=ticket in faulty)
            if known is not None and known.restored:
                readable.update(known.restored)
                number = counted(len(known.restored), "event")
                what = f"{number} can be read in git's history and not here, or otherwise here."
                yield self._finding("events_changed", what, ticket)
        lost = lost_events(self._workspace, self._folder, self._read, only)
        for ticket, found_lost in lost.items():
            ids = sorted(found_lost - readable)
            if not ids or ticket in in_conflict:
                continue
            what = f"{counted(len(ids), 'event')} that git has: {', '.join(ids[:3])}"
            yield self._finding("events_lost", f"{what}{'.' if len(ids) < 4 else ', …'}", ticket)

    def restored(self, ticket: str, data: bytes) -> RestoredThread:
        """The thread `data` of a ticket with its events as history has them."""
        lost = lost_events(self._workspace, self._folder, lambda _: data, [ticket])
        path = self._path(ticket)
        versions = [*self._conflicts.versions(path)]
        parents = self._lost_versions(path) if lost else ()
        return restored_thread(data, [*versions, *parents], lost.get(ticket, ()))

    def _restored(
        self, ticket: str, lost: Collection[str], *, all_versions: bool
    ) -> RestoredThread | None:
        data, path = self._read(ticket), self._path(ticket)
        if data is None:
            return None
        try:
            committed = committed_file(self._workspace, path)
            versions: Iterable[bytes] = () if committed is None else (committed,)
            if all_versions:
                versions = self._conflicts.versions(path)
            return restored_thread(data, versions, lost)
        except OperationError:
            return None

    def _lost_versions(self, path: str) -> Iterator[bytes]:
        """The thread as parents of merges had it, should the log have left them out."""
        for merge in self._conflicts.merges(path):
            for side in (merge.ours, merge.theirs):
                if side.kinds.get(path) == "file":
                    yield side.read(path)

    def _changed(self) -> Iterator[str]:
        """The tickets whose thread is not as HEAD has it."""
        wanted = ["diff", "--name-only", "--relative", "--no-renames", "-z", "HEAD", "--"]
        try:
            said = run_git([*wanted, f":(literal){self._folder}"], cwd=self._workspace)
        except OperationError:
            return
        for path in said.split("\0"):
            ticket = path.removeprefix(f"{self._folder}/").removesuffix(f"/{layout.THREAD}")
            if path == self._path(ticket):
                yield ticket

    def _path(self, ticket: str) -> str:
        return f"{self._folder}/{ticket}/{layout.THREAD}"

    def _finding(self, code: str, what: str, ticket: str) -> Diagnostic:
        return diagnose(code, what, ticket=ticket, path=self._path(ticket))
