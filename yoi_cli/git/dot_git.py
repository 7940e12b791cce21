"""What `.git` says, and the files of a git folder that say where it belongs."""

from __future__ import annotations

import errno
import os
import stat

from yoi_cli.errors import ConflictError

#: More than any path has.
_LONGEST_LINE = 1 << 16
#: More than any configuration of a repository has.
_LONGEST_CONFIG = 1 << 20


def git_dir_of(dot_git: str) -> str | None:
    """The git folder that `.git` is, or leads to, without symlinks at its end."""
    if os.path.isdir(dot_git):
        if not os.path.exists(os.path.join(dot_git, "HEAD")):
            return None
        return os.path.realpath(dot_git) if os.path.islink(dot_git) else dot_git
    target = first_line(dot_git)
    if target is None or not target.startswith("gitdir: "):
        return None
    path = os.path.join(os.path.dirname(dot_git), target.removeprefix("gitdir: "))
    return os.path.realpath(path) if os.path.isdir(path) else None


def first_line(path: str) -> str | None:
    """The first line of the file at `path`; None where there is none that can be read.

    Whoever works in a worktree may put something else there: a FIFO, of which nobody may wait for
    the end, or a link into a circle.
    """
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", opener=at_once) as file:
            is_file = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            return file.readline(_LONGEST_LINE).rstrip("\r\n") if is_file else None
    except OSError:
        return None


def read_file(path: str) -> bytes:
    """The start of the file at `path`, as much as git's configuration may have. Raises `OSError`,
    also for what is no file."""
    with open(path, "rb", opener=at_once) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "not a file", path)
        return file.read(_LONGEST_CONFIG)


def at_once(path: str, flags: int) -> int:
    """An opener for `open` that waits for nobody who writes into a FIFO."""
    return os.open(path, flags | os.O_NONBLOCK)


def record_of(common_dir: str) -> str:
    """The file that says which checkout is the main one, where that cannot be derived."""
    return os.path.join(common_dir, "yoi", "checkout")


def copied(root: str, first: str) -> ConflictError:
    """The error for a checkout that git takes for another one, which is there."""
    return ConflictError(
        "checkout_copied",
        f"{root} is a copy of {first}: its .git leads to the git folder of that checkout, and "
        "what is done here would be done there.",
        hint=f"Work in {first}, or make a checkout of its own with `git worktree add`.",
        details={"checkout": root, "original": first},
    )
