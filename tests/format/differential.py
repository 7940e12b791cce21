"""Hold both readers of the format together on random files: `python tests/format/differential.py`.

    python tests/format/differential.py --cases 400000 --seed 1
    python tests/format/differential.py --seconds 60

Of ten cases six are threads and two items, and two are mutants of one that was there before. With
YOI_CORPUS, mutants are made of the real store's files, too. Exits with 1 at the first difference.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

if __name__ == "__main__":
    sys.path[0:1] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).parents[2])]

from format.compare import is_plain, item_difference, thread_difference
from format.makers import any_item, any_thread, mutant
from format.threads import read_thread


class Told(NamedTuple):
    """What came of some cases: what was counted, and the first difference."""

    figures: Counter[str]
    wrong: str = ""


def hold_together(
    seed: int, cases: int | None, seconds: float | None, seeds: tuple[tuple[bytes, ...], ...]
) -> Told:
    """Cases up to a number or a time; `seeds` are threads and items that mutants are made of."""
    dice, figures = random.Random(seed), Counter[str]()
    known = tuple(list(one) for one in seeds)
    until = time.monotonic() + seconds if seconds else None
    while (cases is None or figures.total() < cases) and (not until or time.monotonic() < until):
        is_item = dice.random() < 0.25
        data, name = _case(dice, is_item=is_item, known=known[is_item])
        figures[name] += 1
        wrong = (item_difference if is_item else thread_difference)(data)
        if wrong:
            return Told(figures, f"{data!r}: {wrong}")
    return Told(figures)


def _case(dice: random.Random, *, is_item: bool, known: list[bytes]) -> tuple[bytes, str]:
    what = "items" if is_item else "threads"
    if known and dice.random() < 0.2:
        return mutant(dice.choice(known), dice), f"mutants of {what}"
    data = any_item(dice) if is_item else any_thread(dice)
    if dice.random() < 0.01:
        known.append(data)
    return data, what


def real_files(folder: Path) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """The threads and the items of the tickets in a folder."""
    threads, items = (
        tuple(path.read_bytes() for path in sorted(folder.glob(f"*/{name}")))
        for name in ("thread.md", "item.md")
    )
    return threads, items


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    seeds: tuple[tuple[bytes, ...], ...] = ((), ())
    events = 0
    if os.environ.get("YOI_CORPUS"):
        from support.corpus import unpack

        with tempfile.TemporaryDirectory() as folder:
            seeds = real_files(unpack(Path(os.environ["YOI_CORPUS"]), Path(folder)).tickets)
        events = sum(len(read_thread(data).events) for data in seeds[0])
        wrong = [*map(thread_difference, seeds[0]), *map(item_difference, seeds[1])]
        if any(wrong) or not all(map(is_plain, seeds[1])):
            print("the real store:", *filter(None, wrong), sep="\n", file=sys.stderr)
            return 1
    cases = given.cases if given.cases or given.seconds else 400_000
    began = time.monotonic()
    told = hold_together(given.seed, cases, given.seconds, seeds)
    figures = ", ".join(f"{count:,} {name}" for name, count in sorted(told.figures.items()))
    print(f"seed {given.seed}: {figures}; {events:,} real events; {time.monotonic() - began:.0f} s")
    print(told.wrong or "no difference", file=sys.stderr if told.wrong else sys.stdout)
    return 1 if told.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
