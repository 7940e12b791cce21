"""What a clone remembers of workers on other runtimes: as they were seen last, and which of them
somebody pinned (docs/runtime.md, "Registry").

What was seen is replaced by what is seen next. Pins stand apart from it, a file for each, so that
nothing that is seen ever takes one away.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files.directory import Directory
from yoi_cli.workers.lookup import check_worker_id, is_worker_id
from yoi_cli.workers.model import STATES, WorkerView

if TYPE_CHECKING:
    from collections.abc import Iterable

_ROWS, _PINS = "seen.json", "pins"
_MOST = 64 << 20
#: Of workers that their runtime forgot, the newest so many are remembered, and all that are pinned.
_MOST_ARCHIVED = 500
_TEXTS = ("ticket", "role", "profile", "key")
_NUMBERS = ("exit_code", "signal", "started_at", "ended_at")


class Seen(NamedTuple):
    """The workers of a runtime as they were seen last, the oldest first, with the ids of those
    that it has forgotten; since when it cannot be asked (Unix milliseconds), and why."""

    workers: tuple[WorkerView, ...] = ()
    archived: frozenset[str] = frozenset()
    unreachable_since: int | None = None
    code: str = ""


class RememberedWorkers:
    """What is remembered of one runtime, in a folder below the clone's local one."""

    def __init__(self, local_folder: str, runtime_id: str) -> None:
        self._runtime_id = runtime_id
        self._path = os.path.join(local_folder, "runtimes", _quoted(runtime_id))

    def read(self) -> Seen:
        """As it was seen last; nothing where nothing can be read."""
        try:
            with open(os.path.join(self._path, _ROWS), "rb") as file:
                found: object = json.loads(file.read(_MOST))
        except (OSError, ValueError, RecursionError):
            return Seen()
        if not isinstance(found, dict):
            return Seen()
        rows = found.get("workers")
        views = [_view(self._runtime_id, row) for row in rows] if isinstance(rows, list) else []
        known = tuple(view for view in views if view is not None)
        archived, since, code = found.get("archived"), found.get("since"), found.get("code")
        return Seen(
            known,
            frozenset(one for one in archived if isinstance(one, str))
            if isinstance(archived, list)
            else frozenset(),
            since if isinstance(since, int) else None,
            code if isinstance(code, str) else "",
        )

    def seen(self, workers: Iterable[WorkerView]) -> Seen:
        """It was asked, and has these workers; what it has no more is archived."""
        before = self.read()
        now = {view.worker_id: view for view in workers}
        pins = self.pins()
        gone = [view for view in before.workers if view.worker_id not in now]
        kept = [one for one in gone if one.worker_id in pins]
        kept += [one for one in gone if one.worker_id not in pins][-_MOST_ARCHIVED:]
        rows = sorted([*kept, *now.values()], key=lambda view: view.worker_id)
        found = Seen(tuple(rows), frozenset(view.worker_id for view in kept))
        if found != before:
            self._write(found)
        return found

    def note(self, view: WorkerView) -> None:
        """A worker was started there, or seen; the others stay as they were."""
        before = self.read()
        rows = {**{one.worker_id: one for one in before.workers}, view.worker_id: view}
        found = before._replace(
            workers=tuple(rows[worker_id] for worker_id in sorted(rows)),
            archived=before.archived - {view.worker_id},
            unreachable_since=None,
            code="",
        )
        if found != before:
            self._write(found)

    def unreachable(self, at: int, code: str) -> Seen:
        """It could not be asked, for the reason of `code`; its workers stay as they were."""
        before = self.read()
        since = at if before.unreachable_since is None else before.unreachable_since
        found = before._replace(unreachable_since=since, code=code)
        if found != before:
            self._write(found)
        return found

    def reached(self) -> None:
        """It could be asked; its workers stay as they were seen."""
        before = self.read()
        found = before._replace(unreachable_since=None, code="")
        if found != before:
            self._write(found)

    def pins(self) -> frozenset[str]:
        """The ids of the workers that are pinned."""
        try:
            names = os.listdir(os.path.join(self._path, _PINS))
        except (FileNotFoundError, NotADirectoryError):
            return frozenset()
        return frozenset(name for name in names if is_worker_id(name))

    def pin(self, worker_id: str, *, is_pinned: bool) -> None:
        """Pin a worker, or let it go. Raises `UsageError` for what is no worker's id."""
        path = os.path.join(self._path, _PINS, check_worker_id(worker_id))
        if not is_pinned:
            with suppress(FileNotFoundError):
                os.unlink(path)
            return
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))

    def forget(self) -> None:
        """Nothing is remembered of it any more."""
        import shutil

        shutil.rmtree(self._path, ignore_errors=True)

    def _write(self, found: Seen) -> None:
        rows = [_row(view) for view in found.workers]
        said = {
            "workers": rows,
            "archived": sorted(found.archived),
            "since": found.unreachable_since,
            "code": found.code,
        }
        with suppress(OSError):  # what cannot be remembered is asked again
            os.makedirs(self._path, mode=0o700, exist_ok=True)
            with Directory.open(self._path, _ROWS) as folder:
                name = f"{_ROWS}.{os.getpid()}.{os.urandom(4).hex()}"
                data = json.dumps(said).encode()
                folder.replace(_ROWS, data, is_synced=False, temporary=name)


def _row(view: WorkerView) -> dict[str, object]:
    return {name: value for name, value in view._asdict().items() if name != "runtime_id"}


def _view(runtime_id: str, row: object) -> WorkerView | None:
    """A row of the file as a worker; None for one that is none."""
    if not isinstance(row, dict):
        return None
    worker_id, state, evidence = (row.get(name) for name in ("worker_id", "state", "evidence"))
    if not isinstance(worker_id, str) or not is_worker_id(worker_id):
        return None
    if state not in STATES or not isinstance(state, str) or not isinstance(evidence, str):
        return None
    changes = row.get("changes")
    view = WorkerView(runtime_id, worker_id, state, evidence)
    known: dict[str, object] = {}
    for name, default in WorkerView._field_defaults.items():
        value = row.get(name)
        if name == "changes":
            value = tuple(map(str, changes)) if isinstance(changes, list) else ()
        if _is_like(name, value, default):
            known[name] = value
    return view._replace(**known)  # type: ignore[arg-type]


def _is_like(name: str, value: object, default: object) -> bool:
    if value is None:
        return default is None
    if name in _TEXTS:
        return isinstance(value, str)
    if name in _NUMBERS:
        return isinstance(value, int)
    return isinstance(value, type(default))


def _quoted(runtime_id: str) -> str:
    """An id as the name of a folder, which no other id has on any file system."""
    return re.sub(r"[^a-z0-9_-]", lambda found: f"%{ord(found[0]):02x}", runtime_id)
