"""The kill matrix of workers: whoever stands over one dies, at rest and under load, where Linux's
own parts are made use of and where none is (docs/workers.md, "Other systems")."""

from __future__ import annotations

import fcntl
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from support.workers import Standing, Workers, changed, kill, python, wait_until
from torture.outcome import ENOUGH, Outcome, Settings

from yoi_cli.model.workers.spec import WorkerRequest
from yoi_cli.workers.local.shim.kernel import Identity, identity, is_alive
from yoi_cli.workers.local.shim.parts import PORTABLE

VICTIMS = ("launcher", "shim", "stub", "shim and stub", "worker")
LOADS = ("at rest", "under load", "redacted")
#: How often each cell of the table is tried.
_FULL, _SHORT = 100, 2
#: What must be so, in the order of the table's columns.
CHECKS = (
    "lines right",
    "transcript whole",
    "exit kept",
    "lock free",
    "none left",
    "hidden ended",
    "recover right",
)
_CODE = 7
_SECRET = "a value nobody should see"
_LONGEST_LAUNCH = 0.15
#: Prints numbered lines until it is told that they are enough, with grandchildren that left its
#: session and hear no signal but the last; one of them hides the variables by which it is known.
_WORKER = f"""
import os, subprocess, sys, time
open("runs", "a").write("run\\n")
deaf = "trap '' TERM HUP INT; echo $$ > $0.tmp; mv $0.tmp $0; while :; do sleep 1; done"
for *hiding, name in (["stray"], ["env", "-i", "hidden"]):
    command = [*hiding, "setsid", "nohup", "sh", "-c", deaf, name]
    subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
secret = os.environ.get("MY_TOKEN", "")
number = 0
while not os.path.exists("enough"):
    sys.stdout.write("%d %s\\n" % (number, secret)); sys.stdout.flush()
    number += 1
    if number > int(sys.argv[1]): time.sleep(0.002)
print("last"); sys.stdout.flush()
raise SystemExit({_CODE})
"""


class Cell(NamedTuple):
    """One cell of the table: who is killed, and while what goes on."""

    victim: str
    load: str
    runs: int
    seed: int
    folder: Path
    #: The victim whose promises the run is held against; another one in the control.
    promised: str
    is_portable: bool = False

    @property
    def keeps_exit(self) -> bool:
        """Whether somebody is left who can see how the worker ends: orphans come to the shim on
        Linux alone."""
        return self.promised != "shim and stub" and not (
            self.is_portable and self.promised == "stub"
        )

    @property
    def keeps_output(self) -> bool:
        """Whether what was to be redacted can still be taken over."""
        is_lost = self.is_portable and self.victim == "shim and stub" and self.load == "redacted"
        return not is_lost

    @property
    def ends_hidden(self) -> bool:
        """Whether what hides, and left, is known as the worker's once that has ended."""
        return not self.is_portable and self.victim != "shim and stub"


class Row(NamedTuple):
    """What came of a cell: how often each check was made and held, and what did not."""

    made: Counter[str]
    held: Counter[str]
    violations: list[str]


def run(settings: Settings) -> Outcome:
    """Every cell a hundred times in the full form, twice in the short one."""
    return _run(settings, is_portable=False)


def run_portable(settings: Settings) -> Outcome:
    """The same without the parts that Linux alone has."""
    with _portable():
        return _run(settings, is_portable=True)


@contextmanager
def _portable() -> Iterator[None]:
    before = os.environ.get(PORTABLE)
    os.environ[PORTABLE] = "1"
    try:
        yield
    finally:
        del os.environ[PORTABLE]
        if before is not None:
            os.environ[PORTABLE] = before


