"""One `git cat-file --batch`, asked for one object after another (ARCHITECTURE.md, "Git")."""

from __future__ import annotations

import select
import weakref
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError
from yoi_cli.git.command import start_git
from yoi_cli.model.limits import MOST_FILE, shown_size
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import IO

    from yoi_cli.git.command import GitProcess


class NamedObject(NamedTuple):
    """An object that an expression names: its full name, its kind and its bytes."""

    name: str
    kind: str
    data: bytes


class StoredObject(NamedTuple):
    """An object as git keeps it: its kind (`blob`, `tree`, `commit`, `tag`) and its bytes."""

    kind: str
    data: bytes


class ObjectStream:
    """Reads objects of the repository around `cwd`, or with the git folder `git_dir`; one thread at
    a time.

    The process is started with the first reading, and ends with `close` or with this.
    """

    def __init__(self, cwd: str, *, git_dir: str = "") -> None:
        self._cwd = cwd
        self._repository = ["--git-dir", git_dir] if git_dir else []
        self._process: GitProcess | None = None
        self._end: weakref.finalize[[GitProcess], ObjectStream] | None = None

    def read(self, name: str) -> StoredObject:
        """The object of that full name. Raises `OperationError` (`git_object_missing`)."""
        facts, data = self._answer(self._started(), name)
        if not data:
            if not facts:
                self.close()  # git ends at an object that is damaged; the next reading starts anew
            raise object_missing(name)
        return StoredObject(facts[1].decode(), data[:-1])

    def find(self, expression: str, *, patience: float | None = None) -> NamedObject | None:
        """The object that `expression` (`REF^{commit}`, `COMMIT:PATH`) names at this moment. None
        where git does not give it, be it that a part of the way there is damaged; or not within
        `patience` seconds, as where a ref is a FIFO."""
        if "\n" in expression:
            return None
        process = self._started()
        facts, data = self._answer(process, expression, patience)
        if not data:
            if not facts:
                self.close()
            return None
        return NamedObject(facts[0].decode(), facts[1].decode(), data[:-1])

    def close(self) -> None:
        """End the process, where there is one."""
        if self._end is not None:
            self._end()
        self._process = self._end = None

    def _answer(
        self, process: GitProcess, name: str, patience: float | None = None
    ) -> tuple[Sequence[bytes], bytes]:
        """Git's line on the object, parted, and the bytes of the object and the newline after
        them; no line where git has ended, and no bytes where it has not got all of them."""
        asked, answered = process.stdin, process.stdout
        if asked is None or answered is None:
            return (), b""
        try:
            asked.write(name.encode("utf-8", "surrogateescape") + b"\n")
            asked.flush()
        except BrokenPipeError:
            return (), b""
        if patience is not None and not _has_answered(answered, patience):
            process.kill()
            return (), b""
        facts = answered.readline().split()
        if len(facts) != 3 or not facts[0].isalnum():  # what is missing is named as it was asked
            return facts, b""
        size = int(facts[2]) + 1
        if size > MOST_FILE:
            self.close()
            raise object_too_large(name, size - 1)
        data = answered.read(size)
        return (facts, data) if len(data) == size else ((), b"")

    def _started(self) -> GitProcess:
        if self._process is None:
            self._process = start_git([*self._repository, "cat-file", "--batch"], cwd=self._cwd)
            self._end = weakref.finalize(self, _end, self._process)
        return self._process


def _has_answered(stream: IO[bytes], seconds: float) -> bool:
    poller = select.poll()
    poller.register(stream, select.POLLIN)
    return bool(poller.poll(seconds * 1000))


def object_missing(name: str) -> OperationError:
    """The error for an object that git has not, or cannot read."""
    return OperationError(
        "git_object_missing",
        f"git cannot read its object {name}.",
        hint="`git fsck` says what is wrong with the repository.",
        details={"object": name},
    )


def object_too_large(name: str, size: int) -> OperationError:
    """The error for an object of more than `MOST_FILE` bytes."""
    return OperationError(
        "git_object_too_large",
        f"git's object {name} has {shown_size(size)}; up to {shown_size(MOST_FILE)} are read.",
        hint="`git log --find-object` says which commits hold it.",
        details={"object": name, "size": size, "limit": MOST_FILE},
    )


def _end(process: GitProcess) -> None:
    process.communicate()
