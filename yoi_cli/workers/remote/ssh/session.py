"""One run of the program on another machine, which many may ask at once."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import threading
import time
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from yoi_cli.workers.remote.ssh.errors import CODES, error_of_ssh, ssh_error
from yoi_cli.workers.remote.ssh.frames import Frame, pack, unpack
from yoi_cli.workers.remote.ssh.incoming import Incoming
from yoi_cli.workers.remote.ssh.program import NO_PYTHON, OLD_PYTHON, first_lines, program
from yoi_cli.workers.remote.ssh.requests import error_heard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import IO

    from yoi_cli.errors import YoiError

_LONGEST_LINE = 4096
_MOST_SAID = 1 << 16
_LEAVE_SECONDS = 2.0
_OF_SSH = 255


class BrokenSessionError(Exception):
    """The session is over before it answered; what was asked may have been done."""


class Session:
    """The program as `command` runs it, with the process's `environment`.

    Raises, as long as it opens, `OperationError`: what `errors.py` has a sentence for.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], runtime_id: str
    ) -> None:
        self._runtime_id = runtime_id
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
        self._stdin = _descriptor(self._process.stdin)
        os.set_blocking(self._stdin, False)
        self._incoming = Incoming(_descriptor(self._process.stdout))
        self._writing = threading.Lock()
        self._lock = threading.Lock()
        self._waiting: dict[int, SimpleQueue[Frame | None]] = {}
        self._number = 0
        self._is_over = False
        self._said = bytearray()
        self._threads = [threading.Thread(target=self._hear_errors, daemon=True)]
        self._threads[0].start()

    def open(self, folder: str, python: str, until: float) -> None:
        """Have the program there, and a clone for it: until then nobody may ask."""
        self._incoming.until = until
        try:
            self._take_in(python, until)
            self._write(pack(Frame({"id": 0, "folder": folder})), until)
            answer = unpack(self._incoming.read)
        except TimeoutError:
            raise ssh_error("runtime_timeout", self._runtime_id) from None
        except (BrokenSessionError, ValueError):
            raise self._failure() from None
        if answer is None:
            raise self._failure()
        self._value(answer)
        self._incoming.until = None
        self._threads.append(threading.Thread(target=self._hear, daemon=True))
        self._threads[-1].start()

    def ask(self, said: Mapping[str, object], payload: bytes, until: float) -> Frame:
        """The answer to a question. Raises `BrokenSessionError`, and `YoiError`: what the other
        side raised, and `runtime_timeout`."""
        answers: SimpleQueue[Frame | None] = SimpleQueue()
        with self._lock:
            if self._is_over:
                raise BrokenSessionError
            self._number += 1
            number = self._number
            self._waiting[number] = answers
        try:
            self._write(pack(Frame({**said, "id": number}, payload)), until)
            answer = answers.get(timeout=max(0.0, until - time.monotonic()))
        except (TimeoutError, Empty):
            raise ssh_error("runtime_timeout", self._runtime_id) from None
        finally:
            with self._lock:
                self._waiting.pop(number, None)
        if answer is None:
            raise BrokenSessionError
        return Frame({"gives": self._value(answer)}, answer.payload)

    def close(self) -> None:
        """End the session; nobody is answered any more."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(_LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(_LEAVE_SECONDS)
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def _take_in(self, python: str, until: float) -> None:
        wanted = program()
        hello = {"program": wanted.name, "files": dict(wanted.files)}
        self._write(first_lines(python) + _line(hello), until)
        if self._line().get("yoi") != 1:
            raise ssh_error("runtime_noise", self._runtime_id)
        heard = self._line()
        if heard.get("needs"):
            self._write(_line({"texts": wanted.archive()}), until)
            heard = self._line()
        if heard.get("error") == "unwritable":
            raise ssh_error("runtime_folder_unwritable", self._runtime_id)
        if not heard.get("ready"):
            raise ValueError

    def _line(self) -> dict[str, object]:
        """What is said on one line; raises `OperationError` for what is none of the program's."""
        line = self._incoming.line(_LONGEST_LINE)
        if not line:
            raise ValueError
        try:
            heard: object = json.loads(line)
        except ValueError:
            heard = None
        if not isinstance(heard, dict):
            raise ssh_error("runtime_noise", self._runtime_id)
        return heard

    def _failure(self) -> YoiError:
        """Why nothing came: by how the process ended, and what it said."""
        try:
            code = self._process.wait(_LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            return ssh_error("runtime_malformed", self._runtime_id)
        self._threads[0].join(_LEAVE_SECONDS)
        if code == _OF_SSH:
            return error_of_ssh(self._runtime_id, self._said.decode("utf-8", "replace"))
        known = {NO_PYTHON: "runtime_python_missing", OLD_PYTHON: "runtime_python_old"}
        return ssh_error(known.get(code, "runtime_malformed"), self._runtime_id)

    def _value(self, answer: Frame) -> object:
        """What was answered. Raises what the other side raised."""
        if "failed" in answer.said:
            number = answer.said["failed"]
            said = os.strerror(number) if isinstance(number, int) and number else ""
            raise ssh_error("runtime_failed", self._runtime_id, there=said)
        error = answer.said.get("error")
        if not isinstance(error, dict):
            return answer.said.get("gives")
        try:
            heard = error_heard(error)
        except ValueError:
            raise ssh_error("runtime_malformed", self._runtime_id) from None
        raise ssh_error(heard.code, self._runtime_id) if heard.code in CODES else heard

    def _write(self, data: bytes, until: float) -> None:
        """Raises `TimeoutError`, `BrokenSessionError`."""
        view = memoryview(data)
        room = select.poll()
        room.register(self._stdin, select.POLLOUT)
        with self._writing:
            while view:
                if not room.poll(max(0.0, until - time.monotonic()) * 1000):
                    self._process.kill()  # a part of it may be on its way
                    raise TimeoutError
                try:
                    view = view[os.write(self._stdin, view) :]
                except BlockingIOError:
                    continue
                except OSError:
                    raise BrokenSessionError from None

    def _hear(self) -> None:
        """Hand every answer to who waits for it, up to the end."""
        try:
            while (answer := unpack(self._incoming.read)) is not None:
                with self._lock:
                    number = answer.said.get("id")
                    waiting = self._waiting.get(number) if isinstance(number, int) else None
                if waiting is not None:
                    waiting.put(answer)
        except (OSError, ValueError):
            self._process.kill()
        with self._lock:
            self._is_over = True
            waiting_still = [*self._waiting.values()]
        for one in waiting_still:
            one.put(None)

    def _hear_errors(self) -> None:
        stderr = _descriptor(self._process.stderr)
        with contextlib.suppress(OSError):
            while part := os.read(stderr, 1 << 12):
                self._said = (self._said + part)[-_MOST_SAID:]


def _descriptor(stream: IO[bytes] | None) -> int:
    if stream is None:
        raise ValueError("no pipe")
    return stream.fileno()


def _line(said: Mapping[str, object]) -> bytes:
    return json.dumps(said).encode() + b"\n"
