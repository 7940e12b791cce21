"""What gits and people do with a store's files, one step after the other, for `git-hooks`."""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from support.process import Result
from torture import hook_ways
from torture.warm import warm_yoi

_TICKETS = 3
_POOL = 8
_TEXT = "Text.\n\n## Acceptance criteria\n\n- It works.\n"


class Place:
    """A repository with its store, a linked worktree, and a remote that goes its own way."""

    def __init__(self, workspace: Path, seed: int) -> None:
        self.workspace = workspace
        self.linked = workspace.with_name(f"{workspace.name}.linked")
        self.draw = random.Random(seed)
        self.tickets: list[str] = []
        self.pool: list[str] = []

    def make(self, way: str) -> None:
        """Make them, with commits that are checked in one `way` of `hook_ways`."""
        remote = self.workspace.with_name(f"{self.workspace.name}.remote")
        self.workspace.mkdir(parents=True)
        subprocess.run(
            ["git", "init", "--quiet", "--bare", "--initial-branch=main", str(remote)], check=True
        )
        self.git("init", "--quiet", "--initial-branch=main", ".")
        self.yoi("init")
        (self.workspace / "README.md").write_text("0\n")
        (self.workspace / "other").write_text("0\n")
        self.tickets = [self._ticket() for _ in range(_TICKETS)]
        self.pool = [self._queued() for _ in range(_POOL)]
        self.git("add", "--all")
        self.git("commit", "--quiet", "-m", "Begin")
        self.git("remote", "add", "origin", str(remote))
        self.git("push", "--quiet", "--set-upstream", "origin", "HEAD")
        self.git("worktree", "add", "--quiet", "-b", "side", str(self.linked))
        hook_ways.install(way, self.workspace)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--no-verify", "-m", "Hooks")

    def _ticket(self) -> str:
        done = self.yoi("ticket", "create", "-t", "A ticket", "-m", _TEXT)
        return done.out.split()[1]

    def _queued(self) -> str:
        ticket = self._ticket()
        for state in ("ready", "queued"):
            self.yoi("ticket", "state", ticket, state)
        return ticket

    def yoi(self, *words: str) -> Result:
        return warm_yoi(*words, cwd=self.workspace, env={"YOI_LOCK_TIMEOUT": "600"})

    def git(self, *words: str, where: Path | None = None, stdin: str = "") -> bool:
        """Run git; whether it did what it was told."""
        done = subprocess.run(
            ["git", "-c", "rerere.enabled=false", *words],
            cwd=where or self.workspace,
            env={**os.environ, "GIT_EDITOR": "true"},
            input=stdin.encode(),
            capture_output=True,
            check=False,
        )
        return done.returncode == 0

    def change(self, name: str, where: Path | None = None) -> None:
        ((where or self.workspace) / name).write_text(f"{self.draw.random()}\n")

    @property
    def stops(self) -> bool:
        """Whether a rebase stands."""
        folder = self.workspace / ".git"
        return (folder / "rebase-merge").exists() or (folder / "rebase-apply").exists()


def _settle(place: Place, how: str) -> None:
    """Go on with a rebase that stands, skip, or abort."""
    for _ in range(6):
        if not place.stops:
            return
        if how == "--continue":
            place.git("checkout", "--ours", "--", "README.md")
            place.git("add", "README.md")
        place.git("rebase", how)
    # A rebase that was refused before its first step leaves nothing but its autostash.
    place.git("rebase", "--abort") or place.git("rebase", "--quit")


def _commit(place: Place) -> None:
    """Of one file, or of that and what of the store is staged, so that parts of it are not."""
    place.change("other")
    place.git("add", "other", *([".yoi"] if place.draw.random() < 0.5 else []))
    time.sleep(place.draw.uniform(0, 0.1))
    place.git("commit", "--quiet", "-m", "Work")


def _commit_all(place: Place) -> None:
    place.change("other")
    place.git("commit", "--quiet", "--all", "-m", "All")


