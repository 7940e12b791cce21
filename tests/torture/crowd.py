"""Many writers at once: started, waited for or killed, and what they were told held to account."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from support.environment import ROOT
from support.file_stores import open_store

_WRITER = ROOT / "tests" / "torture" / "writer.py"


class Note(NamedTuple):
    """An acknowledgement: the event `event` on `ticket` says `body`."""

    ticket: str
    event: str
    body: str


class Crowd:
    """The writers of one store; what they were told, and said in anger, goes into `folder`."""

    def __init__(self, workspace: Path, folder: Path, *, weakness: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._workspace = workspace
        self._folder = folder
        self._weakness = weakness
        self._running: list[subprocess.Popen[bytes]] = []
        self._started = 0

    def start(
        self,
        count: int,
        tickets: Sequence[str],
        *,
        folder: Path | None = None,
        deadline: float = 600.0,
    ) -> None:
        """Start one more writer of `count` events, which begins with another ticket.

        It works in `folder`, where not in the workspace itself, and waits at most `deadline`
        seconds before it tries again.
        """
        turn = self._started % len(tickets)
        name = f"writer-{self._started}"
        self._started += 1
        command = [sys.executable, "-P", str(_WRITER), str(folder or self._workspace), name]
        command += [str(count), str(self._folder / "notes"), self._weakness, f"{deadline:g}"]
        command += [*tickets[turn:], *tickets[:turn]]
        with (self._folder / f"{name}.err").open("wb") as errors:
            self._running.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=errors))

    def kill(self, index: int) -> bool:
        """Kill one of those that run; whether it still did."""
        process = self._running.pop(index % len(self._running))
        process.send_signal(signal.SIGKILL)
        return process.wait() == -signal.SIGKILL

    @property
    def running(self) -> int:
        """How many have not ended, for whatever reason."""
        return sum(process.poll() is None for process in self._running)

    def wait(self) -> list[str]:
        """Wait for all of them; what is wrong with how they ended."""
        codes = [process.wait() for process in self._running]
        self._running.clear()
        if not any(codes):
            return []
        said = sorted(
            {
                path.read_text().strip().splitlines()[-1]
                for path in self._folder.glob("*.err")
                if path.stat().st_size
            }
        )
        return [f"{sum(code != 0 for code in codes)} writers broke: {'; '.join(said)[:500]}"]

    def notes(self) -> list[Note]:
        """Every acknowledgement that was noted whole."""
        path = self._folder / "notes"
        text = path.read_text() if path.exists() else ""
        lines = text[: text.rfind("\n") + 1].splitlines()
        return [Note(*line.split(" ", 2)) for line in lines]


def account(workspace: Path, notes: Sequence[Note]) -> list[str]:
    """What is wrong with a store in which `notes` were acknowledged.

    Lost: acknowledged and not there as said. Twice: a text or an id more than once. Out of
    order: an id that does not rise, or a writer's texts not in the order of its writing.
    """
    store = open_store(workspace, in_git=(workspace / ".git").is_dir())
    said: dict[str, tuple[str, str]] = {}
    wrong = Counter[str]()
    for ticket in store.ids():
        thread = store.thread(ticket)
        wrong["faults"] += len(thread.faults)
        ids = [event.identity for event in thread.events]
        wrong["out of order"] += sum(a >= b for a, b in pairwise(ids))
        latest: dict[str, int] = {}
        for event in thread.events:
            writer, _, number = event.body.rpartition(" ")
            if not writer.startswith("writer-"):
                continue
            wrong["twice"] += event.identity in said
            said[event.identity] = (ticket, event.body)
            wrong["out of order"] += int(number) <= latest.get(writer, -1)
            latest[writer] = int(number)
        wrong["projections out of step"] += store.item(ticket).text("updated_at") < thread.last_at
    bodies = Counter(said.values())
    wrong["twice"] += sum(count - 1 for count in bodies.values())
    wrong["lost"] = sum(said.get(note.event) != (note.ticket, note.body) for note in notes)
    return [f"{count:,} {what}" for what, count in wrong.items() if count]
