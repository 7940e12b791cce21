"""Putting hooks where git looks for them, beside those that are there (docs/hooks.md).

A hook that is already there is moved aside as it is, name and bytes and mode, and moved back
when ours goes. Nothing that is not ours is ever overwritten or removed.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, OperationError
from yoi_cli.git.checkout import is_below
from yoi_cli.git.command import ask_git, run_git
from yoi_cli.hooks.git.scripts import CHAINED, is_husky, is_ours, maker_of, marked, script
from yoi_cli.model import hooks as hook_files
from yoi_cli.model.hooks import HookFile, HookFolder

if TYPE_CHECKING:
    from yoi_cli.git.checkout import Checkout

_LEGACY = ".legacy"
_TEMPORARY = ".yoi-new"
_MODE = 0o755
_MOST = 1 << 20


def hook_folder(checkout: Checkout) -> HookFolder:
    """Where git looks for the hooks of `checkout`. Raises `OperationError` (`git_missing`)."""
    asked = ask_git(
        ["config", "--type=path", "--get", "core.hooksPath"],
        cwd=checkout.root,
        runs_hooks=True,  # or the setting by which we keep hooks from running would answer
    )
    setting = asked.text.rstrip("\n") if asked.code == 0 else None
    if not setting:
        path = os.path.join(checkout.common_dir, "hooks")
    else:
        path = os.path.normpath(os.path.join(checkout.root, setting))
    real = os.path.realpath(path)
    own = [checkout.root, checkout.common_dir, checkout.main_root or checkout.root]
    is_shared = not any(is_below(real, os.path.realpath(folder)) for folder in own)
    return HookFolder(path, setting or None, is_shared)


def tracked_hooks(checkout: Checkout, folder: HookFolder) -> tuple[str, ...]:
    """The files in the folder of hooks that are committed, by their paths in the repository.

    Raises `OperationError` (`git_missing`, `git_failed`).
    """
    root, path = os.path.realpath(checkout.root), os.path.realpath(folder.path)
    if not is_below(path, root):
        return ()
    inside = f":(top,literal){os.path.relpath(path, root)}"
    listed = run_git(["ls-files", "-z", "--", inside], cwd=checkout.root)
    return tuple(name for name in listed.split("\0") if name)


def hook_at(folder: HookFolder, name: str) -> HookFile:
    """The hook `name` as it is found in its place."""
    path = os.path.join(folder.path, name)
    chained = path + CHAINED
    beside = chained if os.path.lexists(chained) else None
    data = _read(path)
    if data is None:
        note = f"{chained} is left over; `yoi hook install` calls it again." if beside else ""
        return HookFile(name, path, hook_files.ABSENT, beside, _maker(chained), note)
    mark = marked(data)
    if mark is None or mark.name != name:
        if beside is not None:
            note = f"Somebody replaced yoi's hook; what it called is {chained}."
            return HookFile(name, path, hook_files.REPLACED, beside, maker_of(data), note)
        legacy = _read(path + _LEGACY)
        is_called = legacy is not None and marked(legacy) is not None
        note = f"It may call yoi's hook, which is {path}{_LEGACY} now." if is_called else ""
        return HookFile(name, path, hook_files.FOREIGN, None, maker_of(data), note)
    maker = _maker(chained)
    if is_ours(name, data) and os.access(path, os.X_OK):
        return HookFile(name, path, hook_files.INSTALLED, beside, maker)
    if is_ours(name, data) or mark.is_whole:
        return HookFile(name, path, hook_files.OUTDATED, beside, maker)
    note = "It has lines that are not yoi's."
    return HookFile(name, path, hook_files.EDITED, beside, maker, note)


def install(folder: HookFolder, name: str) -> bool:
    """Put our hook in place, and a hook that is there beside it; whether anything changed.

    Raises `ConflictError` where that would lose what somebody wrote, and
    `OperationError` (`hook_unwritable`); then nothing has changed.
    """
    found = hook_at(folder, name)
    if found.state == hook_files.INSTALLED:
        return False
    chained = found.path + CHAINED
    if found.state == hook_files.EDITED:
        raise _in_the_way(found, "has lines that are not yoi's", "Move your lines elsewhere")
    if found.state == hook_files.REPLACED and _read(found.path) != _read(chained):
        raise _in_the_way(found, f"is not yoi's, and {chained} stands there too", "Keep one")
    try:
        os.makedirs(folder.path, exist_ok=True)
        if found.state == hook_files.FOREIGN:
            _put_beside(found.path, chained)
        sources = is_husky(_read(chained) or b"")
        _write(found.path, script(name, sources=sources))
    except OSError as error:
        raise _unwritable(found.path, error) from error
    return True


def uninstall(folder: HookFolder, name: str) -> bool:
    """Remove our hook and put back what was there before; whether anything changed.

    What is not ours is left alone. Raises `OperationError` (`hook_unwritable`).
    """
    found = hook_at(folder, name)
    is_leftover = found.state == hook_files.ABSENT and found.chained is not None
    if found.state not in (hook_files.INSTALLED, hook_files.OUTDATED) and not is_leftover:
        return False
    try:
        if found.chained is not None:
            os.rename(found.chained, found.path)
        else:
            os.unlink(found.path)
        _sync(folder.path)
        with suppress(OSError):  # others' hooks are in it
            os.rmdir(folder.path)
    except OSError as error:
        raise _unwritable(found.path, error) from error
    return True


def _put_beside(path: str, chained: str) -> None:
    """Move the hook at `path` to `chained`, with no moment at which it is at neither."""
    try:
        os.link(path, chained, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:  # a filesystem without hard links
        os.rename(path, chained)


def _write(path: str, data: bytes) -> None:
    temporary = path + _TEMPORARY
    with suppress(FileNotFoundError):
        os.unlink(temporary)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(temporary, flags, _MODE)
    try:
        os.write(descriptor, data)
        os.fchmod(descriptor, _MODE)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.replace(temporary, path)
    _sync(os.path.dirname(path))


def _sync(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: str) -> bytes | None:
    """The hook at `path`, None where there is none; of a program the beginning.

    A hook may well be a symlink. One that leads nowhere, and a folder, are there and empty.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return b"" if os.path.lexists(path) else None
    try:
        is_file = stat.S_ISREG(os.fstat(descriptor).st_mode)
        return os.read(descriptor, _MOST) if is_file else b""
    finally:
        os.close(descriptor)


def _maker(path: str) -> str:
    data = _read(path)
    return maker_of(data) if data is not None else ""


def _in_the_way(found: HookFile, problem: str, advice: str) -> ConflictError:
    return ConflictError(
        "hook_in_the_way",
        f"The hook {found.path} {problem}.",
        hint=f"It was left as it is. {advice}, then install again; `yoi hook status` shows all.",
        details={"hook": found.name, "path": found.path},
    )


def _unwritable(path: str, error: OSError) -> OperationError:
    return OperationError(
        "hook_unwritable",
        f"The hook {path} cannot be changed: {error.strerror}.",
        hint="See who owns the folder, and whether the disk can be written to.",
        details={"path": path},
    )
