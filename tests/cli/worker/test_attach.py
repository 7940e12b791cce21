"""`yoi worker attach`, on real terminals."""

from __future__ import annotations

import os
import signal
import subprocess
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.process import Program
from support.workers import python, wait_until

PROGRAM = """
import os, signal, sys
print("\\x1b[?1049hup", flush=True)
signal.signal(signal.SIGWINCH, lambda *_: print("size", *os.get_terminal_size(), flush=True))
while line := sys.stdin.readline():
    print("<" + line.strip().upper() + ">", flush=True)
    if line.strip() == "end": raise SystemExit(7)
"""
ENDED = "\x1b[?1049l"


class Seat:
    """Somebody at a terminal, on which one command runs."""

    def __init__(self, program: Program, *arguments: str, cwd: Path) -> None:
        self._ours, self.theirs = os.openpty()
        termios.tcsetwinsize(self.theirs, (30, 90))
        self.before = termios.tcgetattr(self.theirs)
        self.shown = b""
        self.process = subprocess.Popen(
            [*program.argv, *arguments],
            cwd=cwd,
            env=program.environment({"TERM": "xterm", "NO_COLOR": "1"}),
            stdin=self.theirs,
            stdout=self.theirs,
            stderr=self.theirs,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        try:
            while data := os.read(self._ours, 65536):
                self.shown += data
        except OSError:
            return

    def press(self, keys: bytes) -> None:
        os.write(self._ours, keys)

    def sees(self, text: str) -> None:
        wait_until(lambda: text in self.shown.decode(), lambda: repr(self.shown))

    def resize(self, rows: int, columns: int) -> None:
        termios.tcsetwinsize(self.theirs, (rows, columns))
        self.process.send_signal(signal.SIGWINCH)

    def ended(self, code: int) -> None:
        """It has ended with `code`, and the terminal is as it was."""
        assert self.process.wait(30) == code, self.shown
        self.sees(ENDED)
        assert termios.tcgetattr(self.theirs) == self.before

    def leave(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.theirs)
        self._reader.join()
        os.close(self._ours)


@pytest.fixture
def worker(yoi: Program, workspace: Path) -> Iterator[str]:
    spawned = yoi("worker", "spawn", "--terminal", "--json", "--", *python(PROGRAM), cwd=workspace)
    worker_id = spawned.json["worker_id"]
    yield worker_id
    yoi("worker", "stop", "--grace", "0", worker_id, cwd=workspace)


@contextmanager
def attached(yoi: Program, workspace: Path, worker: str) -> Iterator[Seat]:
    seat = Seat(yoi, "worker", "attach", worker, cwd=workspace)
    try:
        seat.sees("up")
        yield seat
    finally:
        seat.leave()


def test_keys_and_sizes_go_there_and_one_key_comes_back(
    yoi: Program, workspace: Path, worker: str
) -> None:
    with attached(yoi, workspace, worker) as seat:
        seat.sees("size 90 30")
        seat.press(b"hello\r")
        seat.sees("<HELLO>")
        seat.resize(40, 120)
        seat.sees("size 120 40")
        seat.press(b"\x1d")
        seat.ended(0)
        seat.sees("which goes on")
    assert yoi("worker", "show", worker, "--json", cwd=workspace).json["state"] == "running"


def test_several_see_the_same_and_each_may_type(yoi: Program, workspace: Path, worker: str) -> None:
    with attached(yoi, workspace, worker) as one, attached(yoi, workspace, worker) as other:
        one.press(b"from one\r")
        other.sees("<FROM ONE>")
        other.press(b"end\r")
        one.sees("exited with code 7")
        one.ended(0)
        other.ended(0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_the_terminal_is_as_it_was_after_a_signal(
    yoi: Program, workspace: Path, worker: str, number: signal.Signals
) -> None:
    with attached(yoi, workspace, worker) as seat:
        wait_until(lambda: termios.tcgetattr(seat.theirs) != seat.before)
        seat.process.send_signal(number)
        seat.ended(128 + number)


def test_what_has_no_terminal_is_refused_and_what_to_do_is_said(
    yoi: Program, workspace: Path, worker: str
) -> None:
    plain = yoi("worker", "spawn", "--json", "--", "sleep", "60", cwd=workspace).json["worker_id"]
    seat = Seat(yoi, "worker", "attach", plain, cwd=workspace)
    assert seat.process.wait(30) == 4
    seat.sees("worker_without_terminal")
    seat.sees("worker logs --follow")
    seat.leave()
    yoi("worker", "stop", plain, cwd=workspace)
    piped = yoi("worker", "attach", worker, cwd=workspace, check=False)
    assert "terminal_needed" in piped.err
    yoi("worker", "stop", "--grace", "0", worker, cwd=workspace)
    seat = Seat(yoi, "worker", "attach", worker, cwd=workspace)
    seat.sees("worker_stopped")
    seat.leave()
