"""What a job of Slurm runs for a worker: starts its shim, stands in for it where that dies, and
ends as the worker did (docs/machines.md, "Slurm").

Started by path on the machine that Slurm chose: `python -I -S …/guardian.py FOLDER ID`. Like the
shim it imports the standard library and the shim alone. It holds the worker's lock for life and
hands it to the shim, so that whoever looks from elsewhere sees that somebody stands over the
worker. Whoever starts a job again finds the worker's state written down, and nothing is started
twice.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, NoReturn

if __name__ == "__main__":
    _HERE = os.path.dirname(os.path.abspath(__file__))
    # At the end, so that nothing here stands in for a module of the standard library.
    sys.path.append(os.path.abspath(os.path.join(_HERE, "..", "..", "..", "..")))

from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.shim.kernel import (
    NO_PROCESS,
    Identity,
    adopt_orphans,
    boot_id,
    identity,
    is_alive,
    now_ms,
    send,
)
from yoi_cli.workers.local.shim.launch import OF_SHIM, Launch, Takeover, pack, unpack
from yoi_cli.workers.local.shim.main import take_over
from yoi_cli.workers.local.shim.spool import make_spool
from yoi_cli.workers.local.shim.state import (
    ENDED,
    NEVER_RAN,
    QUEUED,
    STARTING,
    StateWriter,
    WorkerState,
)
from yoi_cli.workers.local.shim.supervisor import CANCELLED, STOPPED, new_commands
from yoi_cli.workers.local.shim.wakeup import Wakeup

if TYPE_CHECKING:
    from collections.abc import Mapping

_LAUNCH, _ANSWER = "launch", "answer"
#: What a job exits with that cannot, or must not, start its worker.
NO_FOLDER, NO_LOCK, WAS_STARTED = 91, 92, 93
#: Whoever submitted the job holds the lock until that is written down.
_LOCK_SECONDS = 300.0
_POLL_SECONDS, _LOOK_MS = 0.02, 1000
_TRIES = 3
_TERMINATE = signal.SIGTERM
_BY_SIGNAL = 128
#: What Slurm tells a job, which its worker is told as well.
_OF_SLURM = (b"SLURM_", b"CUDA_VISIBLE_DEVICES", b"ROCR_VISIBLE_DEVICES", b"ZE_AFFINITY_MASK")
#: Variables with paths that may be those of the machine that submitted the job.
_OF_MACHINE = (b"TMPDIR", b"XDG_RUNTIME_DIR", b"SSH_AUTH_SOCK")


def main(path: str, worker_id: str) -> int:
    """Have the worker run; the exit code of the job."""
    worker_path = os.path.join(path, worker_id)
    try:
        folder = files.open_folder(worker_path)
    except OSError as error:
        return _refused(NO_FOLDER, f"The worker's folder is not to be seen here: {error}.")
    adopt_orphans()
    wakeup = Wakeup()
    lock = _locked(folder)
    if lock is None:
        return _refused(NO_LOCK, "Somebody else holds the worker's lock.")
    if files.exists(folder, files.STATE):
        return _refused(WAS_STARTED, "The worker was started before.")
    if _given_up(folder):
        return 0
    launch = _launch(folder, os.fsencode(worker_path), lock)
    return _Guardian(folder, launch, wakeup).watch()


def _refused(code: int, why: str) -> int:
    sys.stderr.write(f"{why}\n")
    return code


def _locked(folder: int) -> int | None:
    """A descriptor that holds the worker's lock."""
    lock = files.open_regular(folder, files.LOCK, os.O_RDWR | os.O_CREAT)
    end = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                return None
            time.sleep(_POLL_SECONDS)
        else:
            return lock


def _given_up(folder: int) -> bool:
    """Whether the worker was stopped or cancelled before it ran; then that is written down."""
    words = {word for _, word, _ in new_commands(folder, set())}
    if not words & {"stop", "cancel"}:
        return False
    cause = CANCELLED if "cancel" in words else STOPPED
    journal = StateWriter(folder, WorkerState(STARTING, boot_id(), identity(os.getpid())))
    journal.event("ended", cause=cause, why=NEVER_RAN)
    journal.put(journal.state._replace(phase=ENDED, why=NEVER_RAN, cause=cause, ended_at=now_ms()))
    return True


def _launch(folder: int, path: bytes, lock: int) -> Launch:
    """What the shim is given: what is in the worker's folder, and in this job's variables."""
    parts: list[str] = []
    while (part := os.environ.get(f"YOI_JOB_{len(parts)}")) is not None:
        parts.append(part)
    rest = unpack(base64.b64decode("".join(parts)))
    made = _make_passing(folder)
    launch = unpack(files.read(folder, _LAUNCH))
    return launch._replace(
        folder=path,
        lock=lock,
        environment=tuple(_environment(dict(rest.environment), made).items()),
        secrets=rest.secrets,
        spool=make_spool(folder) if launch.stdin is None else -1,
    )


