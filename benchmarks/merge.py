"""CPU time of a `git merge` of tickets that both sides commented, by the driver and by union.

    python benchmarks/merge.py [--yoi YOI] [--tickets N] [--repeat N]

All in turn, with all that git starts; medians, and their ratio to `merge=union`. The driver is that
of --yoi; --without-ahead measures it also where nobody works ahead.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from make_store import EPOCH_MS, event
from stores import clean_environment

HERE = Path(__file__).resolve().parent
DAY_MS = 86_400_000
UNION = "* merge=union\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--yoi", default=str(Path(sys.executable).parent / "yoi"))
    parser.add_argument("--tickets", type=int, default=1000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--without-ahead", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        env = clean_environment(Path(folder, "home"))
        env["PATH"] = f"{Path(given.yoi).parent}{os.pathsep}{env['PATH']}"
        repo = Path(folder, "repo")
        _diverged(repo, given.tickets, env, given.yoi)
        ways = {"merge=union": UNION, "merge=yoi": ""}
        if given.without_ahead:
            ways["merge=yoi, nothing ahead"] = "* merge=plain\n"
            _configure_plain(repo, env)
        found: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(given.repeat):
            for name, attributes in ways.items():
                found[name].append(_merge(repo, env, attributes))
        union = statistics.median(found["merge=union"])
        for name, times in found.items():
            took = statistics.median(times)
            print(f"| {name} | {took:.2f} s | {took / union:.1f} |", flush=True)


def _merge(repo: Path, env: dict[str, str], attributes: str) -> float:
    """Seconds of CPU that the merge takes, with all that it starts; undone again."""
    (repo / ".git/info/attributes").write_text(attributes)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _git(repo, env, "merge", "--quiet", "--message", "Merge", "work")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    _git(repo, env, "reset", "--quiet", "--hard", "ORIG_HEAD")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _diverged(repo: Path, tickets: int, env: dict[str, str], yoi: str) -> None:
    """A repository whose branches `main` and `work` each added a comment to every ticket."""
    make = [sys.executable, str(HERE / "make_store.py"), str(tickets), str(repo)]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL, env=env)
    _git(repo, env, "init", "--quiet", "--initial-branch", "main")
    subprocess.run([yoi, "init"], cwd=repo, env=env, check=True, capture_output=True)
    _commit(repo, env, "Begin")
    for number, branch in enumerate(("work", "main"), start=1):
        _git(repo, env, "checkout", "--quiet", *(["-b"] if branch == "work" else []), branch)
        _comment(repo / ".yoi/tickets", number)
        _commit(repo, env, f"Comments on {branch}")


def _comment(store: Path, number: int) -> None:
    """A comment on every ticket, `number` days after the last tickets; items say so, too."""
    rng = random.Random(number)
    for folder in sorted(store.iterdir()):
        thread, item = folder / "thread.md", folder / "item.md"
        if not thread.is_file():
            continue
        at = EPOCH_MS + 400 * DAY_MS + number * DAY_MS
        with thread.open("a", encoding="utf-8", newline="\n") as file:
            file.write("\n" + event("comment", at, rng, "Comment", f"Said on branch {number}."))
        lines = item.read_text(encoding="utf-8").split("\n")
        place = next(n for n, line in enumerate(lines) if line.startswith("updated_at:"))
        lines[place] = f"updated_at: '2027-02-0{number}T00:00:00Z'"
        item.write_text("\n".join(lines), encoding="utf-8", newline="\n")


def _configure_plain(repo: Path, env: dict[str, str]) -> None:
    command = "yoi merge-driver %O %A %B %P"
    _git(repo, env, "config", "merge.plain.driver", command)


def _commit(repo: Path, env: dict[str, str], message: str) -> None:
    _git(repo, env, "add", "--all")
    _git(repo, env, "commit", "--quiet", "--message", message)


def _git(repo: Path, env: dict[str, str], *words: str) -> None:
    subprocess.run(["git", *words], cwd=repo, env=env, check=True, capture_output=True)


if __name__ == "__main__":
    main()
