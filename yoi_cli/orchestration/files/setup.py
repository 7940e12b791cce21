"""What a worktree gets besides what is committed: files that are copied in, and what its setup
made before, kept by lock file (docs/orchestrate.md, "Setup")."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from hashlib import file_digest, sha256
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError
from yoi_cli.git.dot_git import git_dir_of

if TYPE_CHECKING:
    from yoi_cli.model.settings import OrchestrationSettings

_MARK = "yoi-setup"
#: How many results of setups are kept, the newest.
_MOST_KEPT = 3


class FileSetup:
    """A `WorktreeSetup` by `settings`, for the repository at `root`; what setups made is kept
    below `kept`."""

    def __init__(self, root: str, kept: str, settings: OrchestrationSettings) -> None:
        self._root = root
        self._kept = kept
        self._settings = settings

    def missing(self) -> tuple[str, ...]:
        return tuple(
            path
            for path in self._settings.copy
            if not os.path.exists(os.path.join(self._root, path))
        )

    def copy_in(self, folder: str) -> None:
        for path in self._settings.copy:
            _copy(os.path.join(self._root, path), folder, path)

    def is_done(self, folder: str) -> bool:
        try:
            with open(_mark_file(folder), encoding="ascii") as file:
                return file.read() == self.mark(folder)
        except (OSError, UnicodeDecodeError):
            return False

    def done(self, folder: str) -> None:
        with open(_mark_file(folder), "w", encoding="ascii") as file:
            file.write(self.mark(folder))

    def mark(self, folder: str) -> str:
        link = os.stat(os.path.join(folder, ".git"))
        return f"{link.st_ino:x}-{link.st_mtime_ns:x}-{self._hash(folder)}"

    def forget(self, folder: str) -> None:
        os.utime(os.path.join(folder, ".git"))

    def restore(self, folder: str) -> bool:
        kept = os.path.join(self._kept, self._hash(folder))
        if not self._settings.setup_keeps or not os.path.isdir(kept):
            return False
        for path in self._settings.setup_keeps:
            if os.path.lexists(os.path.join(kept, path)):
                _copy(os.path.join(kept, path), folder, path)
        os.utime(kept)
        return True

    def keep(self, folder: str) -> None:
        kept = os.path.join(self._kept, self._hash(folder))
        if not self._settings.setup_keeps or os.path.isdir(kept):
            return
        os.makedirs(self._kept, exist_ok=True)
        made = tempfile.mkdtemp(prefix=".new-", dir=self._kept)
        try:
            for path in self._settings.setup_keeps:
                if os.path.lexists(os.path.join(folder, path)):
                    _copy(os.path.join(folder, path), made, path)
            if not os.path.isdir(kept):
                os.rename(made, kept)
        finally:
            shutil.rmtree(made, ignore_errors=True)
        self._drop_oldest()

    def _drop_oldest(self) -> None:
        paths = [os.path.join(self._kept, name) for name in os.listdir(self._kept)]
        for path in sorted(paths, key=os.path.getmtime)[:-_MOST_KEPT]:
            shutil.rmtree(path, ignore_errors=True)

    def _hash(self, folder: str) -> str:
        """A word for the setup's commands and what its lock files hold in `folder`."""
        digest = sha256(repr(self._settings.setup).encode())
        for path in self._settings.setup_key:
            digest.update(_digest_of(os.path.join(folder, path)))
        return digest.hexdigest()[:32]


def _digest_of(path: str) -> bytes:
    """A word for what a lock file holds; nobody waits for what is no file, such as a FIFO."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return file_digest(file, "sha256").digest()
    except OSError:
        pass
    return b"-"


def _mark_file(folder: str) -> str:
    """Where it stands that a worktree was set up: in its own git folder, which goes with it.

    Raises `ConflictError` (`worktree_changed`) where its `.git` leads to none.
    """
    dot_git = os.path.join(folder, ".git")
    git_dir = None if os.path.isdir(dot_git) else git_dir_of(dot_git)
    if git_dir is None:
        raise ConflictError(
            "worktree_changed",
            f"{dot_git} leads to no git folder: something changed it.",
            hint="`git worktree repair`, in the main checkout, makes it anew.",
            details={"path": dot_git},
        )
    return os.path.join(git_dir, _MARK)


def _copy(source: str, folder: str, path: str) -> None:
    """Copy `source` to `path` below `folder`, in place of what is there. Raises `ConflictError`
    (`copy_unsafe`) where a link leads out of `folder`."""
    target = os.path.join(folder, path)
    parent = os.path.dirname(target)
    inside = os.path.realpath(folder)
    if os.path.commonpath([inside, os.path.realpath(parent)]) != inside:
        raise ConflictError(
            "copy_unsafe",
            f"{path} is not copied to {folder}: a link there leads elsewhere.",
            hint="See what is committed at that path.",
            details={"path": target},
        )
    os.makedirs(parent, exist_ok=True)
    if os.path.isdir(target) and not os.path.islink(target):
        shutil.rmtree(target)
    elif os.path.lexists(target):
        os.unlink(target)
    if os.path.isdir(source):
        shutil.copytree(source, target, symlinks=True)
    else:
        shutil.copy2(source, target)
