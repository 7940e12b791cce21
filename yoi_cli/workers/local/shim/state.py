"""What is written down of a worker while it runs: `state.json` and `events.jsonl`."""

from __future__ import annotations

import os

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.shim.kernel import NO_PROCESS, Identity, now_ms
from yoi_cli.workers.local.shim.light import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final, Literal, TypeAlias

SCHEMA_VERSION = 1
STARTING: Final = "starting"
QUEUED: Final = "queued"
#: Its process is known, and may be its program by now.
BEGINNING: Final = "beginning"
RUNNING: Final = "running"
ENDING: Final = "ending"
ENDED: Final = "ended"
Phase: TypeAlias = "Literal['starting', 'queued', 'beginning', 'running', 'ending', 'ended']"
#: Why a worker that was given up in the queue has no exit.
NEVER_RAN = "it was given up before it ran"
#: How the reason begins why a worker has no exit whose program or folder is not there.
CANNOT_START = "it could not be started"


class WorkerState(NamedTuple):
    """How far a worker is; times are Unix milliseconds, but `ready_at`: since boot.

    `cause` says who is ending it, `why` why it never ran or what was lost of it. `landlock`
    is the version of Landlock that confines it, 0 where nothing does. `device` and `inode` are
    those of the folder that it stands in, which those of a copy are not.
    """

    phase: Phase
    boot_id: str
    shim: Identity
    stub: Identity = NO_PROCESS
    worker: Identity = NO_PROCESS
    started_at: int = 0
    ready_at: int = 0
    ended_at: int = 0
    cause: str = ""
    why: str = ""
    output_start: int = 0
    landlock: int = 0
    device: int = 0
    inode: int = 0


class StateWriter:
    """Writes states and events of one worker."""

    def __init__(self, folder: int, state: WorkerState) -> None:
        self._folder = folder
        self.state = state

    def put(self, state: WorkerState) -> None:
        """Let `state` be what is written down. Raises `OSError`."""
        folder = os.fstat(self._folder)
        self.state = state = state._replace(device=folder.st_dev, inode=folder.st_ino)
        record: dict[str, files.Json] = {"schema_version": SCHEMA_VERSION}
        for name, value in state._asdict().items():
            if isinstance(value, tuple):
                pid, started = value
                record[name] = {"pid": pid, "started": started} if pid else None
            else:
                record[name] = value
        files.replace(self._folder, files.STATE, files.json_line(record))

    def put_if_possible(self, state: WorkerState) -> bool:
        """`put`, for what can do without: a full disk must not end a worker's shim."""
        try:
            self.put(state)
        except OSError:
            return False
        return True

    def event(self, kind: str, **facts: files.Json) -> None:
        """Add an event. A disk that refuses costs the event, and nothing else."""
        record: dict[str, files.Json] = {"at": now_ms(), "event": kind, **facts}
        try:
            files.append(self._folder, files.EVENTS, files.json_line(record))
        except OSError:
            return
