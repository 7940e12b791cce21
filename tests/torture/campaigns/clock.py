"""The clock set back by a day, to 1970 and to 2099: ids rise, order holds, merges hold."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from support.file_stores import comment, empty_store, make_ticket, open_store, thread_of
from torture.outcome import ENOUGH, Outcome, Settings
from torture.warm import in_child
from torture.weak import weaken

from yoi_cli.merge.files.texts import merge_threads
from yoi_cli.model.ids import TicketId
from yoi_cli.model.time import stamp
from yoi_cli.store.files.layout import StoreLocation
from yoi_cli.store.files.store import FileStore
from yoi_cli.store.files.writer import FileWriter
from yoi_cli.store.files.writing import writing
from yoi_cli.store.formats.thread import parse_thread

_DAY = 86_400_000
_NOW = 1_790_000_000_000
_CLOCKS = {
    "now": _NOW,
    "a day back": _NOW - _DAY,
    "1970": 1000,
    "2099": 4_070_908_800_000,
}
_STEPS = 12
#: Loaded by Python before anything else: the process believes that it is another time.
_FAKE_TIME = """\
import os, time
_shift = int(os.environ["TORTURE_CLOCK_NS"]) - time.time_ns()
_true = time.time_ns
time.time_ns = lambda: _true() + _shift
time.time = lambda: time.time_ns() / 1e9
"""


class _SetClock(FileStore):
    """A store whose clock stands where it is set."""

    def __init__(self, location: StoreLocation) -> None:
        super().__init__(location, command="torture", deadline=10.0)
        self.now_ms = _NOW

    @contextmanager
    def write(self) -> Iterator[FileWriter]:
        with writing(
            self.location,
            deadline=10.0,
            command="torture",
            clock=lambda: self.now_ms,
            entropy=lambda: int.from_bytes(os.urandom(10), "big"),
        ) as writer:
            yield writer
        self.forget_folder()


def run(settings: Settings) -> Outcome:
    """Walks of twelve events between the clocks, merged in pairs; then the real command."""
    walks = settings.size(settings.runs, full=1000, short=40)
    draw, wrong, events = random.Random(settings.seed), list[str](), 0
    for number in range(walks):
        found, written = _walk(settings.folder / f"walk-{number}", draw)
        wrong += [f"walk {number}: {one}" for one in found]
        events += written
        if len(wrong) >= ENOUGH:
            break
    wrong += [f"the command: {one}" for one in _command(settings.folder)]
    figures: dict[str, int | str] = {"walks": walks, "events": events, "merges": 2 * walks}
    control = in_child(lambda: _control(settings.folder / "control"))
    return Outcome(figures, tuple(wrong[:ENOUGH]), control or None)


def _walk(folder: Path, draw: random.Random) -> tuple[list[str], int]:
    """Two clones go on from one thread, each with a clock that jumps; then they merge."""
    store = _SetClock(empty_store(folder).location)
    ticket = make_ticket(store)
    path = thread_of(store, ticket)
    base = path.read_bytes()
    wrong, sides = list[str](), list[bytes]()
    for side in ("ours", "theirs"):
        path.write_bytes(base)
        wrong += _jump(store, ticket, side, draw)
        sides.append(path.read_bytes())
    ours, theirs = sides
    merged = merge_threads(ours, theirs, path="").data
    if merged != merge_threads(theirs, ours, path="").data:
        wrong.append("merging depends on whose side is called ours")
    for data in sides:
        own = [event.identity for event in parse_thread(data).thread.events]
        known = set(own)
        there = [e.identity for e in parse_thread(merged).thread.events if e.identity in known]
        if there != own:
            wrong.append(f"merged {there}, not {own}")
    path.write_bytes(merged)
    wrong += _jump(store, ticket, "after", draw)
    return wrong, 3 * _STEPS


def _jump(store: _SetClock, ticket: TicketId, name: str, draw: random.Random) -> list[str]:
    """Write with the clock set anew before each event; ids rise, `at` is what the clock said."""
    before = [event.body for event in store.thread(ticket).events]
    clocks = [draw.choice([*_CLOCKS.values()]) + number for number in range(_STEPS)]
    for number, now_ms in enumerate(clocks):
        store.now_ms = now_ms
        comment(store, ticket, f"{name} {number}")
    events = store.thread(ticket).events
    new = events[len(before) :]
    wrong = [
        f"{a.identity} is followed by {b.identity}"
        for a, b in pairwise(events)
        if a.identity >= b.identity
    ]
    if [event.body for event in new] != [f"{name} {number}" for number in range(_STEPS)]:
        wrong.append(f"the order is {[event.body for event in new]}")
    if [event.at for event in new] != [stamp(now_ms) for now_ms in clocks]:
        wrong.append(f"the times are {[event.at for event in new]}")
    return wrong + [f"{fault.code}" for fault in store.thread(ticket).faults]


def _command(folder: Path) -> list[str]:
    """The real `yoi`, whose process believes in another time."""
    store = empty_store(folder / "command")
    ticket = make_ticket(store)
    fake = folder / "fake"
    fake.mkdir()
    (fake / "sitecustomize.py").write_text(_FAKE_TIME)
    wrong, at = list[str](), list[str]()
    for now_ms in (*_CLOCKS.values(), _NOW):
        clock = {"TORTURE_CLOCK_NS": str(now_ms * 1_000_000)}
        path = f"{fake}{os.pathsep}{os.environ['PYTHONPATH']}"
        words = ["-C", str(folder / "command"), "ticket", "comment", ticket, "-m", str(now_ms)]
        done = subprocess.run(
            [sys.executable, "-P", "-m", "yoi_cli", *words],
            env={**os.environ, "PYTHONPATH": path, **clock},
            capture_output=True,
            check=False,
        )
        wrong += [done.stderr.decode()] if done.returncode != 0 else []
        at.append(stamp(now_ms)[:10])
    events = open_store(folder / "command").thread(ticket).events
    ids = [event.identity for event in events]
    if ids != sorted(set(ids)) or [event.at[:10] for event in events][1:] != at:
        wrong.append(f"ids {ids}, times {[event.at for event in events]}")
    return wrong


def _control(folder: Path) -> str:
    """A writer whose ids follow the clock alone."""
    weaken("ids")
    wrong, _ = _walk(folder, random.Random(1))
    return f"ids by the clock alone: {len(wrong)} complaints" if wrong else ""
