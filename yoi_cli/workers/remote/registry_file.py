"""The file of a clone that names runtimes on other machines: `runtimes.toml` in its local folder.

It is edited as a text, so that what a person wrote beside the tables stays.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, YoiError
from yoi_cli.model.workers.runtimes import HTTP, RuntimeEntry, RuntimeTables
from yoi_cli.store.config.reading import read_file
from yoi_cli.store.files.directory import Directory
from yoi_cli.workers.registry import Registered, check_entry
from yoi_cli.workers.remote.slurm.options import check_arguments
from yoi_cli.workers.remote.url import parse_runtime_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yoi_cli.model.workers.runtimes import BackendEntry

FILE = "runtimes.toml"
_LOCK = "runtimes.lock"
_MOST = 1 << 20
_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW
_LOCKING = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
_ANY_HEADING = re.compile(r"^[ \t]*\[", re.MULTILINE)


class RegistryFile:
    """The file in the local `folder` of a clone; it need not be there."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.path = os.path.join(folder, FILE)

    def mark(self) -> object:
        """What changes when the file does."""
        try:
            found = os.lstat(self.path)
        except OSError:
            return None
        return (found.st_ino, found.st_size, found.st_mtime_ns)

    def read(self) -> Registered:
        """What it says. One that cannot be read has a problem and no entries."""
        try:
            return Registered(_entries(self._text()))
        except YoiError as error:
            return Registered({}, error)

    def backends(self) -> Mapping[str, BackendEntry]:
        """The workspaces' servers that it names. Raises `StoreInvalidError` (`config_invalid`)."""
        return _tables(self._text()).backends

    def add(self, runtime_id: str, entry: RuntimeEntry) -> None:
        """Append a table. Raises `ConflictError` (`registry_changed`) where it did not come to
        say that."""
        text = self._text()
        before = f"{text.rstrip()}\n\n" if text.strip() else _HEADING
        self._write(before + _table(runtime_id, entry), {**_entries(text), runtime_id: entry})

    def remove(self, runtime_id: str) -> None:
        """Take a table out, with what stands in it. Raises as `add`."""
        text = self._text()
        wanted = {name: one for name, one in _entries(text).items() if name != runtime_id}
        name = re.escape(runtime_id)
        heading = re.compile(
            rf"^[ \t]*\[[ \t]*runtimes[ \t]*\.[ \t]*[\"']?{name}[\"']?[ \t]*\][^\n]*\n?",
            re.MULTILINE,
        ).search(text)
        if heading is None:
            raise _changed()
        following = _ANY_HEADING.search(text, heading.end())
        end = following.start() if following is not None else len(text)
        self._write(text[: heading.start()] + text[end:], wanted)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else changes the file meanwhile."""
        os.makedirs(self._folder, exist_ok=True)
        lock = os.open(os.path.join(self._folder, _LOCK), _LOCKING, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _text(self) -> str:
        try:
            descriptor = os.open(self.path, _READ)
        except FileNotFoundError:
            return ""
        with open(descriptor, "rb") as file:
            return file.read(_MOST).decode("utf-8", "surrogateescape")

    def _write(self, text: str, wanted: dict[str, RuntimeEntry]) -> None:
        """Replace the file, if it then says what is `wanted`."""
        if _entries(text) != wanted:
            raise _changed()
        with Directory.open(self._folder, "runtimes") as folder:
            folder.replace(FILE, text.encode("utf-8", "surrogateescape"))
        os.chmod(self.path, 0o600)


_HEADING = "# Runtimes on other machines (docs/runtime.md). This file stays on this machine.\n\n"


def _entries(text: str) -> dict[str, RuntimeEntry]:
    """The tables of the file. Raises `StoreInvalidError` (`config_invalid`), which names the key
    and the line, and `UsageError` for what no type can say."""
    found = dict(_tables(text).runtimes)
    for entry in found.values():
        check_entry(entry)
        check_address(entry)
    return found


def check_address(entry: RuntimeEntry) -> None:
    """Raise `UsageError` for an address that nothing is sent to (`runtime_url_invalid`), and for
    what sbatch is not to be given (`slurm_argument_refused`)."""
    if entry.kind == HTTP:
        parse_runtime_url(entry.url)
    check_arguments(entry.arguments)


def _tables(text: str) -> RuntimeTables:
    return read_file(RuntimeTables, text.encode("utf-8", "surrogateescape"), path=FILE)


def _table(runtime_id: str, entry: RuntimeEntry) -> str:
    """An entry as a table; what has its default is left out."""
    lines = [f"[runtimes.{_text(runtime_id)}]"]
    for name in entry.__struct_fields__:
        if name == "kind" or name in entry.said():
            lines.append(f"{name} = {_value(getattr(entry, name))}")
    return "\n".join(lines) + "\n"


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    return _text(value) if isinstance(value, str) else str(value)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _changed() -> ConflictError:
    return ConflictError(
        "registry_changed",
        f"{FILE} is written in a way that cannot be changed from here.",
        hint="Change it with an editor; `yoi runtime list` says where it is.",
    )
