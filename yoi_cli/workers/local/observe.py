"""A worker's folder, as somebody watches it: cheap to ask again, and in the order that misses
nothing."""

from __future__ import annotations

import json
import os
import zlib
from typing import TYPE_CHECKING

from yoi_cli.errors import StoreInvalidError
from yoi_cli.workers.local.shim import files
from yoi_cli.workers.observation import LifecycleEvent, Marks, ObservedWorker, Stretch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yoi_cli.workers.local.folder import WorkerFolder


def marks_of(path: str) -> Marks:
    """The marks of the worker whose folder is at `path`. Raises `FileNotFoundError` where it is
    gone."""
    records = os.stat(path, follow_symlinks=False).st_mtime_ns
    return Marks(_size(path, files.OUTPUT), records, _size(path, files.EVENTS))


def observe(folder: WorkerFolder, runtime_id: str) -> ObservedWorker:
    """The worker as it is now. Raises `StoreInvalidError`.

    Whether it has ended is asked first, and what is no longer kept last: so one that is over has
    no bytes and no events beyond those that are told here.
    """
    seen = folder.snapshot(runtime_id)
    events = len(_lines(folder))
    size = folder.output_size()
    return ObservedWorker(
        view=seen.view._replace(output_size=size),
        oldest=min(_kept_from(folder), size),
        size=size,
        events=events,
        is_over=seen.view.has_ended and seen.verdict.is_settled,
        is_unattended=not seen.facts.has_shim and not seen.verdict.is_settled,
        incarnation=zlib.crc32(f"{folder.worker_id} {seen.spec.created_at}".encode()),
    )


def read_stretch(folder: WorkerFolder, start: int, limit: int) -> Stretch:
    """At most `limit` bytes from the offset `start` on, or from the oldest that is kept."""
    try:
        descriptor = files.open_regular(folder.descriptor, files.OUTPUT)
    except FileNotFoundError:
        return Stretch(start, b"")
    with files.closing(descriptor):
        data = os.pread(descriptor, limit, start)
        # Asked behind the bytes: what was given back meanwhile reads as zeros.
        oldest = min(_kept_from(folder), os.fstat(descriptor).st_size)
        if start < oldest:
            start = oldest
            data = os.pread(descriptor, limit, start)
    return Stretch(start, data)


def lifecycle_events(folder: WorkerFolder, after: int = 0) -> Sequence[LifecycleEvent]:
    """The events of the worker from number `after` + 1 on. A line that holds none, as a full disk
    may leave it, has a number all the same, and is told as `unreadable`."""
    lines = _lines(folder)
    return [_event(number, lines[number - 1]) for number in range(after + 1, len(lines) + 1)]


def _event(number: int, line: bytes) -> LifecycleEvent:
    try:
        entry: object = json.loads(line)
    except ValueError:
        entry = None
    if not isinstance(entry, dict):
        return LifecycleEvent(number, 0, "unreadable")
    return LifecycleEvent(
        number,
        _number(entry, "at") or 0,
        _word(entry, "event") or "unreadable",
        _word(entry, "cause"),
        _word(entry, "why"),
        _number(entry, "grace_ms"),
        _number(entry, "count"),
        _number(entry, "start"),
    )


def _number(entry: Mapping[str, object], name: str) -> int | None:
    value = entry.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _word(entry: Mapping[str, object], name: str) -> str:
    value = entry.get(name)
    return value if isinstance(value, str) else ""


def _lines(folder: WorkerFolder) -> Sequence[bytes]:
    """The whole lines of its log of events."""
    try:
        return files.read(folder.descriptor, files.EVENTS).split(b"\n")[:-1]
    except OSError:
        return ()


def _size(path: str, name: str) -> int:
    try:
        return os.stat(f"{path}/{name}", follow_symlinks=False).st_size
    except FileNotFoundError:
        return 0


def _kept_from(folder: WorkerFolder) -> int:
    try:
        state = folder.state()
    except StoreInvalidError:
        return 0
    return state.output_start if state is not None else 0
