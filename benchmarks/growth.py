"""Measure how commands grow with tickets, events and writers, and draw it: `make growth`.

    python benchmarks/growth.py --out docs
    python benchmarks/growth.py --out build/plots --only tickets --tickets 1000,3000 --repeat 1

Each of docs/growth-*.svg is one picture; the figures are printed as tables. Of tickets and events
it is the CPU time of whole processes in turn, medians, where an index is there; of writers what
all of them wrote to one ticket a second, by the clock.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import long_thread
from measure import Command, all_in_turn
from plot import Line, Plot, drawn, shown
from run import installed_yoi, reading_program
from stores import build_store, clean_environment

TICKETS = "1000,3000,10000,30000,100000"
EVENTS = "1,10,100,1000,10000,100000,1000000"
WRITERS = "1,2,4,8,16,32"
#: So many comments are written for one point, by all writers together, and at least two by each.
COMMENTS = 64


def by_tickets(sizes: Sequence[int], repeat: int, scratch: Path, env: Mapping[str, str]) -> Plot:
    """Commands over the number of tickets, beside the program that reads every item."""
    commands = (("list",), ("next",), ("route", "--all"), ("show",))
    names = [*(" ".join(words) for words in commands), "reading program"]
    points: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for size in sizes:
        store = build_store(scratch / f"tickets-{size}", size, env)
        time.sleep(0.1)  # what was written in this very moment is not kept
        runs = []
        for words in commands:
            ticket = (store.planned,) if words == ("show",) else ()
            runs.append((Command((*installed_yoi(), *words, *ticket), store.root), env))
        runs.append((reading_program(store), env))
        for name, costs in zip(names, all_in_turn(runs, repeat), strict=True):
            points[name].append((size, costs.cpu.median))
    return Plot("CPU time over tickets", "tickets", "seconds of CPU", _lines(points))


def by_events(sizes: Sequence[int], repeat: int, scratch: Path, env: Mapping[str, str]) -> Plot:
    """Commands over the number of events in one thread, of a store that has no other."""
    yoi = str(Path(installed_yoi()[0]))
    names = ("ticket state ID", "show --events 10", "log")
    points: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for size in sizes:
        folder = scratch / f"events-{size}"
        _new_workspace(folder, env)
        ticket = long_thread.made(yoi, str(folder), size)
        calls = (
            ("ticket", "state", ticket),
            ("show", ticket, "--events", "10"),
            ("log",),
        )
        runs = [(Command((yoi, *words), folder), env) for words in calls]
        for name, costs in zip(names, all_in_turn(runs, repeat), strict=True):
            points[name].append((size, costs.cpu.median))
    return Plot("CPU time over events in a thread", "events", "seconds of CPU", _lines(points))


def by_writers(counts: Sequence[int], repeat: int, scratch: Path, env: Mapping[str, str]) -> Plot:
    """Comments a second over the number of processes that write them at once."""
    yoi, folder = installed_yoi(), scratch / "writers"
    _new_workspace(folder, env)
    own = {**env, "YOI_AUTHOR": "Ada", "YOI_LOCK_TIMEOUT": "600"}
    made = [*yoi, "create", "A ticket", "--acceptance", "It works."]
    said = subprocess.run(made, cwd=folder, env=own, check=True, capture_output=True, text=True)
    command = [*yoi, "comment", said.stdout.split()[1], "-m", "A comment."]

    def write(times: int) -> None:
        for _ in range(times):
            subprocess.run(command, cwd=folder, env=own, check=True, stdout=subprocess.DEVNULL)

    points: list[tuple[float, float]] = []
    for count in counts:
        each = max(COMMENTS // count, 2)
        rates = [count * each / _seconds(count, partial(write, each)) for _ in range(repeat)]
        points.append((count, statistics.median(rates)))
    lines = _lines({"comment": points})
    return Plot("Comments by writers at once", "writers", "comments a second", lines)


def _seconds(threads: int, work: Callable[[], None]) -> float:
    """How long `work` takes that so many threads do at once."""
    workers = [threading.Thread(target=work) for _ in range(threads)]
    started = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return time.perf_counter() - started


def _new_workspace(folder: Path, env: Mapping[str, str]) -> None:
    subprocess.run(["git", "init", "--quiet", str(folder)], env=env, check=True)
    subprocess.run(
        [*installed_yoi(), "init"], cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL
    )


def _lines(points: Mapping[str, Sequence[tuple[float, float]]]) -> tuple[Line, ...]:
    return tuple(Line(name, tuple(found)) for name, found in points.items())


def table(plot: Plot) -> str:
    """The figures of a plot, for a page."""
    names = [line.name for line in plot.lines]
    rows = [f"| {plot.x_label} | {' | '.join(names)} |", f"|{' --- |' * (len(names) + 1)}"]
    for row in zip(*(line.points for line in plot.lines), strict=True):
        cells = [f"{y:.2f}" if y < 10 else f"{y:.1f}" for _, y in row]
        rows.append(f"| {shown(row[0][0])} | {' | '.join(cells)} |")
    return "\n".join(rows)


MEASURED = {"tickets": by_tickets, "events": by_events, "writers": by_writers}


def sizes(text: str) -> list[int]:
    """The numbers of `text`, rising."""
    return sorted({int(one) for one in text.split(",")})


def main() -> int:
    """Write the pictures and print the tables; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs"), help="where pictures go")
    parser.add_argument("--only", default=",".join(MEASURED), help="which: tickets,events,writers")
    parser.add_argument("--tickets", type=sizes, default=sizes(TICKETS))
    parser.add_argument("--events", type=sizes, default=sizes(EVENTS))
    parser.add_argument("--writers", type=sizes, default=sizes(WRITERS))
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    wanted: dict[str, list[int]] = vars(given)
    for name in given.only.split(","):
        with tempfile.TemporaryDirectory(prefix="yoi-growth-") as folder:
            scratch = Path(folder)
            env = clean_environment(scratch / "home")
            plot = MEASURED[name](wanted[name], given.repeat, scratch, env)
            path = given.out / f"growth-{name}.svg"
            path.write_text(drawn(plot), encoding="utf-8")
            print(f"{plot.title} ({plot.y_label}): {path}\n\n{table(plot)}\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
