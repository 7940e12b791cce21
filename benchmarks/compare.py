"""Print the CPU time of commands in two programs, each command of one in turn with the other's.

    python benchmarks/compare.py /tmp/before/.venv/bin/yoi --tickets 10000 --repeat 15

The first is the `yoi` of this environment, the second another one, of an older commit for
example. Both work on the same stores. A ratio above 1 says that this one is slower; with
`--without-index` neither has an index (YOI_INDEX=0).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from measure import Command, all_in_turn
from report import MEGABYTE
from run import SMALL, Bench, installed_yoi, move
from stores import clean_environment, grow_thread

THREAD_MB = 20


def commands(bench: Bench) -> Iterator[tuple[str, Callable[[Bench], Command]]]:
    """Every command that is compared, by what it is called, made for the program of a bench."""
    small, large = bench.store("small", SMALL), bench.store("large", bench.tickets)
    long = bench.store("long-thread", SMALL)
    grow_thread(long.thread(long.planned), THREAD_MB * MEGABYTE)
    ticket, planned = large.planned, small.planned
    create = ("ticket", "create", "--title", "x", "--message", "y")
    comment = ("--message", "x")
    yield "--help", lambda b: b.command(small, "--help")
    yield "ticket state ID", lambda b: b.command(small, "ticket", "state", planned)
    yield "ticket state ID STATE", lambda b: move(b, small)
    yield "ticket comment", lambda b: b.command(small, "ticket", "comment", planned, *comment)
    yield "ticket create", lambda b: b.command(small, *create)
    yield "ticket show", lambda b: b.command(small, "ticket", "show", planned)
    yield "ticket list --json", lambda b: b.command(small, "ticket", "list", "--json")
    long_comment = ("ticket", "comment", long.planned, *comment)
    yield f"ticket comment, {THREAD_MB} MB", lambda b: b.command(long, *long_comment)
    many = f"{bench.tickets:,}: "
    yield many + "ticket list", lambda b: b.command(large, "ticket", "list")
    yield many + "ticket show", lambda b: b.command(large, "ticket", "show", ticket)
    yield many + "next", lambda b: b.command(large, "next")
    yield many + "gate", lambda b: b.command(large, "gate", ticket, exits=(0, 5))
    yield many + "route --all", lambda b: b.command(large, "route", "--all")


def main() -> int:
    """Print the table; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("other", help="the other program")
    parser.add_argument("--tickets", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--without-index", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="yoi-compare-") as folder:
        scratch = Path(folder)
        env = clean_environment(scratch / "home")
        if given.without_index:
            env["YOI_INDEX"] = "0"
        ours = Bench(installed_yoi(), env, scratch, given.repeat, given.tickets, 0, 0)
        other = replace(ours, yoi=(given.other,))
        print("| command | this | the other | ratio of medians |\n|---|---|---|---|")
        for what, made in commands(ours):
            runs = [(made(ours), env), (made(other), env)]
            here, there = (costs.cpu.median for costs in all_in_turn(runs, given.repeat))
            times = f"{here * 1000:.0f} ms | {there * 1000:.0f} ms"
            print(f"| {what} | {times} | {here / there:.2f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
