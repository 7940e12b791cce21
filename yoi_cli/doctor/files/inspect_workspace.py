"""A workspace's configuration, its identity and its lock, examined for doctor."""

from __future__ import annotations

import codecs
import os
import re
from typing import TYPE_CHECKING

from yoi_cli.doctor.diagnostics import Diagnostic, diagnose, quote
from yoi_cli.doctor.environment import LockFacts
from yoi_cli.errors import ConflictError, OperationError, StoreInvalidError
from yoi_cli.model.text import counted
from yoi_cli.model.time import is_stamp
from yoi_cli.store.config.reading import read_tables
from yoi_cli.store.config.store_config import hot_problems
from yoi_cli.store.config.toml_file import SettingProblem, line_of, load_tables
from yoi_cli.store.config.worker_settings import parse_settings
from yoi_cli.store.files import layout
from yoi_cli.store.files.directory import Directory
from yoi_cli.store.files.journal import Journal
from yoi_cli.store.files.lock import StoreLock, leftover_intent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.store.files.layout import StoreLocation

_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_KEYS = ("workspace_id", "created_at", "display_name")


def inspect_settings(location: StoreLocation) -> list[Diagnostic]:
    """What is wrong with ticket.config.toml and workspace.toml."""
    found: list[Diagnostic] = []
    folder = os.path.join(location.workspace, layout.STORE_FOLDER)
    with Directory.open(folder, layout.STORE_FOLDER) as directory:
        config = _read(directory, layout.CONFIG_FILE, found)
        workspace = _read(directory, layout.WORKSPACE_FILE, found)
    if config is not None:
        found += _inspect_config(config)
    for path, data in ((layout.CONFIG_FILE, config), (layout.WORKSPACE_FILE, workspace)):
        if data is not None and data.startswith(codecs.BOM_UTF8):
            found.append(_found("byte_order_mark", "It begins with a byte order mark.", path, 1))
    if workspace is not None:
        found += _inspect_workspace(workspace)
    elif not any(one.path == layout.WORKSPACE_FILE for one in found):
        what = "This workspace has no id and no name."
        found.append(_found("workspace_missing", what, layout.WORKSPACE_FILE))
    return found


def inspect_lock(location: StoreLocation) -> Iterator[Diagnostic]:
    """A write that a process which is gone began and did not finish."""
    intent = leftover_intent(location.lock)
    if intent is not None:
        path = os.path.relpath(location.lock, location.workspace)
        what = f"A write on {quote(intent.ticket)} was begun and not finished."
        yield _found("intent_left", what, path)


def inspect_journal(location: StoreLocation) -> Iterator[Diagnostic]:
    """A journal of what is not committed that cannot be read wholly."""
    if location.git is None:
        return
    kept = Journal(location.git.journal)
    for text in (kept.read(), kept.read_late()):
        if text.is_sound:
            continue
        what = f"{counted(text.damaged, 'place')} in it cannot be read."
        if text.is_foreign:
            what = "Another version of yoi wrote it, or it is far too long."
        yield _found("journal_damaged", what, os.path.relpath(kept.path, location.workspace))


def probe_lock(location: StoreLocation, *, command: str) -> LockFacts:
    """Take the store's lock and give it back; while it is held, a second taker must fail.

    A write that a dead process left undone stays noted for the next writer.
    """
    path = os.path.relpath(location.lock, location.workspace)
    lock = StoreLock(location.lock, deadline=0, command=command)
    try:
        leftover = lock.acquire()
    except ConflictError as error:
        pid = error.details.get("pid")
        return LockFacts(path, holder=f"process {pid}" if pid else "another process")
    except OperationError as error:
        return LockFacts(path, problem=error.message)
    except OSError as error:
        return LockFacts(path, problem=f"{error.strerror or error}.")
    try:
        return LockFacts(path, excludes=_is_exclusive(location))
    finally:
        lock.release(finished=leftover is None)


def _is_exclusive(location: StoreLocation) -> bool:
    """Whether a lock that is held keeps a second taker out."""
    second = StoreLock(location.lock, deadline=0, command="")
    try:
        second.acquire()
    except ConflictError:
        return True
    second.release(finished=False)
    return False


def _read(directory: Directory, path: str, found: list[Diagnostic]) -> bytes | None:
    try:
        return directory.read_if_there(os.path.basename(path))
    except StoreInvalidError:
        found.append(_found("path_unsafe", "It is not a regular file; it was not read.", path))
    except OSError as error:
        found.append(_found("path_unreadable", f"It cannot be read: {error.strerror}.", path))
    return None


def _inspect_config(data: bytes) -> Iterator[Diagnostic]:
    path = layout.CONFIG_FILE
    loaded = load_tables(data)
    if isinstance(loaded, SettingProblem):
        yield _unusable("config_invalid", loaded, path)
        return
    found = read_tables(data, path=path).problems
    hot = hot_problems(found)
    if hot:
        yield _unusable("config_invalid", hot[0], path)
        return
    for problem in found:
        if problem.is_ignored:
            what = f"The key {quote(problem.key)} is not known."
            yield _found("config_key_unknown", what, path, problem.line)
    for problem in parse_settings(data, path=path).problems:
        code = "config_secret_withheld" if problem.is_ignored else "config_settings_invalid"
        yield _found(code, problem.sentence, path, problem.line)


def _inspect_workspace(data: bytes) -> Iterator[Diagnostic]:
    path = layout.WORKSPACE_FILE
    values = load_tables(data)
    if isinstance(values, SettingProblem):
        yield _unusable("workspace_invalid", values, path)
        return
    for key in _KEYS:
        problem = _problem(key, values.get(key))
        if problem:
            line = line_of(data.decode("utf-8-sig"), key)
            yield _found("workspace_invalid", f"{key} {problem}.", path, line)


def _problem(key: str, value: object) -> str:
    if value is None:
        return "is missing"
    if not isinstance(value, str):
        return "is not a text"
    if key == "workspace_id" and not _UUID7.fullmatch(value):
        return f"is not a UUIDv7: {quote(value)}"
    if key == "created_at" and not is_stamp(value):
        return f"is not a time such as 2026-06-25T16:30:32Z: {quote(value)}"
    return ""


def _unusable(code: str, problem: SettingProblem, path: str) -> Diagnostic:
    return _found(code, f"It cannot be used: {problem.sentence}", path, problem.line)


def _found(code: str, what: str, path: str, line: int | None = None) -> Diagnostic:
    return diagnose(code, what, ticket=None, path=path, line=line)
