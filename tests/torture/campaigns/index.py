"""Commands that write the index, killed or refused at every system call: every answer that anybody
gets is that of the files, and what is refused costs time only."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from support.answers import QUESTIONS, answers, differing
from support.process import Result
from torture.outcome import ENOUGH, Outcome, Settings
from torture.syscalls import (
    Boundary,
    Struck,
    boundaries,
    method,
    python_writes,
    run_short,
    run_with_fault,
)
from torture.warm import warm_yoi
from torture.world import World

from yoi_cli.store.files.reader import COARSEST_TIME_NS

_COMMANDS = {
    "list": ("list", "--all"),
    "next": ("next",),
    "route": ("route", "--all"),
    "stats": ("stats",),
    "log": ("log",),
}
_ERRORS = ("ENOSPC", "EIO", "EROFS", "EACCES")
_STARTING = frozenset({"clone", "clone3", "fork", "vfork"})
#: In the short form, one fault in so many, of these.
_SHORT_STRIDE = 61
#: How often a fault is tried that struck elsewhere.
_ATTEMPTS = 4
_SHORT = (("next", True), ("stats", False))


class _Task(NamedTuple):
    """A command where there is no index yet (`is_new`), or one in which a ticket is out of date.

    Of its faults one in `stride` is tried, and `most` of them, spread over all.
    """

    command: str
    is_new: bool
    folder: Path
    stride: int
    most: int


class _Found(NamedTuple):
    boundaries: int
    killed: int
    refused: int
    halved: int
    missed: int
    violations: list[str]


def run(settings: Settings) -> Outcome:
    """Every boundary, with a kill and with every error, or `--runs` of a command's faults; in the
    short form one in 61 of two commands."""
    stride = settings.size(None, full=1, short=_SHORT_STRIDE)
    most = settings.size(settings.runs, full=sys.maxsize, short=sys.maxsize)
    every = tuple((command, is_new) for command in _COMMANDS for is_new in (True, False))
    tasks = [
        _Task(command, is_new, settings.folder / f"{command}-{is_new}", stride, most)
        for command, is_new in (_SHORT if settings.is_short else every)
        if settings.only in ("", command)
    ]
    with get_context("fork").Pool(settings.jobs) as pool:
        found = pool.map(_torture, tasks, chunksize=1)
        control = pool.apply(_control, (settings.folder / "control",))
    violations = [violation for one in found for violation in one.violations]
    figures: dict[str, int | str] = {
        "commands": len({task.command for task in tasks}),
        f"boundaries ({method()})": sum(one.boundaries for one in found),
        "killed": sum(one.killed for one in found),
        "refusals": sum(one.refused for one in found),
        "half writes": sum(one.halved for one in found),
        "struck elsewhere": sum(one.missed for one in found),
        "questions after each": len(QUESTIONS),
    }
    return Outcome(figures, tuple(violations[:ENOUGH]), control)


def _torture(task: _Task) -> _Found:
    world, words = _world(task.folder), _COMMANDS[task.command]
    _prepare(world, is_new=task.is_new)
    passed = [
        at
        for at in boundaries(words, world.workspace)
        if at.call not in _STARTING and not at.is_output
    ]
    faults: list[tuple[str, int]] = [
        (fault, place) for place in range(len(passed)) for fault in ("KILL", *_ERRORS)
    ]
    killed = refused = halved = missed = 0
    violations: list[str] = []
    for fault, place in faults[:: max(task.stride, -(-len(faults) // task.most))]:
        struck = _struck(task, world, passed[place], fault)
        killed, refused = killed + (fault == "KILL"), refused + (fault != "KILL")
        what = f"{task.command}, {fault} at {passed[place].shown}"
        missed += bool(struck.elsewhere)
        if fault != "KILL":
            violations += _refused(world, words, struck.done, what)
        violations += [f"{what}: {one} is answered otherwise" for one in differing(world.workspace)]
    for done in _halves(task, world, words):
        halved += 1
        what = f"{task.command}, half a write"
        violations += _refused(world, words, done, what)
        violations += [f"{what}: {one} is answered otherwise" for one in differing(world.workspace)]
    if missed > (killed + refused) // 2:
        violations.append(f"{task.command}: {missed} of {killed + refused} struck elsewhere")
    return _Found(len(passed), killed, refused, halved, missed, violations)


def _struck(task: _Task, world: World, at: Boundary, fault: str) -> Struck:
    """The command with a fault; where it struck elsewhere it is tried again."""
    for _ in range(_ATTEMPTS):
        _prepare(world, is_new=task.is_new)
        struck = run_with_fault(_COMMANDS[task.command], world.workspace, at, fault)
        if not struck.elsewhere:
            break
    return struck


def _halves(task: _Task, world: World, words: tuple[str, ...]) -> Iterator[Result]:
    """The command with every write, in turn, taken by half; none in the short form."""
    if task.stride > 1:
        return
    _prepare(world, is_new=task.is_new)
    for number in python_writes(words, world.workspace):
        _prepare(world, is_new=task.is_new)
        yield run_short(words, world.workspace, number)


def _world(folder: Path) -> World:
    os.environ["YOI_INDEX"] = "1"  # of a store as small as this one, too
    world = World(folder)
    world.refresh()
    # What is young is read again and again: how old the store is says what a command writes.
    newest = max(one.lstat().st_mtime_ns for one in world.workspace.rglob("*"))
    while time.time_ns() - newest <= COARSEST_TIME_NS:
        time.sleep(0.1)
    return world


def _prepare(world: World, *, is_new: bool) -> None:
    """No index at all, or a whole one of a time before the last comment."""
    if is_new:
        for index in (world.workspace / ".git" / "yoi").glob("index-*"):
            shutil.rmtree(index)
        return
    answers(world.workspace, "1")
    done = warm_yoi("ticket", "comment", world.tickets.other, "-m", "More.", cwd=world.workspace)
    assert done.code == 0, done


def _refused(world: World, words: tuple[str, ...], done: Result, what: str) -> list[str]:
    """A command whose index is refused says what it says without one."""
    expected = warm_yoi(*words, cwd=world.workspace, env={"YOI_INDEX": "0"})
    if (done.code, done.out) == (expected.code, expected.out) and not done.err:
        return []
    return [f"{what}: {done}"]


def _control(folder: Path) -> str | None:
    """An index that says of every thread that its ticket is queued."""
    world = _world(folder)
    _prepare(world, is_new=True)
    boundaries(("route", "--all"), world.workspace, weak="index")
    wrong = differing(world.workspace)
    return f"an index that lies noticed by {len(wrong)} questions" if wrong else None
