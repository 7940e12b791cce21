"""Print what commands that look at a whole store take: CPU time beside that of the reading program,
and memory.

    python benchmarks/whole_store.py --tickets 10000 --repeat 7 --other /tmp/before/.venv/bin/yoi
    python benchmarks/whole_store.py --shape real --bounded
    python benchmarks/whole_store.py --ids none --bounded

All commands of a row are measured in turn, as whole processes: with the index, which is there from
the run before; without it, by YOI_INDEX=0; and `--other`, another `yoi`, which works on a store of
its own of the same bytes. The reading program imports typer and reads every item. Of the shapes,
`real` has 95 % closed tickets and `live` all states; without ids, events are those of older stores.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from make_store import SHAPES
from measure import Command, Costs, all_in_turn
from report import MEGABYTE
from run import installed_yoi, reading_program
from stores import Store, build_store, clean_environment

COMMANDS = (
    ("ticket", "list"),
    ("ticket", "list", "--blocked"),
    ("next",),
    ("route", "--all"),
    ("ticket", "stats"),
    ("ticket", "log"),
    ("ticket", "show"),
    ("ticket", "doctor"),
    ("search", "importer"),
    ("search", "zebra"),
)
#: What the commands may take with the index, x the reading program, by shape, ids and number of
#: tickets.
BOUNDS = {
    ("real", "ulid", 10_000): {"ticket list": 1.1, "next": 1.7, "route --all": 1.8},
    ("live", "ulid", 10_000): {"ticket list": 1.7, "next": 2.6, "route --all": 3.5},
    ("live", "none", 10_000): {"next": 2.2, "route --all": 3.2},
    ("real", "none", 10_000): {"next": 2.2, "route --all": 3.2},
    ("real", "ulid", 100_000): {
        "ticket list": 1.1,
        "next": 2.0,
        "route --all": 2.2,
        "ticket show": 1.0,
    },
}


def verdict(bound: float | None, ratio: float) -> str:
    """A bound and whether it is kept; nothing where there is none."""
    if bound is None:
        return " | "
    return f"{bound:g} | {'within' if ratio <= bound else 'OVER'}"


def cells(costs: Costs, floor: Costs) -> str:
    """CPU, as a ratio, and memory of one command."""
    median, peak = costs.cpu.median, costs.peak.highest / MEGABYTE
    return f"{median * 1000:.0f} ms | {median / floor.cpu.median:.2f} | {peak:.0f} MB"


def main() -> int:
    """Print the table; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--other", help="another yoi, measured in turn")
    parser.add_argument("--only", default="", help="commands by a word: list,next")
    parser.add_argument("--shape", choices=SHAPES, default="live", help="how many are closed")
    parser.add_argument("--ids", choices=("ulid", "none"), default="ulid", help="of events")
    parser.add_argument("--bounded", action="store_true", help="only what has a bound")
    given = parser.parse_args()
    bounds = BOUNDS.get((given.shape, given.ids, given.tickets), {})
    wanted = {*given.only.split(",")} if given.only else set()
    chosen = [
        one
        for one in COMMANDS
        if (not wanted or {*one} & wanted) and (not given.bounded or " ".join(one) in bounds)
    ]
    with tempfile.TemporaryDirectory(prefix="yoi-whole-store-") as folder:
        scratch = Path(folder)
        env = clean_environment(scratch / "home")

        def make(name: str) -> Store:
            where = scratch / name
            return build_store(where, given.tickets, env, shape=given.shape, ids=given.ids)

        store = make("store")
        kinds = [("with the index", installed_yoi(), store, env)]
        kinds.append(("without", installed_yoi(), store, {**env, "YOI_INDEX": "0"}))
        if given.other:
            another = make("other")
            kinds.append(("the other", (given.other,), another, env))
        time.sleep(0.1)  # what was written in this very moment is not kept
        columns = ("command", "", "CPU", "x the reading program", "peak memory", "bound", "verdict")
        print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
        for words in chosen:
            runs = [(reading_program(store), env)]
            for _, yoi, where, variables in kinds:
                ticket = (where.planned,) if "show" in words else ()
                runs.append((Command((*yoi, *words, *ticket), where.root), variables))
            floor, *found = all_in_turn(runs, given.repeat)
            for (name, *_), costs in zip(kinds, found, strict=True):
                bound = bounds.get(" ".join(words)) if name == "with the index" else None
                held = verdict(bound, costs.cpu.median / floor.cpu.median)
                print(
                    f"| {' '.join(words)} | {name} | {cells(costs, floor)} | {held} |", flush=True
                )
    return 0


if __name__ == "__main__":
    sys.exit(main())
