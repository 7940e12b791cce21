"""`kill -9` before every system call that changes files, of every command that writes."""

from __future__ import annotations

import sys
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from torture.cases import CASES, chosen, ready_world, strike
from torture.judge import expected, judge
from torture.outcome import ENOUGH, Outcome, Settings
from torture.syscalls import boundaries, method, run_with_fault

_SHORT_KILLS = 2


class _Task(NamedTuple):
    """Every `of`th boundary of a command from `part` on, of those that are tried."""

    case: str
    folder: Path
    most: int
    part: int
    of: int


class _Found(NamedTuple):
    passed: int
    killed: int
    reached: int
    violations: list[str]


def run(settings: Settings) -> Outcome:
    """Every boundary in the full form, four of each command in the short one."""
    most = settings.size(settings.runs, full=sys.maxsize, short=_SHORT_KILLS)
    of = settings.size(None, full=settings.jobs, short=1)
    tasks = [
        _Task(case.name, settings.folder / f"{case.name}-{part}", most, part, of)
        for case in chosen(settings.only)
        for part in range(of)
    ]
    with get_context("fork").Pool(settings.jobs) as pool:
        found = pool.map(_torture, tasks, chunksize=1)
        control = pool.apply(_control, (settings.folder / "control",))
    violations = [violation for one in found for violation in one.violations]
    figures: dict[str, int | str] = {
        "commands": len(chosen(settings.only)),
        f"boundaries ({method()})": sum(one.passed for one in found),
        "killed": sum(one.killed for one in found),
        "reached": sum(one.reached for one in found),
    }
    return Outcome(figures, tuple(violations[:ENOUGH]), control)


def _torture(task: _Task) -> _Found:
    case = next(case for case in CASES if case.name == task.case)
    world, words = ready_world(case, task.folder)
    wanted = expected(case, world, words)
    world.refresh()
    passed = boundaries(words, world.workspace)
    # Each command begins at another place, so that the short forms of all cover most.
    stride = max(1, len(passed) // task.most)
    tried = passed[len(case.name) % stride :: stride][: task.most][task.part :: task.of]
    reached, violations = 0, list[str]()
    for at in tried:
        done, elsewhere = strike(world, words, at, "KILL")
        reached += not elsewhere
        wrong = judge(case, world, words, wanted, done)
        if elsewhere:
            wrong.append(f"killed before {elsewhere} instead: {done}")
        violations += [f"{case.name} killed before {at.shown}: {what}" for what in wrong]
        if len(violations) >= ENOUGH:
            break
    return _Found(len(passed[task.part :: task.of]), len(tried), reached, violations)


def _control(folder: Path) -> str | None:
    """A writer that overwrites item.md where it stands leaves it empty at one boundary."""
    case = next(case for case in CASES if case.name == "state")
    world, words = ready_world(case, folder)
    wanted = expected(case, world, words)
    world.refresh()
    # From the back: the projection comes after the event.
    passed = boundaries(words, world.workspace, weak="rename")
    for kills, at in enumerate(reversed(passed), 1):
        world.refresh()
        done = run_with_fault(words, world.workspace, at, "KILL", weak="rename").done
        if judge(case, world, words, wanted, done):
            return f"overwriting in place noticed at kill {kills} of {len(passed)}"
    return None
