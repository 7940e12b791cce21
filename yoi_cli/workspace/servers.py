"""Servers of a clone: the one that runs, and where the same user's commands find it.

A server holds a lock for as long as it lives, so that there is one of its kind; its address and
its token stand in a file for its owner alone (docs/runtime.md).
"""

from __future__ import annotations

import fcntl
import json
import os
import uuid
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, NotFoundError
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FOLDER = "servers"
_WORKSPACE_ID = "workspace-id"
_LONGEST = 1 << 16
_PRIVATE = 0o600
_LOCK_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW


class ServerRecord(NamedTuple):
    """A server that listens at `address`, and the owner's token for it. Its `repr` has no token."""

    kind: str
    name: str
    address: str
    token: str

    def __repr__(self) -> str:
        return f"ServerRecord(kind={self.kind!r}, name={self.name!r})"


@contextmanager
def only_server(local_folder: str, kind: str) -> Iterator[str]:
    """The path of the record of the clone's only server of a `kind`, which this process is until
    it leaves. Raises `ConflictError` (`server_runs`), which names the one that there is."""
    folder = os.path.join(local_folder, _FOLDER)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    path = os.path.join(folder, f"{kind}.json")
    lock = os.open(os.path.join(folder, f"{kind}.lock"), _LOCK_FLAGS, _PRIVATE)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _runs_already(kind, _read(path)) from None
        _remove(path)
        try:
            yield path
        finally:
            _remove(path)
    finally:
        os.close(lock)


def write_record(path: str, record: ServerRecord) -> None:
    """Let the same user's commands find the server; nobody else can read the file."""
    making = f"{path}.{os.getpid()}"
    _remove(making)
    descriptor = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _PRIVATE)
    with open(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, _PRIVATE)
        file.write(json.dumps(record._asdict(), indent=1) + "\n")
        file.flush()
        os.fsync(descriptor)
    os.rename(making, path)


def find_server(local_folder: str, kind: str) -> ServerRecord:
    """The server of a `kind` that runs. Raises `NotFoundError` (`server_not_running`)."""
    folder = os.path.join(local_folder, _FOLDER)
    record = _read(os.path.join(folder, f"{kind}.json"))
    if record is None or not _is_held(os.path.join(folder, f"{kind}.lock")):
        raise NotFoundError(
            "server_not_running",
            f"No {kind} server runs for this clone.",
            hint=f"`yoi {'runtime serve' if kind == 'runtime' else 'serve'}` starts one.",
        )
    return record


def kept_token(local_folder: str, kind: str, make: Callable[[], str]) -> str:
    """The token of the clone's server of a `kind`: `make` makes it once, and it stays the same
    when the server is started again. Nobody but the owner can read its file."""
    folder = os.path.join(local_folder, _FOLDER)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    path = os.path.join(folder, f"{kind}.token")
    with suppress(FileNotFoundError):
        token = _line(path)
        if token:
            return token
    making = f"{path}.{os.getpid()}"
    _remove(making)
    descriptor = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _PRIVATE)
    with open(descriptor, "w", encoding="ascii") as file:
        file.write(f"{make()}\n")
        file.flush()
        os.fsync(descriptor)
    os.rename(making, path)
    return _line(path)


def workspace_id(local_folder: str) -> str:
    """The id of the workspace in this clone: made once, also where two ask at the same time, and
    nothing can be told from it."""
    os.makedirs(local_folder, exist_ok=True)
    path = os.path.join(local_folder, _WORKSPACE_ID)
    with suppress(FileNotFoundError):
        return _line(path)
    making = f"{path}.{os.getpid()}.{uuid.uuid4().hex}"
    with open(making, "x", encoding="ascii") as file:
        file.write(f"{uuid.uuid4()}\n")
    try:
        os.link(making, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(making)
    return _line(path)


def _line(path: str) -> str:
    with open(path, encoding="ascii") as file:
        return file.read(_LONGEST).strip()


def _is_held(path: str) -> bool:
    try:
        descriptor = os.open(path, _READ)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _read(path: str) -> ServerRecord | None:
    try:
        descriptor = os.open(path, _READ)
        with open(descriptor, "rb") as file:
            found: object = json.loads(file.read(_LONGEST))
    except (OSError, ValueError, RecursionError):
        return None
    values = [found.get(name) for name in ServerRecord._fields] if isinstance(found, dict) else []
    words = [one for one in values if isinstance(one, str)]
    return ServerRecord(*words) if len(words) == len(ServerRecord._fields) else None


def _remove(path: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)


def _runs_already(kind: str, record: ServerRecord | None) -> ConflictError:
    known = f" It is {record.name}, at {record.address}." if record is not None else ""
    return ConflictError(
        "server_runs",
        f"A {kind} server runs for this clone already.{known}",
        hint="Use that one, or end it first.",
        details={} if record is None else {"name": record.name, "address": record.address},
    )
