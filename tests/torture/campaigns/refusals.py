"""A disk that refuses, or takes half, at every call: nothing torn, and the exit code is true."""

from __future__ import annotations

from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from support.file_stores import fingerprint
from support.process import Result
from torture.cases import CASES, Case, chosen, ready_world, strike
from torture.judge import Expected, expected, left_behind, readers_are_well
from torture.outcome import ENOUGH, Outcome, Settings
from torture.syscalls import boundaries, method, python_writes, run_short, run_with_fault
from torture.world import World, next_command, out_of_step, summary

from yoi_cli.errors import YoiError

_ERRORS = ("EIO", "ENOSPC", "EROFS", "EDQUOT")
_SHORT_STRIDE = 71
_SHORT_HALVES = 3
#: Calls that make room for what comes, and say nothing about it: they do not fail so.
_NEVER_REFUSED = frozenset({"flock", "clone", "clone3", "fork", "vfork"})


class _Task(NamedTuple):
    """Every `of`th fault of a command from `part` on, of those that are tried.

    One call in `stride` is refused, one write in `halves` is taken by half.
    """

    case: str
    folder: Path
    stride: int
    halves: int
    limit: int | None
    part: int
    of: int


class _Found(NamedTuple):
    refused: int
    halved: int
    warned: int
    violations: list[str]


def run(settings: Settings) -> Outcome:
    """Every call with every error in the full form; in the short one, one in 71."""
    stride = settings.size(None, full=1, short=_SHORT_STRIDE)
    halves = settings.size(None, full=1, short=_SHORT_HALVES)
    of = settings.size(None, full=settings.jobs, short=1)
    folder = settings.folder
    tasks = [
        _Task(case.name, folder / f"{case.name}-{part}", stride, halves, settings.runs, part, of)
        for case in chosen(settings.only)
        for part in range(of)
    ]
    with get_context("fork").Pool(settings.jobs) as pool:
        found = pool.map(_torture, tasks, chunksize=1)
        control = pool.apply(_control, (settings.folder / "control",))
    violations = [violation for one in found for violation in one.violations]
    figures: dict[str, int | str] = {
        "commands": len(chosen(settings.only)),
        f"refusals ({method()})": sum(one.refused for one in found),
        "half writes": sum(one.halved for one in found),
        "acknowledged with a warning": sum(one.warned for one in found),
    }
    return Outcome(figures, tuple(violations[:ENOUGH]), control)


def _torture(task: _Task) -> _Found:
    case = next(case for case in CASES if case.name == task.case)
    world, words = ready_world(case, task.folder)
    wanted = expected(case, world, words)
    pristine = fingerprint(world.pristine / ".yoi" / "tickets")
    refused = halved = warned = 0
    violations = list[str]()
    for what, done in _faults(task, world, words):
        refused += what != "short"
        halved += what == "short"
        warned += done.code == 0 and bool(done.err)
        wrong = _judge(case, world, words, wanted, done, pristine)
        violations += [f"{case.name}, {what}: {one}" for one in wrong]
        if len(violations) >= ENOUGH:
            break
    return _Found(refused, halved, warned, violations)


def _faults(task: _Task, world: World, words: tuple[str, ...]) -> Iterator[tuple[str, Result]]:
    """Every fault, with the command's end; the workspace is as that left it."""
    world.refresh()
    passed = [
        at
        for at in boundaries(words, world.workspace)
        if at.call not in _NEVER_REFUSED and not at.is_output
    ]
    faults = [(at, error) for at in passed for error in _ERRORS]
    first = len(task.case) % task.stride
    for at, error in faults[first :: task.stride][: task.limit][task.part :: task.of]:
        struck = strike(world, words, at, error)
        assert not struck.elsewhere, f"{error} struck {struck.elsewhere}, not {at.shown}"
        yield f"{error} at {at.shown}", struck.done
    world.refresh()
    writes = python_writes(words, world.workspace)[:: task.halves]
    for number in writes[: task.limit][task.part :: task.of]:
        world.refresh()
        yield "short", run_short(words, world.workspace, number)


def _judge(
    case: Case,
    world: World,
    words: tuple[str, ...],
    wanted: Expected,
    done: Result,
    pristine: dict[str, str],
) -> list[str]:
    try:
        wrong = left_behind(case, world, wanted, done)
        if done.code not in (0, case.failing):
            wrong.append(f"an exit code of its own: {done}")
        if done.code == 0:
            # What a warning left undone, the next command does.
            assert next_command(world).code == 0
            wrong += _differs(world, wanted)
        elif (changed := _changed(world, pristine)) and not _ends_well(case, world, words, wanted):
            wrong.append(f"failed, and changed {changed}: {done}")
        return wrong + readers_are_well(world) + out_of_step(world)
    except (YoiError, OSError, AssertionError, ValueError) as error:
        return [f"{type(error).__name__}: {error}"]


def _changed(world: World, pristine: dict[str, str]) -> list[str]:
    """What differs below the tickets, but for folders and what was set aside."""
    now = fingerprint(world.workspace / ".yoi" / "tickets")
    paths = sorted(
        path for path in now.keys() | pristine.keys() if now.get(path) != pristine.get(path)
    )
    return [path for path in paths if now.get(path) != "folder" and "/.torn/" not in path]


def _ends_well(case: Case, world: World, words: tuple[str, ...], wanted: Expected) -> bool:
    """Whether a failed command that may leave something is finished by giving it again.

    It may where it writes no event (its rename stood before the disk refused to sync it),
    where a claim behind the event was refused, and between the tickets of an import or the
    files of a sync.
    """
    may_leave = not wanted.added or case.ends_with_claim or not case.is_one_step
    if not (may_leave and case.is_repeatable):
        return False
    done = world.yoi(*words)
    return done.code in case.again and next_command(world).code == 0 and not _differs(world, wanted)


def _differs(world: World, wanted: Expected) -> list[str]:
    now = summary(world)
    missing = [line for line in wanted.after if line not in now]
    more = [line for line in now if line not in wanted.after]
    return [f"acknowledged {more}, not {missing}"] if missing or more else []


def _control(folder: Path) -> str | None:
    """A writer that does not take back what a failed append left, at one of the calls."""
    case = next(case for case in CASES if case.name == "comment")
    world, words = ready_world(case, folder)
    wanted = expected(case, world, words)
    pristine = fingerprint(world.pristine / ".yoi" / "tickets")
    world.refresh()
    passed = boundaries(words, world.workspace, weak="truncate")
    tried = [at for at in passed if at.call in ("write", "fdatasync") and not at.is_output]
    for number, at in enumerate(tried, 1):
        world.refresh()
        done = run_with_fault(words, world.workspace, at, "ENOSPC", weak="truncate").done
        if _judge(case, world, words, wanted, done, pristine):
            return f"not truncating back noticed at call {number} of {len(tried)}"
    return None
