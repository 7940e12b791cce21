"""The store lock: one writer at a time, and a note of what it was about to do (docs/format.md)."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress

from yoi_cli.errors import ConflictError, OperationError
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files.descriptors import read_all

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
_FIRST_PAUSE = 0.0005
_LONGEST_PAUSE = 0.02
#: How the turnstile's name ends: a second lock that everybody takes before the first and
#: gives back once they have it. A process that writes again and again must pass it too, and
#: so cannot keep one that waits behind it from ever getting the lock.
_TURNSTILE = ".next.lock"


class Intent(NamedTuple):
    """The write that a holder announced and, being found, did not finish."""

    ticket: str
    event: str


class StoreLock:
    """`flock` on a file that stays where it is, held from `acquire` to `release`.

    The file's text names the holder, for the error that others get, and the intent, for
    whoever comes after a crash. It is local to the machine and never committed.
    """

    def __init__(self, path: str, *, deadline: float, command: str) -> None:
        self._path = path
        self._deadline = deadline
        self._command = command
        self._descriptor = -1

    def acquire(self) -> Intent | None:
        """Take the lock; return the intent of a holder that died in the middle of a write.

        Raises `ConflictError` (`lock_timeout`) after the deadline, naming the holder.
        """
        end = time.monotonic() + self._deadline
        turnstile = self._wait(self._path.removesuffix(".lock") + _TURNSTILE, end)
        try:
            self._descriptor = self._wait(self._path, end)
        finally:
            os.close(turnstile)
        try:
            leftover = _intent_of(_read_note(self._descriptor))
            self.announce(leftover)
        except BaseException:  # nobody would give back a lock that was not handed out
            self.release(finished=False)
            raise
        return leftover

    def announce(self, intent: Intent | None) -> None:
        """Write who holds the lock, and what is about to be written."""
        note = f'{{"pid": {os.getpid()}, "command": {_quoted(self._command)}'
        if intent is not None:
            ticket, event = _quoted(intent.ticket), _quoted(intent.event)
            note += f', "intent": {{"ticket": {ticket}, "event": {event}}}'
        self._write(f"{note}}}".encode())

    def forget(self) -> None:
        """Clear the intent of a write that is done. A disk that refuses costs nothing but a
        look at that ticket by the next holder."""
        with suppress(OSError):
            self.announce(None)

    def release(self, *, finished: bool) -> None:
        """Give the lock back; an intent that was not `finished` stays for the next holder."""
        if self._descriptor < 0:
            return
        if finished:
            with suppress(OSError):  # an intent left over costs the next writer a look
                self._write(b"")
        os.close(self._descriptor)
        self._descriptor = -1

    def _wait(self, path: str, end: float) -> int:
        """A descriptor that holds the lock on the file at `path`, had before the time `end`."""
        pause = _FIRST_PAUSE
        while (descriptor := self._try(path)) is None:
            left = end - time.monotonic()
            if left <= 0:
                raise self._timeout()
            time.sleep(min(left, pause * _jitter()))
            pause = min(pause * 2, _LONGEST_PAUSE)
        return descriptor

    def _try(self, path: str) -> int | None:
        descriptor = self._open(path)
        is_taken = False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_taken = _is_current(descriptor, path)
        except BlockingIOError:
            return None
        finally:
            if not is_taken:
                os.close(descriptor)
        return descriptor if is_taken else None

    def _open(self, path: str) -> int:
        try:
            try:
                return os.open(path, _FLAGS, 0o666)
            except FileNotFoundError:
                os.makedirs(os.path.dirname(path), exist_ok=True)
                return os.open(path, _FLAGS, 0o666)
        except OSError as error:
            raise OperationError(
                "lock_unusable",
                f"The store's lock cannot be opened: {error.strerror}.",
                hint="Check who owns the file and whether the disk can be written to.",
                details={"path": path},
            ) from error

    def _write(self, note: bytes) -> None:
        os.pwrite(self._descriptor, note, 0)
        os.ftruncate(self._descriptor, len(note))

    def _timeout(self) -> ConflictError:
        descriptor = self._open(self._path)
        try:
            note = _read_note(descriptor)
        finally:
            os.close(descriptor)
        pid, command = note.get("pid"), note.get("command")
        holder = f"process {pid} ({command})" if pid else "another process"
        return ConflictError(
            "lock_timeout",
            f"The store is locked by {holder}, and was for {self._deadline:g} s.",
            hint="Try again when that command is done, or wait longer with YOI_LOCK_TIMEOUT "
            "(seconds).",
            details={
                "pid": pid if isinstance(pid, int) else None,
                "command": command if isinstance(command, str) else None,
            },
        )


def leftover_intent(path: str) -> Intent | None:
    """The intent in a lock file that nobody holds; it neither waits nor changes anything."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return _intent_of(_read_note(descriptor))
    except OSError:  # somebody holds it, so the write goes on
        return None
    finally:
        os.close(descriptor)


def _quoted(word: str) -> str:
    """`word` as JSON. Plain words, which nearly all are, do not load the library for it."""
    if word.isascii() and word.isprintable() and '"' not in word and "\\" not in word:
        return f'"{word}"'
    import json

    return json.dumps(word)


def _is_current(descriptor: int, path: str) -> bool:
    """Whether the locked file is still the one at the path, so that others see the lock."""
    try:
        at_path = os.lstat(path)
    except FileNotFoundError:
        return False
    held = os.fstat(descriptor)
    return (at_path.st_dev, at_path.st_ino) == (held.st_dev, held.st_ino)


def _jitter() -> float:
    """A factor between 0.5 and 1.5, so that those who wait do not come back in step."""
    return 0.5 + os.urandom(1)[0] / 255


def _read_note(descriptor: int) -> dict[str, object]:
    os.lseek(descriptor, 0, os.SEEK_SET)
    text = read_all(descriptor, "the store's lock")
    if not text:
        return {}
    import json

    try:
        # A holder killed between writing and truncating left the end of a longer note.
        note: object = json.JSONDecoder().raw_decode(text.decode())[0]
    except (ValueError, RecursionError):
        return {}
    return note if isinstance(note, dict) else {}


def _intent_of(note: dict[str, object]) -> Intent | None:
    intent = note.get("intent")
    if not isinstance(intent, dict):
        return None
    ticket, event = intent.get("ticket"), intent.get("event")
    if isinstance(ticket, str) and isinstance(event, str):
        return Intent(ticket, event)
    return None
