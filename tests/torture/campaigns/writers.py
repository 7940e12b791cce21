"""Many writers at once on one ticket and on many, and some of them killed."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from support.file_stores import empty_store, make_ticket, open_store
from torture.crowd import Crowd, account
from torture.outcome import Outcome, Settings
from torture.world import identities

_MANY = 50
_ATTEMPTS = 5
_KILLED_WRITERS = 64


def run(settings: Settings) -> Outcome:
    """32 x 1,000 on one ticket and on 50, 64 x 100 with kills, and the real command."""
    writers = settings.size(settings.writers, full=32, short=16)
    events = settings.size(settings.events, full=1000, short=25)
    folder, wrong = settings.folder, list[str]()
    counted: dict[str, int | str] = {"writers": writers}
    for part, tickets in (("one ticket", 1), (f"{_MANY} tickets", _MANY)):
        if settings.only in part:
            done, found = _together(folder / part.replace(" ", "-"), writers, events, tickets)
            counted[f"events on {part}"] = done
            wrong += [f"{part}: {one}" for one in found]
    if settings.only in "kills":
        killed, done, found = _with_kills(settings)
        counted |= {"killed": killed, "acknowledged beside them": done}
        wrong += [f"kills: {one}" for one in found]
    if settings.only in "commands":
        count = settings.size(settings.events, full=500, short=16)
        counted["events by commands"] = count
        wrong += [f"commands: {one}" for one in _commands(folder / "commands", count, writers)]
    return Outcome(counted, tuple(wrong), _control(folder))


def _together(
    workspace: Path, writers: int, events: int, tickets: int, weakness: str = ""
) -> tuple[int, list[str]]:
    store = empty_store(workspace)
    names = [make_ticket(store) for _ in range(tickets)]
    crowd = Crowd(workspace, workspace.with_name(f"{workspace.name}.notes"), weakness=weakness)
    for _ in range(writers):
        crowd.start(events, names)
    wrong = crowd.wait()
    notes = crowd.notes()
    if not wrong and len(notes) != writers * events:
        wrong.append(f"{len(notes)} of {writers * events} were acknowledged")
    return len(notes), wrong + account(workspace, notes)


def _with_kills(settings: Settings) -> tuple[int, int, list[str]]:
    """Half of the writers are killed at random moments; the others come to their end."""
    writers = settings.size(settings.writers, full=_KILLED_WRITERS, short=16)
    events = settings.size(settings.events, full=100, short=20)
    workspace = settings.folder / "kills"
    store = empty_store(workspace)
    tickets = [make_ticket(store) for _ in range(8)]
    crowd = Crowd(workspace, settings.folder / "kills.notes")
    draw = random.Random(settings.seed)
    for _ in range(writers):
        crowd.start(events, tickets)
    killed, kills = 0, writers // 2
    # Spread over the time in which they write, not that in which Python starts.
    moments = sorted(draw.sample(range(kills, writers * events // 2), kills))
    while killed < kills and crowd.running:
        if len(crowd.notes()) >= moments[killed]:
            killed += crowd.kill(draw.randrange(writers))
        time.sleep(draw.uniform(0.0, 0.01))
    wrong = crowd.wait()
    notes = crowd.notes()
    wrong += _healed(workspace, tickets[0])
    return killed, len(notes), wrong + account(workspace, notes)


def _healed(workspace: Path, ticket: str) -> list[str]:
    """The next command finds nothing to complain about but what was set aside."""
    command = [sys.executable, "-P", "-m", "yoi_cli", "-C", str(workspace)]
    done = subprocess.run(
        [*command, "ticket", "comment", ticket, "-m", "After."], capture_output=True, check=False
    )
    return [] if done.returncode == 0 else [f"the next command: {done.stderr.decode()}"]


def _commands(workspace: Path, count: int, at_once: int) -> list[str]:
    """The real `yoi`, a process for each event, `at_once` of them at a time."""
    store = empty_store(workspace)
    ticket = make_ticket(store)
    command = [sys.executable, "-P", "-m", "yoi_cli", "-C", str(workspace), "ticket", "comment"]
    running: list[subprocess.Popen[bytes]] = []
    codes: list[int] = []
    for number in range(count):
        running.append(
            subprocess.Popen(
                [*command, ticket, "-m", f"command {number}"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        )
        if len(running) >= at_once:
            codes.append(running.pop(0).wait())
    codes += [process.wait() for process in running]
    store = open_store(workspace)
    bodies = [event.body for event in store.thread(ticket).events][1:]
    ids = identities(store)[ticket]
    wrong = [f"exit codes {sorted(set(codes))}"] if any(codes) else []
    if sorted(bodies) != sorted(f"command {n}" for n in range(count)) or ids != sorted(set(ids)):
        wrong.append(f"{len(bodies)} of {count} events, or in a wrong order")
    return wrong


def _control(folder: Path) -> str | None:
    """Writers without the lock."""
    for attempt in range(1, _ATTEMPTS + 1):
        workspace = folder / f"control-{attempt}"
        _, wrong = _together(workspace, 8, 40, 1, weakness="lock")
        if wrong:
            return f"without the lock: {'; '.join(wrong)[:100]}"
    return None
