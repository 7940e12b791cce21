"""The command line of the campaigns: arguments, one line of figures each, the exit code."""

from __future__ import annotations

import argparse
import compileall
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from support.environment import IN_MEMORY, ROOT, enter, hermetic_environment
from torture.outcome import Campaign, Outcome, Settings
from torture.registry import CAMPAIGNS


def run(arguments: Sequence[str]) -> int:
    """Run what was asked for; 0 where every campaign was good, else 1."""
    given = _parser().parse_args(arguments)
    if given.list:
        for campaign in CAMPAIGNS:
            print(f"{campaign.name:<9} {campaign.summary}")
        return 0
    chosen = [c for c in CAMPAIGNS if given.campaign in ("all", c.name)]
    good = [_run_one(campaign, given) for campaign in chosen]
    return 0 if all(good) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true", help="name the campaigns")
    names = ["all", *(campaign.name for campaign in CAMPAIGNS)]
    parser.add_argument("--campaign", choices=names, default="all")
    parser.add_argument("--short", action="store_true", help="the short form, for every day")
    parser.add_argument("--events", type=int, help="events in all, or of each writer")
    parser.add_argument("--writers", type=int, help="processes that write at once")
    parser.add_argument("--runs", type=int, help="cuts, boundaries of a command, or walks")
    parser.add_argument("--only", default="", help="the part of the campaign with this name")
    parser.add_argument("--seed", type=int, default=1, help="of everything that is drawn by lot")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--folder", type=Path, help="where to work; in memory by default")
    parser.add_argument("--keep", action="store_true", help="keep the folders of good runs too")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="print one JSON object a campaign")
    how.add_argument("--markdown", action="store_true", help="print rows of a table")
    return parser


def _run_one(campaign: Campaign, given: argparse.Namespace) -> bool:
    # Races are tighter where a disk has no latency, and a run is shorter.
    base = given.folder or (IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None)
    folder = Path(tempfile.mkdtemp(prefix=f"yoi-torture-{campaign.name}-", dir=base))
    (folder / "work").mkdir()
    settings = Settings(
        folder=folder / "work",
        is_short=given.short,
        seed=given.seed,
        jobs=given.jobs,
        events=given.events,
        writers=given.writers,
        runs=given.runs,
        only=given.only,
    )
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    known = {"YOI_AUTHOR": "Ada Example", "PYTHONPATH": paths}
    # Compiling belongs to no command, and would shift the calls of the first: it is done before.
    compileall.compile_dir(ROOT / "yoi_cli", quiet=2)
    known["PYTHONDONTWRITEBYTECODE"] = "1"
    enter({**hermetic_environment(folder / "home"), **known})
    begin = time.monotonic()
    outcome = campaign.run(settings)
    seconds = time.monotonic() - begin
    _show(campaign, outcome, seconds, given)
    if outcome.is_good and not given.keep:
        shutil.rmtree(folder)
    elif not outcome.is_good:
        for violation in outcome.violations:
            print(f"  violation: {violation}", file=sys.stderr)
        if outcome.control is None:
            print("  silent harness: the weakened writer was not noticed", file=sys.stderr)
        print(f"  kept: {folder} (seed {given.seed})", file=sys.stderr)
    return outcome.is_good


def _show(campaign: Campaign, outcome: Outcome, seconds: float, given: argparse.Namespace) -> None:
    verdict = "skipped" if outcome.skipped else "ok" if outcome.is_good else "FAILED"
    control = outcome.control or "not noticed"
    if given.json:
        document = {
            "campaign": campaign.name,
            "verdict": verdict,
            "figures": dict(outcome.figures),
            "violations": list(outcome.violations),
            "control": outcome.control,
            "skipped": outcome.skipped,
            "seconds": round(seconds, 1),
            "seed": given.seed,
        }
        print(json.dumps(document, ensure_ascii=False), flush=True)
        return
    counted = {**outcome.figures, "violations": len(outcome.violations)}
    figures = ", ".join(f"{_number(value)} {name}" for name, value in counted.items())
    if given.markdown:
        command = f"`make torture CAMPAIGN={campaign.name}`"
        told = outcome.skipped or figures
        print(f"| {command} | {told} | {control} | {seconds:.0f} s |", flush=True)
    elif outcome.skipped:
        print(f"{campaign.name:<9} {verdict:<7} {outcome.skipped}", flush=True)
    else:
        line = f"{campaign.name:<9} {verdict:<7} {figures}; control: {control}"
        print(f"{line}; seed {given.seed}; {seconds:.0f} s", flush=True)


def _number(value: int | str) -> str:
    return f"{value:,}" if isinstance(value, int) else value