def _add_by_piece(place: Place) -> None:
    place.change("other")
    answers = "".join(place.draw.choice("yn") + "\n" for _ in range(40))
    place.git("add", "--patch", stdin=answers)
    place.git("commit", "--quiet", "-m", "Pieces")


def _stash(place: Place) -> None:
    with_new = ["--include-untracked"] if place.draw.random() < 0.5 else []
    place.git("stash", "push", "--quiet", *with_new)
    time.sleep(place.draw.uniform(0, 0.2))
    if not place.git("stash", "pop", "--quiet"):
        place.git("reset", "--quiet")  # conflicts: git keeps the stash


def _throw_away(place: Place) -> None:
    words = ("checkout -- .", "reset --hard --quiet", "clean -fdq", "restore .")
    place.git(*place.draw.choice(words).split())


def _diverge(place: Place, where: str) -> None:
    """A commit on another branch, or on the remote's, that changes the same line."""
    tree = place.linked
    place.git("checkout", "--quiet", "-B", "side", "main", where=tree)
    place.change("README.md", tree)
    place.git("-c", "core.hooksPath=/dev/null", "commit", "-qam", "Theirs", where=tree)
    if where == "remote":
        place.git("push", "--quiet", "--force", "origin", "side:main", where=tree)
    place.change("README.md")
    place.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "Ours", "README.md")


def _rebase(place: Place) -> None:
    _diverge(place, "side")
    place.git("rebase", "--autostash", "side")
    time.sleep(place.draw.uniform(0, 0.3))
    if place.draw.random() < 0.3:
        _commit_all(place)  # at the stop, of all that is there
    _settle(place, place.draw.choice(("--continue", "--skip", "--abort")))


def _pull(place: Place) -> None:
    _diverge(place, "remote")
    place.git("pull", "--quiet", "--rebase", "--autostash", "origin", "main")
    time.sleep(place.draw.uniform(0, 0.3))
    _settle(place, place.draw.choice(("--continue", "--skip", "--abort")))


def _merge(place: Place) -> None:
    _diverge(place, "side")
    place.git("merge", "--quiet", "--no-edit", "--autostash", "side")
    time.sleep(place.draw.uniform(0, 0.2))
    if (place.workspace / ".git" / "MERGE_HEAD").exists():
        if place.draw.random() < 0.5:
            place.git("merge", "--abort")
        else:
            place.git("checkout", "--ours", "--", "README.md")
            place.git("add", "README.md")
            place.git("commit", "--quiet", "--no-edit")


def _commit_linked(place: Place) -> None:
    """In the linked worktree, whose hooks must not hold up who writes to the store of another."""
    place.change("other", place.linked)
    place.git("commit", "--quiet", "--all", "-m", "Linked", where=place.linked)


STEPS: Mapping[str, Callable[[Place], None]] = {
    "commits": _commit,
    "commits of all": _commit_all,
    "commits of pieces": _add_by_piece,
    "stashes": _stash,
    "thrown away": _throw_away,
    "rebases": _rebase,
    "pulls": _pull,
    "merges": _merge,
    "commits elsewhere": _commit_linked,
}


def come_to_rest(place: Place) -> None:
    """Nothing stands any more, no hook runs, and what stashes hold is in the files or gone."""
    hooks = place.workspace / ".git" / "hooks"
    for hook in hooks.glob("*"):
        hook.unlink()
    place.git("config", "--unset", "core.hooksPath")
    _settle(place, "--abort")
    place.git("merge", "--abort")
    place.git("add", "--all")
    place.git("commit", "--quiet", "-m", "At rest")
    for _ in range(20):
        if not place.git("rev-parse", "--verify", "--quiet", "refs/stash"):
            return
        if not place.git("stash", "pop", "--quiet"):
            place.git("reset", "--hard", "--quiet")
            place.git("stash", "drop", "--quiet")
        place.git("add", "--all")
        place.git("commit", "--quiet", "-m", "From a stash")
