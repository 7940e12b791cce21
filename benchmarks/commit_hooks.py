"""CPU time of a commit on a ticket's branch, with the hooks of yoi and without them.

    python benchmarks/commit_hooks.py [--yoi YOI]

Commits with hooks and without, in turn; the medians are printed, beside that of a Python that does
nothing.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = str(Path(sys.executable).parent / "yoi")
NO_HOOKS = ("-c", "core.hooksPath=/dev/null")


def cpu(folder: str, environment: dict[str, str], *command: str) -> float:
    """Milliseconds of CPU that one command takes, with all that it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--yoi", default=HERE)
    parser.add_argument("--repeat", type=int, default=11)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = f"{Path(given.yoi).resolve().parent}{os.pathsep}{os.environ['PATH']}"
        who = {f"GIT_{one}_{what}": "ada" for one in ("AUTHOR", "COMMITTER") for what in _WHO}
        environment = {**os.environ, **who, "HOME": folder, "PATH": path}
        tree = _tree(folder, environment, given.yoi)
        calls = {
            "`git commit -m TEXT`, with hooks": ("git", *_COMMIT),
            "without": ("git", *NO_HOOKS, *_COMMIT),
            "`python -c pass`": (sys.executable, "-P", "-c", "pass"),
        }
        found: dict[str, list[float]] = {name: [] for name in calls}
        for _ in range(given.repeat):
            for name, command in calls.items():
                found[name].append(cpu(tree, environment, *command))
        for name, times in found.items():
            print(f"| {name} | {statistics.median(times):.0f} ms |")


_WHO = ("NAME", "EMAIL")
_COMMIT = ("commit", "--quiet", "--allow-empty", "--message", "Work")


def _tree(folder: str, environment: dict[str, str], yoi: str) -> str:
    """A worktree of a ticket, in a repository with hooks."""
    repo = os.path.join(folder, "repo")
    cpu(folder, environment, "git", "init", "--quiet", repo)
    cpu(repo, environment, yoi, "init")
    cpu(repo, environment, yoi, "create", "A ticket")
    cpu(repo, environment, "git", "add", "--all")
    cpu(repo, environment, "git", "commit", "--quiet", "--message", "Begin")
    (ticket,) = (name for name in os.listdir(f"{repo}/.yoi/tickets") if not name.startswith("."))
    tree = os.path.join(folder, "tree")
    cpu(repo, environment, "git", "worktree", "add", "--quiet", "-b", f"work/{ticket}-a", tree)
    cpu(repo, environment, yoi, "hook", "install")
    return tree


if __name__ == "__main__":
    main()
