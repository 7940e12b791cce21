"""How long imports and exports of many tickets take, beside a program that reads every item.

    python benchmarks/imports.py --tickets 10000

A table with seconds of wall and of CPU. The files are made below TMPDIR, which has to be on a disk
that counts.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
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


def measured(command: list[str], cwd: Path, env: dict[str, str]) -> tuple[float, float]:
    """Seconds of wall and of CPU that `command` takes."""
    before, start = os.times(), time.monotonic()
    subprocess.run(command, cwd=cwd, env=env, check=True, stdout=subprocess.DEVNULL)
    wall, after = time.monotonic() - start, os.times()
    cpu = after.children_user + after.children_system
    return wall, cpu - before.children_user - before.children_system


def new_workspace(folder: Path, env: dict[str, str]) -> Path:
    """A repository with a workspace."""
    folder.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=folder, env=env, check=True)
    command = [*installed_yoi(), "init"]
    subprocess.run(command, cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL)
    return folder


def main() -> None:
    """Print a row of a table for each import, and for what it is measured against."""
    parser = argparse.ArgumentParser(description="Measure imports.")
    parser.add_argument("--tickets", type=int, default=10_000)
    given = parser.parse_args()
    reading = [sys.executable, str(Path(__file__).parent / "read_all.py")]
    yoi = [*installed_yoi(), "ticket"]
    with tempfile.TemporaryDirectory(prefix="yoi-bench-") as scratch:
        folder = Path(scratch)
        env = {**clean_environment(folder / "home"), "YOI_AUTHOR": "ada"}
        make_tickets(folder / ".tickets", given.tickets)
        one, other = (new_workspace(folder / name, env) for name in ("one", "other"))
        rows = [("import of tk", [*yoi, "import", "../.tickets"], one)]
        rows.append(("the same again", [*yoi, "import", "../.tickets"], one))
        for form in ("jsonl", "beads", "csv"):
            export = [*yoi, "export", "--format", form, "-o", f"../all.{form}"]
            rows.append((f"export as {form}", export, one))
        rows.append(("import of jsonl", [*yoi, "import", "../all.jsonl"], other))
        rows.append(("reading program", [*reading, ".yoi/tickets"], one))
        (one / ".yoi/tickets/.gitkeep").unlink()
        figures = [(what, *measured(command, cwd, env)) for what, command, cwd in rows]
    reference = figures[-1][2]
    print(f"| {given.tickets:,} tickets | wall | CPU | CPU, x the reading program |")
    print("| --- | --- | --- | --- |")
    for what, wall, cpu in figures:
        print(f"| {what} | {wall:.1f} s | {cpu:.1f} s | {cpu / reference:.1f} |")


if __name__ == "__main__":
    main()
