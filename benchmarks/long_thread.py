"""CPU time of moving a ticket whose thread has many events, beside one with few.

    python benchmarks/long_thread.py --yoi .venv/bin/yoi --events 10000

The two are measured in turn, as whole processes; the medians and their ratio are printed.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import tempfile
from pathlib import Path

ID = "01M0000000{:016d}"
EVENT = (
    "\n<!-- event: comment author: Ada at: 2026-12-01T00:00:00Z id: {id} -->\n\n## Comment\n\n"
    "Comment number {n}, with a few words in it.\n\n---\n"
)
WAY = (("queued",), ("planning", "--reason", "again"), ("ready",))


def run(yoi: str, folder: str, *words: str) -> tuple[float, str]:
    """Seconds of CPU that one command takes, and what it prints."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "YOI_AUTHOR": "Ada", "HOME": folder}
    done = subprocess.run(
        [yoi, *words], cwd=folder, env=environment, capture_output=True, check=True, text=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, done.stdout


def made(yoi: str, folder: str, events: int) -> str:
    """A ready ticket with so many more events."""
    ticket = run(yoi, folder, "create", "A ticket", "--acceptance", "It works.")[1].split()[1]
    thread = Path(folder, ".yoi/tickets", ticket, "thread.md")
    with thread.open("a", encoding="utf-8") as file:
        file.writelines(EVENT.format(id=ID.format(n), n=n) for n in range(events))
    run(yoi, folder, "ticket", "state", ticket, "ready")
    return ticket


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--yoi", default="yoi")
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=7)
    options = parser.parse_args()
    yoi = str(Path(options.yoi).resolve())
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "init", "-q", folder], check=True)
        run(yoi, folder, "init")
        tickets = {"short": made(yoi, folder, 0), "long": made(yoi, folder, options.events)}
        moves: dict[str, list[float]] = {name: [] for name in tickets}
        prints: dict[str, list[float]] = {name: [] for name in tickets}
        for _ in range(options.repeat):
            for name, ticket in tickets.items():
                for words in WAY:
                    spent = run(yoi, folder, "ticket", "state", ticket, *words)[0]
                    if words == WAY[0]:
                        moves[name].append(spent)
                prints[name].append(run(yoi, folder, "ticket", "state", ticket)[0])
    for what, found in (("ticket state ID queued", moves), ("ticket state ID", prints)):
        short, long = (statistics.median(found[name]) * 1000 for name in ("short", "long"))
        print(
            f"{what}: {short:.0f} ms, {options.events} events {long:.0f} ms: {long / short:.2f} x"
        )


if __name__ == "__main__":
    main()
