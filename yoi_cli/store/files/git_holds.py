"""Whether git, or a hook under it, has taken files out of a checkout that it will put back.

docs/format.md, "Writing", step 1. While a pre-commit hook runs, or an autostash waits, what is
written to a file would be overwritten, or keep git from putting back what it took away. No file
tells of a hook; processes do, where they can be seen. Where they cannot, the journal finds out.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files.git_activity import (
    PROCESSES,
    ancestors,
    gits_in,
    process_file,
    subcommand,
    top_of_checkout,
)

if TYPE_CHECKING:
    from yoi_cli.store.files.layout import GitPlaces

AUTOSTASH = "autostash"
HOOK = "hook"
#: Where git notes what it took out of a checkout before a rebase or a merge.
AUTOSTASHES = ("rebase-merge/autostash", "rebase-apply/autostash", "MERGE_AUTOSTASH")
_PAUSE = 0.02
_MOST_PAUSE = 0.2
#: The gits that run hooks which set changes aside, and those that make or apply an autostash.
_COMMITTING = frozenset({b"commit", b"merge", b"am", b"cherry-pick", b"revert"})
_STASHING = frozenset({b"rebase", b"merge", b"stash"})
#: What a git waits for that is no hook: somebody who writes a message, or signs.
_MESSAGES = frozenset(
    {b"COMMIT_EDITMSG", b"MERGE_MSG", b"SQUASH_MSG", b"TAG_EDITMSG", b"git-rebase-todo"}
)
_SIGNERS = (b"gpg", b"ssh-keygen")
_HOOK_SETTING = b"hookspath"
_SETTING_FILES = ("~/.gitconfig", "~/.config/git/config")


class Held(NamedTuple):
    """What holds files of the checkout.

    `waits_for_us` says that it is a hook that this very process was started by; `is_running`
    that it will end by itself, so that it can be waited for.
    """

    kind: str
    waits_for_us: bool = False
    is_running: bool = False


def held_by(git: GitPlaces) -> Held | None:
    """What holds files of the checkout that `git` is about; None where nothing does."""
    git_dir, common_dir = git.git_dir, git.common_dir
    has_autostash = any(os.path.lexists(f"{git_dir}/{name}") for name in AUTOSTASHES)
    if not has_autostash and not _may_run_hooks(common_dir):
        return None
    top = top_of_checkout(git_dir)
    if top is None or not os.path.isdir(f"{PROCESSES}/self"):
        return Held(AUTOSTASH) if has_autostash else None
    above = ancestors()
    is_running = False
    for process in gits_in(top):
        with suppress(OSError):
            name = subcommand(process_file(process, "cmdline").split(b"\0"))
            if name in _COMMITTING and _runs_a_hook(process):
                return Held(AUTOSTASH if has_autostash else HOOK, process in above, True)
            moves = name in _STASHING and process not in above
            is_running = is_running or (moves and not _waits_for_a_person(process))
    return Held(AUTOSTASH, is_running=is_running) if has_autostash else None


def wait_until_put_back(git: GitPlaces, deadline: float) -> tuple[int, Held | None]:
    """Wait for what will end by itself, at most `deadline` seconds; what holds files then, and
    at which stirring that was seen."""
    end = time.monotonic() + deadline
    pause = _PAUSE
    while True:
        seen = git.stirred, held_by(git)
        held = seen[1]
        if held is None or held.waits_for_us or not held.is_running or time.monotonic() > end:
            return seen
        time.sleep(pause)
        pause = min(pause * 1.5, _MOST_PAUSE)


def git_holds(held: Held) -> ConflictError:
    """The error for a change that must see the files which git has taken away."""
    if held.kind == AUTOSTASH:
        what = "A rebase or merge has uncommitted files of the store in its autostash"
        hint = (
            "`git rebase --continue` or `--abort` (of a merge: its end) brings them back; where "
            "git knows of no rebase, `git rebase --quit` makes a stash of them."
        )
    else:
        what = "A hook of a git commit holds uncommitted files of the store"
        hint = "Try again when the commit is done, or wait longer with YOI_LOCK_TIMEOUT (seconds)."
    return ConflictError(
        "git_holds_files",
        f"{what}; nothing was recorded.",
        hint=hint,
        details={"what": held.kind},
    )


def _may_run_hooks(common_dir: str) -> bool:
    """Whether a commit may run a hook that sets changes aside: few checkouts have any, and only
    in those every write looks at processes."""
    if os.path.lexists(f"{common_dir}/hooks/pre-commit"):
        return True
    for path in (f"{common_dir}/config", *map(os.path.expanduser, _SETTING_FILES)):
        with suppress(OSError), open(path, "rb") as file:
            if _HOOK_SETTING in file.read().lower():
                return True
    return False


def _runs_a_hook(process: int) -> bool:
    """Whether a git has started something that is neither an editor nor a signer."""
    return any(_is_hook(arguments) for arguments in _started_by(process))


def _waits_for_a_person(process: int) -> bool:
    """Whether a git has opened an editor, as for the list of a rebase's steps."""
    last = (arguments[-1] for arguments in _started_by(process) if arguments)
    return any(os.path.basename(word) in _MESSAGES for word in last)


def _started_by(process: int) -> list[list[bytes]]:
    """The arguments of whatever a process has started and waits for."""
    children = process_file(process, f"task/{process}/children").split()
    lines = (process_file(int(child), "cmdline") for child in children)
    return [[word for word in line.split(b"\0") if word] for line in lines]


def _is_hook(words: list[bytes]) -> bool:
    if not words or os.path.basename(words[0]).startswith(_SIGNERS):
        return False
    if any(b"post-" in word for word in words):
        return False  # what runs afterwards finds the files put back
    is_named = any(b"hook" in word or os.path.basename(word) == b"commit-msg" for word in words)
    if os.path.basename(words[-1]) in _MESSAGES:
        return is_named or any(b"prepare-commit-msg" in word for word in words)
    return not os.path.basename(words[0]).startswith(b"git")
