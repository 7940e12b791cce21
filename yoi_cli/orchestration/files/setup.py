"""What a worktree gets besides what is committed: files that are copied in, and what its setup
made before, kept by lock file (docs/orchestrate.md, "Setup")."""

from __future__ import annotations

import os
import shutil
import tempfile
from hashlib import sha256
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError

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
            try:
                with open(os.path.join(folder, path), "rb") as file:
                    digest.update(sha256(file.read()).digest())
            except OSError:
                digest.update(b"-")
        return digest.hexdigest()[:32]


def _mark_file(folder: str) -> str:
    """Where it stands that a worktree was set up: in its own git folder, which goes with it."""
    with open(os.path.join(folder, ".git"), "rb") as file:
        git_dir = os.fsdecode(file.read()).removeprefix("gitdir: ").rstrip("\n")
    return os.path.join(folder, git_dir, _MARK)


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