def _run(settings: Settings, *, is_portable: bool) -> Outcome:
    runs = settings.size(settings.runs, full=_FULL, short=_SHORT)
    cells = [
        Cell(victim, load, runs, settings.seed, settings.folder / f"{n}-{m}", victim, is_portable)
        for n, victim in enumerate(VICTIMS)
        for m, load in enumerate(LOADS)
        if settings.only in ("", victim, load)
    ]
    both, folder = "shim and stub", settings.folder / "c"
    control = Cell(both, "at rest", 2, settings.seed, folder, "shim", is_portable)
    with get_context("fork").Pool(settings.jobs) as pool:
        rows = pool.map(_try_cell, cells, chunksize=1)
        noticed = pool.apply(_try_cell, (control,)).violations
    _print_table(cells, rows)
    violations = [violation for row in rows for violation in row.violations]
    figures: dict[str, int | str] = {"cells": len(cells), "kills": runs * len(cells)}
    for check in CHECKS:
        figures[check] = f"{sum(r.held[check] for r in rows)}/{sum(r.made[check] for r in rows)}"
    said = "an exit code that nobody could keep is missed" if noticed else None
    return Outcome(figures, tuple(violations[:ENOUGH]), said)


def _try_cell(cell: Cell) -> Row:
    row = Row(Counter(), Counter(), [])
    for number in range(cell.runs):
        folder = cell.folder / str(number)
        folder.mkdir(parents=True)
        _Trial(cell, number, Workers(folder), row).run()
        if len(row.violations) >= ENOUGH:
            break
    return row


