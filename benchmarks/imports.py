"""How long `yoi ticket import` takes for many tickets of tk, all at once and again.

    python benchmarks/imports.py --tickets 10000

Seconds of wall and of CPU. The files are made below TMPDIR, which has to be on a disk that counts.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from pathlib import Path

from run import installed_yoi
from stores import clean_environment

TICKET = """---
id: nw-{number:05}
status: {status}
deps: [{deps}]
links: []
created: 2026-01-{day:02}T{hour:02}:{minute:02}:00Z
type: task
priority: 2
assignee: ada
---
# Ticket {number}

What ticket {number} is about.

## Acceptance criteria

- it works

## Notes

**2026-02-01T00:00:00Z**

A note.
"""


def make_tickets(folder: Path, count: int) -> None:
    """`count` tickets of tk, a third of them with a dependency, each with a note."""
    folder.mkdir()
    for number in range(count):
        text = TICKET.format(
            number=number,
            status="closed" if number % 4 == 0 else "open",
            deps=f"nw-{number - 1:05}" if number % 3 == 1 else "",
            day=1 + number % 28,
            hour=number % 24,
            minute=number % 60,
        )
        (folder / f"nw-{number:05}.md").write_text(text, encoding="utf-8")


def main() -> None:
    """Print a line for each of two imports of the same tickets."""
    parser = argparse.ArgumentParser(description="Measure an import.")
    parser.add_argument("--tickets", type=int, default=10_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="yoi-bench-") as scratch:
        workspace = Path(scratch) / "workspace"
        env = {**clean_environment(Path(scratch) / "home"), "YOI_AUTHOR": "ada"}
        make_tickets(Path(scratch) / ".tickets", given.tickets)
        workspace.mkdir()
        subprocess.run(["git", "init", "-q"], cwd=workspace, env=env, check=True)
        subprocess.run([*installed_yoi(), "init"], cwd=workspace, env=env, check=True)
        for what in ("import", "again"):
            command = [*installed_yoi(), "ticket", "import", "../.tickets"]
            before, start = os.times(), time.monotonic()
            subprocess.run(command, cwd=workspace, env=env, check=True, stdout=subprocess.DEVNULL)
            wall, after = time.monotonic() - start, os.times()
            cpu = after.children_user + after.children_system
            cpu -= before.children_user + before.children_system
            print(f"{what}\t{given.tickets}\t{wall:.1f} s\t{cpu:.1f} s CPU")


if __name__ == "__main__":
    main()
