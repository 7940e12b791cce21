"""Appends while commit hooks, autostashes and people take the store's files away and put them back.

The hooks are those of the pre-commit framework itself, of lint-staged and of husky by the git
commands that they give, and a script that stashes. Beside them rebases and pulls with an autostash
stop at conflicts and are gone on with, skipped or aborted, and a person stashes, resets, checks
out, cleans, adds piece by piece. Whatever was acknowledged is there in the end, once: after `yoi
restore`, since some of it was thrown away. At no instant the gate says of a blocked ticket that it
is ready.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from support.environment import ROOT
from torture.crowd import Crowd, account
from torture.hook_ways import WAYS, has_framework
from torture.outcome import Outcome, Settings
from torture.taken_away import STEPS, Place, come_to_rest
from torture.warm_server import warm_program

_WATCHER = ROOT / "tests" / "torture" / "gate_watcher.py"
_EVENTS_A_ROUND = 500
_ATTEMPTS = 6
_CONTROL_EVENTS = 300
#: Seconds between two of git's steps, at most; in the short form there is little to append.
_BREATH = 1.0
_SHORT_BREATH = 0.25
#: How long a writer in a hurry waits for the lock, or a hook (seconds).
_HURRY = 0.1


class _Round(NamedTuple):
    """Appends in the repository `workspace`, whose commits are checked in one `way`, beside gits
    that are at most `breath` seconds apart. `weakness` is a part of the protocol to take out."""

    workspace: Path
    way: str
    events: int
    seed: int
    breath: float
    weakness: str = ""


class _Done(NamedTuple):
    """What became of it; `before` is how many were missing before they were restored."""

    acknowledged: int
    lost: int
    before: int
    gates: Counter[str]
    steps: Counter[str]
    problems: list[str]


def run(settings: Settings) -> Outcome:
    """20,000 appends in the full form, in repositories of 500 each, in every way in turn."""
    with warm_program(settings.folder / "bin") as program:
        os.environ["PATH"] = os.pathsep.join([str(program), os.environ["PATH"]])
        os.environ["PRE_COMMIT_HOME"] = str(settings.folder / "framework")
        rounds = _rounds(settings)
        with ProcessPoolExecutor(settings.jobs) as pool:
            done = list(pool.map(_race, rounds))
        control = _control(settings)
    wrong = [
        f"{one.workspace.name}, {one.way}: {text}"
        for one, result in zip(rounds, done, strict=True)
        for text in result.problems
    ]
    gates = sum((one.gates for one in done), Counter[str]())
    figures: dict[str, int | str] = {
        "appends": sum(one.acknowledged for one in done),
        "lost": sum(one.lost for one in done),
        "thrown away and restored": sum(one.before for one in done),
        "gates": gates.total(),
        "failed closed": gates["6"],
        "ready while blocked": gates["0"],
        **sum((one.steps for one in done), Counter[str]()),
    }
    if not has_framework():
        figures["the pre-commit framework"] = "not installed (pip install -e '.[dev]')"
    return Outcome(figures, tuple(wrong), control)


def _rounds(settings: Settings) -> list[_Round]:
    events = settings.size(settings.events, full=20_000, short=120)
    size = min(_EVENTS_A_ROUND, events) if not settings.is_short else events // len(_ways())
    ways = [way for way in _ways() if settings.only in way]
    return [
        _Round(
            settings.folder / f"round-{number}",
            ways[number % len(ways)],
            size,
            settings.seed + number,
            settings.size(None, full=_BREATH, short=_SHORT_BREATH),
        )
        for number in range(max(1, events // size))
    ]


def _ways() -> list[str]:
    """The framework's own only where that is installed."""
    return [way for way in WAYS if way != "framework" or has_framework()]


def _control(settings: Settings) -> str | None:
    """Writers without the journal, and without a look at who holds files."""
    appended = 0
    for attempt in range(_ATTEMPTS):
        workspace = settings.folder / f"control-{attempt}"
        events = _CONTROL_EVENTS // (6 if settings.is_short else 1)
        done = _race(
            _Round(workspace, "stash", events, settings.seed + attempt, _SHORT_BREATH, "journal")
        )
        appended += done.acknowledged
        if done.lost:
            return f"without the journal {done.lost} of {appended:,} lost"
    return None


def _race(one: _Round) -> _Done:
    place = Place(one.workspace, one.seed)
    place.make(one.way)
    notes = one.workspace.with_name(f"{one.workspace.name}.notes")
    crowd = Crowd(one.workspace, notes, weakness=one.weakness)
    share = one.events // 4
    for number in range(4):
        # Two in the checkout, two in the linked worktree; one of each is in a hurry.
        crowd.start(
            share if number else one.events - 3 * share,
            place.tickets,
            folder=place.linked if number % 2 else None,
            deadline=_HURRY if number < 2 else 600.0,
        )
    steps = Counter[str]()
    with _Watch(place, notes) as watch:
        while crowd.running:
            time.sleep(place.draw.uniform(0, one.breath))
            name = place.draw.choice(list(STEPS))
            STEPS[name](place)
            steps[name] += 1
        problems = crowd.wait()
        come_to_rest(place)
        gates = watch.end()
    noted = crowd.notes()
    before = sum("events" in line for line in _restored(place))
    # That git put an older item.md back is told by doctor, and mended by the next write.
    wrong = [text for text in account(one.workspace, noted) if "projections" not in text]
    lost = sum(int(text.split()[0].replace(",", "")) for text in wrong if text.endswith("lost"))
    if not one.weakness:
        problems += wrong
        problems += watch.problems
        problems += [f"{gates['0']} ready while blocked"] if gates["0"] else []
        if not problems:
            for path in (one.workspace, place.linked):
                subprocess.run(["rm", "-rf", str(path)], check=True)
    return _Done(len(noted), lost, before, gates, steps, problems)


class _Watch:
    """A process that relates tickets and asks the gate about them while the block runs."""

    def __init__(self, place: Place, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._log, self._errors = folder / "gates", folder / "gates.err"
        words = [str(place.workspace), str(self._log), *place.pool]
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-P", str(_WATCHER), *words],
                stdin=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
        self.problems: list[str] = []

    def __enter__(self) -> _Watch:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> Counter[str]:
        """Let it end; how often the gate gave which exit code."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._process.wait(timeout=120) and not self.problems:
            self.problems.append(f"the watcher broke: {self._errors.read_text()[-300:]}")
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        return Counter(line.split()[0] for line in lines if line)


def _restored(place: Place) -> list[str]:
    """What `yoi restore` says, after a command that puts what waited in its place."""
    place.yoi("ticket", "comment", place.tickets[0], "-m", "At rest.")
    lines = place.yoi("restore").out.splitlines()[1:]
    return [line.replace("1 event", "1 events") for line in lines]
