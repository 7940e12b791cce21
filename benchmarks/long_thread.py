"""CPU time of moving a ticket whose thread has many events, beside one with few.

    python benchmarks/long_thread.py --yoi .venv/bin/yoi --events 10000
    python benchmarks/long_thread.py --yoi .venv/bin/yoi --events 1000000 --repeat 1 --alone

The two are measured in turn, as whole processes; the medians and their ratio are printed. With
`--alone`, what prints something of the long one, with its peak memory.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

#: Later than any of today, so that ids rise.
ID = "01Z0000000{:016d}"
EVENT = (
    "\n<!-- event: comment author: Ada at: 2026-12-01T00:00:00Z id: {id} -->\n\n"
    "Comment {n}.\n\n---\n"
)
WAY = (("queued",), ("planning", "--reason", "again"), ("ready",))


class Done(NamedTuple):
    """Seconds of CPU that a command took, what it printed, and its peak memory in MB."""

    spent: float
    out: str
    peak: int


def run(yoi: str, folder: str, *words: str) -> Done:
    environment = {**os.environ, "YOI_AUTHOR": "Ada", "HOME": folder}
    argv = [yoi, *words]
    with subprocess.Popen(argv, cwd=folder, env=environment, stdout=subprocess.PIPE) as job:
        assert job.stdout is not None
        out = job.stdout.read().decode()
        _, status, used = os.wait4(job.pid, 0)
        job.returncode = os.waitstatus_to_exitcode(status)
    if job.returncode:
        raise subprocess.CalledProcessError(job.returncode, argv)
    return Done(used.ru_utime + used.ru_stime, out, used.ru_maxrss // 1000)


def made(yoi: str, folder: str, events: int) -> str:
    """A ready ticket with so many more events."""
    ticket = run(yoi, folder, "create", "A ticket", "--acceptance", "It works.").out.split()[1]
    thread = Path(folder, ".yoi/tickets", ticket, "thread.md")
    with thread.open("a", encoding="utf-8") as file:
        file.writelines(EVENT.format(id=ID.format(n), n=n) for n in range(events))
    run(yoi, folder, "ticket", "state", ticket, "ready")
    return ticket


def measure_alone(yoi: str, folder: str, events: int, repeat: int) -> None:
    """Print what it costs to show something of a thread with so many events."""
    ticket = made(yoi, folder, events)
    size = Path(folder, ".yoi/tickets", ticket, "thread.md").stat().st_size
    print(f"{events} events, {size / 1e6:.0f} MB")
    for words in (
        ("ticket", "state", ticket),
        ("ticket", "show", ticket, "--events", "10"),
        ("ticket", "log"),
    ):
        done = [run(yoi, folder, *words) for _ in range(repeat)]
        spent = statistics.median(one.spent for one in done)
        print(f"{' '.join(words)}: {spent:.2f} s, {max(one.peak for one in done)} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--yoi", default="yoi")
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--alone", action="store_true", help="only what prints of the long one")
    options = parser.parse_args()
    yoi = str(Path(options.yoi).resolve())
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "init", "-q", folder], check=True)
        run(yoi, folder, "init")
        if options.alone:
            measure_alone(yoi, folder, options.events, options.repeat)
            return
        tickets = {"short": made(yoi, folder, 0), "long": made(yoi, folder, options.events)}
        moves: dict[str, list[float]] = {name: [] for name in tickets}
        prints: dict[str, list[float]] = {name: [] for name in tickets}
        for _ in range(options.repeat):
            for name, ticket in tickets.items():
                for words in WAY:
                    spent = run(yoi, folder, "ticket", "state", ticket, *words).spent
                    if words == WAY[0]:
                        moves[name].append(spent)
                prints[name].append(run(yoi, folder, "ticket", "state", ticket).spent)
    for what, found in (("ticket state ID queued", moves), ("ticket state ID", prints)):
        short, long = (statistics.median(found[name]) * 1000 for name in ("short", "long"))
        print(
            f"{what}: {short:.0f} ms, {options.events} events {long:.0f} ms: {long / short:.2f} x"
        )


if __name__ == "__main__":
    main()
