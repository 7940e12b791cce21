"""Trying by a job of Slurm whether its machine sees the workers' folder, and the locks that are
held there (docs/machines.md, "Slurm")."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from yoi_cli.errors import OperationError
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.local.shim import files
from yoi_cli.workers.remote.errors import runtime_error
from yoi_cli.workers.remote.slurm.code import PROBER, install_code
from yoi_cli.workers.remote.slurm.prober import (
    ANSWER,
    HELD_HERE,
    HELD_THERE,
    REFUSED,
    SEEN,
    TAKEN,
    TOKEN,
    hold_lock,
    try_lock,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.workers.job_states import JobWord
    from yoi_cli.workers.remote.slurm.options import SlurmOptions
    from yoi_cli.workers.remote.slurm.programs import SlurmPrograms
    from yoi_cli.workers.remote.slurm.queue import JobQueue

#: So long the job may wait, and then so long it may take to answer; what it wrote before it ended
#: is seen so soon.
SECONDS = 30.0
_PAUSE = 0.1
_OLDEST = (3, 11)
_PROBES, _OUTPUT = "probes", "said"
_JOB, _FOLDER, _LOCKS, _PYTHON = "job", "folder", "locks", "python"


class Finding(NamedTuple):
    """One thing that was tried: what is wrong with it, or should be known, and what helps."""

    name: str
    is_good: bool
    why: str = ""
    hint: str = ""


class _Answer(msgspec.Struct):
    """What the job says: the token that it read, its Python, and what became of the lock that is
    held here."""

    token: str
    python: tuple[int, int, int]
    lock: str


class FolderProbe:
    """Tries the folder `path`, by one job that is gone afterwards."""

    def __init__(
        self,
        path: str,
        programs: SlurmPrograms,
        queue: JobQueue,
        options: SlurmOptions,
        seconds: float = SECONDS,
    ) -> None:
        self._programs = programs
        self._queue = queue
        self._options = options
        self._seconds = seconds
        self._top = path
        self._token = os.urandom(16).hex()
        self._name = f"yoi-probe-{self._token[:16]}"
        self._path = os.path.join(path, _PROBES, self._name)

    def findings(self) -> tuple[Finding, ...]:
        """What was found, in the order in which it was tried; of what could not be, nothing."""
        lock = -1
        try:
            os.makedirs(self._path, 0o700)
            with files.closing(files.open_folder(self._path)) as folder:
                files.create(folder, TOKEN, self._token.encode())
            lock = hold_lock(os.path.join(self._path, HELD_HERE))
            return tuple(self._found())
        except OSError as error:
            why = f"It cannot be written in here: {os.strerror(error.errno or 0)}."
            return (Finding(_FOLDER, False, why, _HINTS[_FOLDER]),)
        finally:
            self._cancel()
            if lock >= 0:
                os.close(lock)
            shutil.rmtree(self._path, ignore_errors=True)

    def _found(self) -> Iterator[Finding]:
        try:
            refused = self._submit()
            word, answer = (None, None) if refused else self._awaited()
        except OperationError as error:
            yield Finding(_JOB, False, error.message, error.hint or "")
            return
        if refused:
            yield Finding(_JOB, False, refused, "`yoi runtime show` has what sbatch is given.")
        elif answer is not None:
            yield Finding(_JOB, True)
            yield from self._answered(answer)
        elif word is None or word.waits or not word.is_known:
            yield Finding(_JOB, True, self._waits(word))
        else:
            yield Finding(_JOB, True)
            yield self._silent(word)

    def _submit(self) -> str:
        """Submit the job; why Slurm does not take it, empty where it does."""
        code = install_code(os.path.join(self._top, "code"))
        python = self._options.python or sys.executable
        program = shlex.join([python, "-I", "-S", os.path.join(code, PROBER), self._path])
        # Its output is opened by itself: Slurm would not start it where it cannot.
        opened = f"cd {shlex.quote(self._path)} && exec >{_OUTPUT} 2>&1 || exit 1"
        said = self._programs.submit(
            [
                *(*self._options.sbatch(), f"--job-name={self._name}"),
                *("--output=/dev/null", "--error=/dev/null"),
            ],
            f"#!/bin/sh\n{opened}\nexec {program}\n".encode("utf-8", "surrogateescape"),
            b"YOI_PROBE=1\0",
            self._path,
        )
        if said.is_unreachable:
            raise runtime_error("runtime_unreachable", self._programs.runtime_id)
        return "" if said.is_good else f"Slurm does not take it: {said.last_words}"

    def _awaited(self) -> tuple[JobWord | None, _Answer | None]:
        """What Slurm says of the job last, and its answer: once one came, none will, or the time is
        over."""
        end = time.monotonic() + self._seconds
        word: JobWord | None = None
        look_at = time.monotonic() + self._options.interval
        while (answer := self._answer()) is None and time.monotonic() < end:
            if time.monotonic() >= look_at:
                before, word = word, self._queue.find(self._name)
                look_at = time.monotonic() + self._options.interval
                if _state(before) != _state(word) and word is not None and not word.waits:
                    settling = self._queue.certain_after / 1000
                    end = time.monotonic() + (settling if word.is_over else self._seconds)
            time.sleep(_PAUSE)
        return word if answer is not None else self._queue.find(self._name), answer

    def _answer(self) -> _Answer | None:
        try:
            with files.closing(files.open_folder(self._path)) as folder:
                return msgspec.json.decode(files.read(folder, ANSWER), type=_Answer)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return None

    def _answered(self, answer: _Answer) -> Iterator[Finding]:
        held = try_lock(os.path.join(self._path, HELD_THERE))
        with suppress(OSError), files.closing(files.open_folder(self._path)) as folder:
            files.create(folder, SEEN, b"")
        is_same = answer.token == self._token
        yield _finding(_FOLDER, "" if is_same else "What was written here is read otherwise there.")
        lacking = (("there", answer.lock), ("here", held))
        yield _finding(_LOCKS, " ".join(_lock_said(*one) for one in lacking if one[1] != REFUSED))
        version = ".".join(map(str, answer.python))
        is_old = answer.python < _OLDEST
        yield _finding(_PYTHON, f"It is {version} there." if is_old else "")

    def _silent(self, word: JobWord) -> Finding:
        """What it means that a job began and did not answer."""
        try:
            with files.closing(files.open_folder(self._path)) as folder:
                lines = files.read(folder, _OUTPUT).decode(errors="replace").split("\n")
        except OSError:
            why = f"The job ({word}) left nothing there: its machine does not see the folder."
            return _finding(_FOLDER, why)
        last = next((line.strip() for line in reversed(lines) if line.strip()), "nothing")
        printable = "".join(char for char in last if char.isprintable())[:200]
        return _finding(_PYTHON, f"It did not come to its end ({word}), and said: {printable}")

    def _waits(self, word: JobWord | None) -> str:
        said = "is not in the queue" if word is None else f"is {word} there"
        return (
            f"After {self._seconds:g} s it {said}; it was cancelled, and folder, locks and Python "
            "were not tried."
        )

    def _cancel(self) -> None:
        """Have Slurm forget the job, however far it is."""
        with suppress(OperationError):
            which = (f"--name={self._name}", f"--user={os.geteuid()}")
            self._programs.ask("scancel", ["--quiet", *which])


_HINTS = {
    _FOLDER: "Name one with `folder` (`yoi runtime add --folder`) that all machines see.",
    _LOCKS: "Mount the file system so that flock is known to all machines (NFS 4, or Lustre with "
    "-o flock), or name another `folder`.",
    _PYTHON: "Name one from 3.11 on with `python` (`yoi runtime add --python`).",
}


def _finding(name: str, why: str) -> Finding:
    return Finding(name, not why, why, _HINTS[name] if why else "")


def _lock_said(where: str, how: str) -> str:
    if how == TAKEN:
        return f"A lock that the other side holds is free {where}."
    return f"There are no locks {where}: {how}."


def _state(word: JobWord | None) -> str:
    return "" if word is None else word.state