def _environment(given: Mapping[bytes, bytes], made: frozenset[bytes]) -> Mapping[bytes, bytes]:
    """The worker's variables: those that it was `given`, without paths that there are not here, and
    what Slurm says of the job."""
    own = {name: value for name, value in os.environb.items() if name.startswith(_OF_SLURM)}
    kept = {
        name: value
        for name, value in given.items()
        if name not in _OF_MACHINE or value in made or os.path.exists(value)
    }
    if b"TMPDIR" not in kept and b"TMPDIR" in os.environb:
        own[b"TMPDIR"] = os.environb[b"TMPDIR"]
    return {**own, **kept}


def _make_passing(folder: int) -> frozenset[bytes]:
    """Make the folders for temporary files that are the worker's alone, which whoever submitted it
    made on another machine; all of them."""
    try:
        paths = files.read(folder, files.PASSING).split(b"\0")
    except OSError:
        return frozenset()
    found = frozenset(path for path in paths if os.path.basename(path).startswith(b"yoi-w-"))
    for path in found:
        if not os.path.lexists(path):
            os.mkdir(path, 0o700)
    return found


class _Guardian:
    def __init__(self, folder: int, launch: Launch, wakeup: Wakeup) -> None:
        self._folder = folder
        self._launch = launch
        self._wakeup = wakeup
        self._shim = NO_PROCESS

    def watch(self) -> int:
        """Have the worker run to its end; the exit code of the job."""
        for _ in range(_TRIES):
            self._start()
            state = self._wait_for_shim()
            if state.get("phase") == ENDED:
                break
            if state.get("phase") not in (None, STARTING, QUEUED):
                self._take_over(state)
                break
            # Nothing of the worker ran yet, so it is begun anew.
        return self._exit_code()

    def _start(self) -> None:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", _shim_path(), self._launch.worker_id],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={OF_SHIM: self._launch.worker_id},
            cwd="/",
            pass_fds=tuple(one for one in (self._launch.lock, self._launch.spool) if one >= 0),
            start_new_session=True,
        )
        with process:
            # For as long as it takes: a shim that was given up might begin all the same.
            answer, _ = process.communicate(pack(self._launch))
        files.replace(self._folder, _ANSWER, answer)

    def _wait_for_shim(self) -> Mapping[str, object]:
        """Wait until the shim has ended; the state that it wrote down last."""
        shim = _identity(self._state(), "shim")
        self._wakeup.watch_end_of(shim.pid)
        while is_alive(shim):
            self._wakeup.wait(_LOOK_MS)
            if self._wakeup.was_told_to_stop:
                self._wakeup.was_told_to_stop = False
                send(shim, _TERMINATE)
        return self._state()

    def _take_over(self, state: Mapping[str, object]) -> None:
        """Be the worker's shim from now on: its own died. The worker is this process's child where
        its stub died too, so that its end is seen all the same."""
        values = set(self._launch.secrets)
        takeover = Takeover(
            stub=_identity(state, "stub"),
            worker=_identity(state, "worker"),
            ready_at=_number(state, "ready_at"),
            started_at=_number(state, "started_at"),
            cause=str(state.get("cause") or ""),
            output_start=_number(state, "output_start"),
            why_lost="nobody saw how it ended",
            secret_names=tuple(n for n, value in self._launch.environment if value in values),
            landlock=_number(state, "landlock"),
            is_unwatched=int(self._launch.confinement is not None and not state.get("landlock")),
        )
        launch = self._launch._replace(takeover=takeover)
        take_over(self._folder, launch, self._wakeup, identity(os.getpid()), takeover)

    def _exit_code(self) -> int:
        """How the worker ended, as the exit code of the job."""
        try:
            found: object = json.loads(files.read(self._folder, files.EXIT))
        except (OSError, ValueError):
            return 1
        if not isinstance(found, dict) or found.get("error"):
            return 1
        code, number = found.get("code"), found.get("signal")
        if isinstance(code, int):
            return code
        return _BY_SIGNAL + number if isinstance(number, int) else 1

    def _state(self) -> Mapping[str, object]:
        try:
            found: object = json.loads(files.read(self._folder, files.STATE))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


def _identity(state: Mapping[str, object], role: str) -> Identity:
    found = state.get(role)
    if not isinstance(found, dict):
        return NO_PROCESS
    return Identity(_number(found, "pid"), _number(found, "started"))


def _number(record: Mapping[str, object], name: str) -> int:
    value = record.get(name)
    return value if isinstance(value, int) else 0


def _shim_path() -> str:
    return os.path.join(os.path.dirname(os.path.abspath(files.__file__)), "__main__.py")


def _enter() -> NoReturn:
    path, worker_id = sys.argv[1:]
    os._exit(main(path, worker_id))


if __name__ == "__main__":
    _enter()
