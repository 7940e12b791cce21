"""Print what commands that look at a whole store take: CPU time beside that of the reading program,
and memory.

    python benchmarks/whole_store.py --tickets 10000 --repeat 7 --other /tmp/before/.venv/bin/yoi

All commands of a row are measured in turn, as whole processes: with the index, which is there from
the run before; without it, by YOI_INDEX=0; and `--other`, another `yoi`, which works on a store of
its own of the same bytes. The reading program imports typer and reads every item.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from measure import Command, Costs, all_in_turn
from report import MEGABYTE
from run import installed_yoi, reading_program
from stores import build_store, clean_environment

COMMANDS = (
    ("ticket", "list"),
    ("next",),
    ("route", "--all"),
    ("ticket", "stats"),
    ("ticket", "log"),
    ("ticket", "show"),
    ("ticket", "doctor"),
    ("search", "importer"),
    ("search", "zebra"),
)


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
    given = parser.parse_args()
    chosen = [one for one in COMMANDS if not given.only or {*one} & {*given.only.split(",")}]
    with tempfile.TemporaryDirectory(prefix="yoi-whole-store-") as folder:
        scratch = Path(folder)
        env = clean_environment(scratch / "home")
        store = build_store(scratch / "store", given.tickets, env)
        kinds = [("with the index", installed_yoi(), store, env)]
        kinds.append(("without", installed_yoi(), store, {**env, "YOI_INDEX": "0"}))
        if given.other:
            another = build_store(scratch / "other", given.tickets, env)
            kinds.append(("the other", (given.other,), another, env))
        time.sleep(0.1)  # what was written in this very moment is not kept
        print("| command | | CPU | x the reading program | peak memory |\n|---|---|---|---|---|")
        for words in chosen:
            runs = [(reading_program(store), env)]
            for _, yoi, where, variables in kinds:
                ticket = (where.planned,) if "show" in words else ()
                runs.append((Command((*yoi, *words, *ticket), where.root), variables))
            floor, *found = all_in_turn(runs, given.repeat)
            for (name, *_), costs in zip(kinds, found, strict=True):
                print(f"| {' '.join(words)} | {name} | {cells(costs, floor)} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
