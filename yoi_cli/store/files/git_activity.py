"""Whether git is about to replace files of a checkout (docs/format.md, "Writing", step 6).

Most of git's commands hold `index.lock` while they replace files, and refuse what changed
before. `git merge` (2.38 and later) and `git stash` do not: they read changed files, let go
of the index, and overwrite the files by another git that looks no more. Between two of their
steps only the process tells that they are under way. A `git rebase` does so before its first step,
where it makes its autostash.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: How long to wait for git, and how long after its last sign it is taken to be done (seconds).
_PATIENCE = 5.0
_QUIET = 0.02
_PAUSE = 0.005
#: Every step of git's makes or removes a file in its folder, so that nothing is under way where
#: the folder did not change for so long; and how long, where processes cannot be seen.
_BETWEEN_STEPS = 3.0
_BETWEEN_STEPS_UNSEEN = 0.2
PROCESSES = "/proc"
_STEPWISE = frozenset({b"merge", b"stash"})
_REBASE = b"rebase"
_REBASES = ("rebase-merge", "rebase-apply")
_OPTIONS_WITH_A_VALUE = frozenset({b"-c", b"-C", b"--git-dir", b"--work-tree", b"--namespace"})


def wait_for_git(index_lock: str) -> bool:
    """Wait until git does not hold its index, nor is about to; False where that takes too long."""
    now = time.monotonic()
    end, quiet_since = now + _PATIENCE, now - _QUIET
    while True:
        now = time.monotonic()
        if is_git_at_work(index_lock):
            quiet_since = now
        elif now - quiet_since >= _QUIET:
            return True
        if now > end:
            return not os.path.lexists(index_lock)
        time.sleep(_PAUSE)


def is_git_at_work(index_lock: str) -> bool:
    """Whether git holds its index, or will take it again without another look at the files."""
    if os.path.lexists(index_lock):
        return True
    folder = os.path.dirname(index_lock)
    try:
        age = abs(time.time() - os.stat(folder).st_mtime)
        if age >= _BETWEEN_STEPS:
            return False
        if not os.path.isdir(f"{PROCESSES}/self"):
            return age < _BETWEEN_STEPS_UNSEEN
        begun = any(os.path.isdir(f"{folder}/{name}") for name in _REBASES)
        return _has_stepwise_git(
            top_of_checkout(folder), _STEPWISE if begun else _STEPWISE | {_REBASE}
        )
    except OSError:
        return False


def _has_stepwise_git(top: str | None, stepwise: frozenset[bytes]) -> bool:
    """Whether one of the gits `stepwise` runs in the checkout at `top`, or in any.

    One that waits for this very process, as for a hook, is none to wait for.
    """
    return any(
        subcommand(process_file(process, "cmdline").split(b"\0")) in stepwise
        and process not in ancestors()
        for process in gits_in(top)
    )


def gits_in(top: str | None) -> Iterator[int]:
    """The processes of this user that are a git and work in `top`, or anywhere where None."""
    for name in os.listdir(PROCESSES):
        if not name.isdigit():
            continue
        folder = f"{PROCESSES}/{name}"
        # What has ended meanwhile is not waited for, nor is what somebody else runs.
        try:
            program = os.readlink(f"{folder}/exe").rpartition("/")[2]
            is_git = program.startswith("git")
            if is_git and (top is None or os.path.samefile(f"{folder}/cwd", top)):
                yield int(name)
        except OSError:
            continue


def subcommand(arguments: list[bytes]) -> bytes:
    """What a git that was started with `arguments` was told to do; b"" where nothing."""
    program = os.path.basename(arguments[0])
    if program.startswith(b"git-"):
        return program.removeprefix(b"git-")
    words = iter(arguments[1:])
    for word in words:
        if word in _OPTIONS_WITH_A_VALUE:
            next(words, None)
        elif not word.startswith(b"-"):
            return word
    return b""


def ancestors() -> set[int]:
    found: set[int] = set()
    process = os.getppid()
    while process > 1 and process not in found:
        found.add(process)
        # After the name, in brackets: the state, the parent.
        fields = process_file(process, "stat").rpartition(b")")[2].split()
        process = int(fields[1]) if len(fields) > 1 else 0
    return found


def process_file(process: int, name: str) -> bytes:
    """What the kernel tells of a process; b"" of one that has ended."""
    with suppress(OSError), open(f"{PROCESSES}/{process}/{name}", "rb") as file:
        return file.read()
    return b""


def top_of_checkout(git_dir: str) -> str | None:
    """The folder where git's commands on `git_dir` work; None where that cannot be told."""
    if os.path.basename(git_dir) == ".git":
        return os.path.dirname(git_dir)
    with suppress(OSError), open(os.path.join(git_dir, "gitdir"), encoding="utf-8") as file:
        return os.path.dirname(file.read().rstrip("\n"))
    return None  # a submodule
