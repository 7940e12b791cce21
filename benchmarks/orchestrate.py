"""What `yoi orchestrate` takes for trivial tickets, beside the same git commands by hand.

    python benchmarks/orchestrate.py [--yoi YOI] [--other YOI] [--tickets 10] [--repeat 5] [--calls]

A coder commits one file, a reviewer approves it, both in a line of shell; by hand a script of shell
makes worktree, commit, merge and what takes them away again. CPU is that of all processes, workers
and what stands over them too. Git processes are counted in a run of their own (by `trace2`).
"""

from __future__ import annotations

import argparse
import collections
import ctypes
import json
import os
import re
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

HERE = str(Path(sys.executable).parent / "yoi")
_PR_SET_CHILD_SUBREAPER = 36
_CODER = "echo 1 > $YOI_TICKET.txt && git add $YOI_TICKET.txt && git commit -qm Work"
_SETTINGS = f"""
[profiles.coder]
command = ["sh", "-c", "{_CODER}"]

[profiles.reviewer]
command = ["sh", "-c", "echo YOI-REVIEW: approve"]

[roles.coder]
profile = "coder"

[roles.reviewer]
profile = "reviewer"

[orchestration]
close = true
"""
_WITH_VALUE = ("--git-dir", "--work-tree", "-c")
#: What differs from ticket to ticket: ids, commits, numbers, folders.
_DIFFERENT = re.compile(r"/\S+|\b[0-9a-f]{40}\b|\b0000[0-9A-Z]{9}\b|\d+")
_WIDTH = 90
_BY_HAND = """\
set -e
for one in $(seq "$1"); do
  git worktree add -q -b work/$one .worktree/$one
  (cd .worktree/$one && echo 1 > $one.txt && git add $one.txt && git commit -qm Work)
  git merge -q --no-ff -m "Merge $one" work/$one
  git worktree remove .worktree/$one
  git branch -q -d work/$one
done
"""


class Cost(NamedTuple):
    """Seconds by the clock, and of the CPU."""

    wall: float
    cpu: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--yoi", default=HERE)
    parser.add_argument("--other")
    parser.add_argument("--tickets", type=int, default=10)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--calls", action="store_true", help="Print which git commands were run.")
    given = parser.parse_args()
    _adopt_orphans()
    programs = [given.yoi, *([given.other] if given.other else [])]
    by_hand = ("sh", "-c", _BY_HAND, "by-hand", str(given.tickets))
    found: dict[str, list[Cost]] = collections.defaultdict(list)
    for _ in range(given.repeat):
        for program in programs:
            found[program].append(_run(program, given.tickets, (program, "orchestrate")))
        found["by hand"].append(_run(given.yoi, given.tickets, by_hand))
    print("| a ticket | wall | CPU | CPU, x by hand | git processes |")
    print("| --- | --- | --- | --- | --- |")
    reference = statistics.median(one.cpu for one in found["by hand"])
    for name, costs in found.items():
        command = by_hand if name == "by hand" else (name, "orchestrate")
        calls = _calls(given.yoi if name == "by hand" else name, given.tickets, command)
        wall = statistics.median(one.wall for one in costs) / given.tickets
        cpu = statistics.median(one.cpu for one in costs) / given.tickets
        ratio = statistics.median(one.cpu for one in costs) / reference
        count = sum(calls.values()) / given.tickets
        print(f"| {name} | {wall * 1e3:.0f} ms | {cpu * 1e3:.0f} ms | {ratio:.1f} | {count:.1f} |")
        if given.calls:
            for words, number in calls.most_common():
                print(f"  {number / given.tickets:6.1f}  {words}")


def _adopt_orphans() -> None:
    """Be the parent of whatever outlives its own, so that its time is counted here."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _run(yoi: str, tickets: int, command: tuple[str, ...]) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        return _measure(*_shop(Path(folder), yoi, tickets), command)


def _calls(yoi: str, tickets: int, command: tuple[str, ...]) -> collections.Counter[str]:
    """The git commands that were run, without what differs from ticket to ticket."""
    with tempfile.TemporaryDirectory() as folder:
        repo, environment = _shop(Path(folder), yoi, tickets)
        traces = Path(folder) / "traces"
        traces.mkdir()
        with (Path(folder) / ".gitconfig").open("a") as settings:
            settings.write(f"[trace2]\n\teventTarget = {traces}\n\tmaxFiles = 0\n")
        _measure(repo, environment, command)
        return collections.Counter(_command_of(file) for file in traces.iterdir())


def _command_of(trace: Path) -> str:
    for line in trace.read_text().splitlines():
        event = json.loads(line)
        if event["event"] == "start":
            words = iter(event["argv"][1:])
            kept = [
                word
                for word in words
                if word not in _WITH_VALUE or not next(words)
                if word != "--no-optional-locks"
            ]
            return _DIFFERENT.sub("*", " ".join(kept))[:_WIDTH]
    return "?"


def _shop(folder: Path, yoi: str, tickets: int) -> tuple[Path, dict[str, str]]:
    """A repository with queued tickets, and the environment for it."""
    repo = folder / "repo"
    repo.mkdir()
    (folder / ".gitconfig").write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n")
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "YOI_AUTHOR": "Ada"}

    def run(*words: str, stdin: str = "") -> str:
        done = subprocess.run(
            words,
            cwd=repo,
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    run("git", "init", "--quiet", "--initial-branch=main")
    run(yoi, "init")
    with (repo / ".yoi/ticket.config.toml").open("a") as settings:
        settings.write(_SETTINGS)
    run("git", "add", "--all")
    run("git", "commit", "--quiet", "--message", "A workspace")
    text = "## Acceptance criteria\n\n- The file is there.\n"
    for number in range(tickets):
        made = run(yoi, "ticket", "create", "--title", f"File {number}", "--message", text)
        ticket = made.split()[1]
        run(yoi, "ticket", "intake", ticket, "-m", "Nothing is left to ask.")
        run(yoi, "ticket", "state", ticket, "queued")
    return repo, environment


def _measure(repo: Path, environment: dict[str, str], command: tuple[str, ...]) -> Cost:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    done = subprocess.run(command, cwd=repo, env=environment, capture_output=True, check=False)
    took = time.perf_counter() - begun
    if done.returncode:
        raise SystemExit(f"{shlex.join(command)}: {done.stdout.decode()}{done.stderr.decode()}")
    while True:
        try:
            os.wait()
        except ChildProcessError:
            break
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


if __name__ == "__main__":
    main()