class _Trial:
    """One worker, one kill, and everything that must be so afterwards."""

    def __init__(self, cell: Cell, number: int, workers: Workers, row: Row) -> None:
        self.cell, self.number, self.workers, self.row = cell, number, workers, row
        self.lot = random.Random(f"{cell.seed} {cell.victim} {cell.load} {number}")
        self.recovers_first, self.stops = bool(number & 1), bool(number & 2)
        self.hidden = Identity(0, 0)
        if (cell.victim, cell.load) == ("shim and stub", "redacted"):
            # What is redacted lives in memory until somebody takes it over (docs/workers.md).
            self.recovers_first = True

    def run(self) -> None:
        try:
            worker_id = self._launch()
            standing = self._begin(worker_id)
            self._kill(worker_id, standing)
            self._recover(worker_id, is_first=True)
            if self.stops:
                self.workers.runtime.stop(worker_id, 0.05)
            else:
                (Path(self.workers.cwd) / "enough").touch()
                self._see_it_end(worker_id)
            self._check_left(worker_id, standing)
            self._recover(worker_id, is_first=False)
        except (AssertionError, OSError) as error:
            self.row.violations.append(f"{self._name()}: {error}")
        finally:
            self.workers.end_all()
            kill(self.hidden)

    def _name(self) -> str:
        return f"{self.cell.victim}, {self.cell.load}, run {self.number}"

    def _check(self, check: str, is_so: bool, found: object, *, is_promised: bool = True) -> None:
        self.row.made[check] += 1
        self.row.held[check] += is_so
        if is_promised and not is_so:
            self.row.violations.append(f"{self._name()}: not {check}: {found}")

    def _request(self) -> WorkerRequest:
        lines = 50 if self.cell.load == "at rest" else 1_000_000
        secret = {"MY_TOKEN": _SECRET} if self.cell.load == "redacted" else {}
        request = self.workers.request(*python(_WORKER), str(lines))
        return changed(request, key="one", environment=secret, grace_ms=500)

    def _launch(self) -> str:
        if self.cell.victim == "launcher":
            child = os.fork()
            if child == 0:
                self.workers.runtime.spawn(self._request())
                time.sleep(60)
                os._exit(0)
            time.sleep(self.lot.uniform(0, _LONGEST_LAUNCH))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        return self.workers.runtime.spawn(self._request()).worker_id

    def _begin(self, worker_id: str) -> Standing:
        wait_until((Path(self.workers.cwd) / "stray").exists)
        wait_until((Path(self.workers.cwd) / "hidden").exists)
        self.hidden = identity(int((Path(self.workers.cwd) / "hidden").read_text()))
        self.workers.wait_for_output(worker_id, b"\n20 ")
        if self.cell.load != "at rest":
            time.sleep(self.lot.uniform(0, 0.03))
        standing = self.workers.standing(worker_id)
        assert all(standing), f"not all stand: {standing}"
        return standing

    def _kill(self, worker_id: str, standing: Standing) -> None:
        roles = {"launcher": (), "shim and stub": ("shim", "stub")}
        chosen = roles.get(self.cell.victim, (self.cell.victim,))
        victims = [getattr(standing, role) for role in chosen]
        kill(*victims)
        if standing.shim in victims:
            descriptor = os.open(self.workers.path / worker_id / "shim.lock", os.O_RDWR)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._check("lock free", True, "")
            except BlockingIOError:
                self._check("lock free", False, "somebody holds it")
            finally:
                os.close(descriptor)

    def _recover(self, worker_id: str, *, is_first: bool) -> None:
        """Right is: to adopt what lives without a shim, and to leave alone what has one."""
        if is_first and not self.recovers_first:
            return
        found = [one.action for one in self.workers.runtime.recover()]
        shim_died = is_first and "shim" in self.cell.victim
        if shim_died:
            right = found == ["adopted"]
        elif is_first:  # a worker that was killed may just be settled
            right = found == ["none"] or (self.cell.victim == "worker" and found == [])
        else:
            right = found == []
        self._check("recover right", right, found)

    def _see_it_end(self, worker_id: str) -> None:
        if self.cell.victim != "worker" and self.cell.keeps_output:
            self.workers.wait_for_output(worker_id, b"last\n")
        if not self.recovers_first and "shim" in self.cell.victim:
            kinds = {one.action for one in self.workers.runtime.recover()}
            # It may be just about to end, and then is adopted for as long.
            self._check("recover right", kinds <= {"ended", "lost", "adopted"}, kinds)
        view = self.workers.runtime.wait(worker_id, 30)
        if not self.cell.keeps_exit:
            kept = (view.state, view.exit_code) == ("lost", None) and bool(view.evidence)
        elif self.cell.promised == "worker":
            kept = (view.state, view.signal) == ("killed", signal.SIGKILL)
        else:
            kept = (view.state, view.exit_code) == ("exited", _CODE)
        self._check("exit kept", kept, view)

    def _check_left(self, worker_id: str, standing: Standing) -> None:
        stray = int((Path(self.workers.cwd) / "stray").read_text())
        found = [who for who in (*standing, _named(stray)) if is_alive(who)]
        left = self.workers.left()
        self._check("none left", not found and not left, (found, left))
        has_gone = not is_alive(self.hidden)
        self._check("hidden ended", has_gone, self.hidden, is_promised=self.cell.ends_hidden)
        self._check_transcript(worker_id)
        runs = (Path(self.workers.cwd) / "runs").read_text()
        if runs != "run\n":
            self.row.violations.append(f"{self._name()}: it ran more than once: {runs!r}")

    def _check_transcript(self, worker_id: str) -> None:
        text = self.workers.output(worker_id).decode()
        *lines, end = text.split("\n")
        has_end = (lines[-1:], end) == (["last"], "")
        word = "[redacted]" if self.cell.load == "redacted" else ""
        said = lines[: -1 if has_end else None]
        wrong = [n for n, line in enumerate(said) if line != f"{n} {word}"]
        # What is there is right, always: every line, and none of them twice.
        self._check("lines right", not wrong and _SECRET not in text, f"{wrong[:1]} of {len(said)}")
        if not self.stops and self.cell.victim != "worker":
            promised = self.cell.keeps_output
            self._check("transcript whole", has_end, (lines[-1:], end), is_promised=promised)


def _named(pid: int) -> Identity:
    """The stray, if it is still there under its number."""
    who = identity(pid)
    line = Path(f"/proc/{pid}/cmdline")
    try:
        return who if b"stray" in line.read_bytes() else Identity(0, 0)
    except OSError:
        return Identity(0, 0)


def _print_table(cells: list[Cell], rows: list[Row]) -> None:
    """The matrix, for people; the figures are in the campaign's own line."""
    print(f"{'killed -9':<14} {'while':<11}" + "".join(f"{c:>18}" for c in CHECKS), file=sys.stderr)
    for cell, row in zip(cells, rows, strict=True):
        shown = "".join(_share(row, check, cell) for check in CHECKS)
        print(f"{cell.victim:<14} {cell.load:<11}{shown}", file=sys.stderr)


def _share(row: Row, check: str, cell: Cell) -> str:
    if not row.made[check]:
        return f"{'-':>18}"
    share = f"{row.held[check]}/{row.made[check]}"
    if check == "exit kept" and not cell.keeps_exit:
        share = f"lost {share}"
    return f"{share:>18}"
