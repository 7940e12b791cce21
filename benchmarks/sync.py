"""What `yoi sync` takes, beside the plain git commands that do the same, at one size of store.

    python benchmarks/sync.py [--tickets 10000] [--branch yoi] [--yoi YOI]

Two clones with the same store and a bare remote each on the same disk: one is synced, the other
gets git's own commands. Both in turn, whole processes; medians of seconds and of CPU are printed.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from make_store import EPOCH_MS, event
from stores import HOUR_MS, build_store, clean_environment

HERE = str(Path(sys.executable).parent / "yoi")


class Took(NamedTuple):
    """Seconds by the clock, and seconds of CPU with all that was started."""

    wall: float
    cpu: float


class Side(NamedTuple):
    """A clone, and another one of the same remote."""

    clone: Path
    other: Path


def run(cwd: Path, env: Mapping[str, str], *commands: Sequence[str]) -> Took:
    """What `commands` take together, one after another."""
    before, since = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    for command in commands:
        done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, check=False)
        if done.returncode:
            sys.exit(f"{' '.join(command)}: {done.stderr.decode()}")
    wall, after = time.perf_counter() - since, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Took(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


class Bench:
    """Both sides below `folder`."""

    def __init__(self, folder: Path, tickets: int, yoi: str, branch: str | None) -> None:
        self._env = clean_environment(folder / "home")
        with (folder / "home" / ".gitconfig").open("a", encoding="utf-8") as file:
            file.write("[gc]\n\tauto = 0\n")  # git's own tidying is not what is measured
        self._sync = (yoi, "sync", *(() if branch is None else ("--branch", branch)))
        self._number = 0
        root = build_store(folder / "store", tickets, self._env).root
        self._tickets = sorted(os.listdir(root / ".yoi" / "tickets"))
        self._git(root, "checkout", "--quiet", "-b", "main")
        self._git(root, "add", ".yoi")
        self._git(root, "commit", "--quiet", "-m", "The store")
        self._git(root, "gc", "--quiet")
        self.ours = self._side(folder / "ours", root)
        self.plain = self._side(folder / "plain", root)
        shutil.rmtree(root)
        if branch is not None:
            for clone in (self.ours.clone, self.ours.other):
                self._git(clone, "rm", "-r", "-q", "--cached", ".yoi")
                (clone / ".git" / "info" / "exclude").write_text("/.yoi/\n")
                self._git(clone, "commit", "--quiet", "-m", "Elsewhere")
        for clone in (self.ours.clone, self.ours.other):
            run(clone, self._env, self._sync, self._sync)
        os.sync()

    def _side(self, folder: Path, root: Path) -> Side:
        folder.mkdir()
        remote, clone, other = folder / "remote.git", folder / "clone", folder / "other"
        self._git(folder, "clone", "--quiet", "--bare", str(root), str(remote))
        for one in (clone, other):
            self._git(folder, "clone", "--quiet", str(remote), str(one))
        return Side(clone, other)

    def _git(self, cwd: Path, *words: str) -> None:
        run(cwd, self._env, ("git", *words))

    def say(self, clone: Path) -> str:
        """Let one more event stand in a ticket; its folder."""
        self._number += 1
        rng = random.Random(self._number)
        ticket = self._tickets[rng.randrange(len(self._tickets))]
        folder = f".yoi/tickets/{ticket}"
        at = EPOCH_MS + 1000 * HOUR_MS + self._number
        with (clone / folder / "thread.md").open("a", encoding="utf-8", newline="\n") as file:
            file.write("\n" + event("comment", at, rng, "Comment", "Said."))
        return folder

    def nothing(self) -> tuple[Took, Took]:
        """Nothing is different on either side."""
        looked = (("git", "status", "--porcelain"), ("git", "ls-remote", "-q", "origin"))
        return run(self.ours.clone, self._env, self._sync), run(
            self.plain.clone, self._env, *looked
        )

    def pushed(self) -> tuple[Took, Took]:
        """One ticket is different here."""
        self.say(self.ours.clone)
        ours = run(self.ours.clone, self._env, self._sync)
        folder = self.say(self.plain.clone)
        return ours, run(self.plain.clone, self._env, *_sends(folder))

    def pulled(self) -> tuple[Took, Took]:
        """One ticket is different in the remote."""
        run(self.ours.other, self._env, self._sync)
        self.say(self.ours.other)
        run(self.ours.other, self._env, self._sync)
        ours = run(self.ours.clone, self._env, self._sync)
        self._git(self.plain.other, "pull", "--quiet", "--ff-only")
        folder = self.say(self.plain.other)
        run(self.plain.other, self._env, *_sends(folder))
        fetched = (
            ("git", "fetch", "--quiet", "origin", "main"),
            ("git", "checkout", "--quiet", "FETCH_HEAD", "--", folder),
        )
        plain = run(self.plain.clone, self._env, *fetched)
        self._git(self.plain.clone, "reset", "--quiet", "--soft", "FETCH_HEAD")
        return ours, plain


def _sends(folder: str) -> tuple[tuple[str, ...], ...]:
    return (
        ("git", "add", "--", folder),
        ("git", "commit", "--quiet", "-m", "Say"),
        ("git", "push", "--quiet", "origin", "main"),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=9)
    parser.add_argument("--branch", help="a branch of the store's own")
    parser.add_argument("--yoi", default=HERE)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder).resolve(), given.tickets, given.yoi, given.branch)
        cases: dict[str, Callable[[], tuple[Took, Took]]] = {
            "nothing to do": bench.nothing,
            "one ticket pushed": bench.pushed,
            "one ticket pulled": bench.pulled,
        }
        print("| what | yoi sync | git | ratio | CPU of yoi sync | CPU of git | ratio |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        for name, case in cases.items():
            case()
            pairs = [case() for _ in range(given.repeat)]
            ours, plain = zip(*pairs, strict=True)
            print(f"| {name} | {_row(ours, plain, 0)} | {_row(ours, plain, 1)} |", flush=True)


def _row(ours: Sequence[Took], plain: Sequence[Took], what: int) -> str:
    mine, others = (statistics.median(one[what] for one in side) for side in (ours, plain))
    return f"{1000 * mine:.0f} ms | {1000 * others:.0f} ms | {mine / others:.1f}"


if __name__ == "__main__":
    main()
