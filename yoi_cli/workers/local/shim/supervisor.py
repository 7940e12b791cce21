"""Supervising one worker: obeying commands, keeping its bounds, seeing it to its end."""

from __future__ import annotations

import os

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.shim.begin import close_input
from yoi_cli.workers.local.shim.children import ended_child, forget, is_child
from yoi_cli.workers.local.shim.kernel import Identity, is_alive, now_ms, send, uptime_ms
from yoi_cli.workers.local.shim.light import TYPE_CHECKING, signal, suppress
from yoi_cli.workers.local.shim.output import OutputBound
from yoi_cli.workers.local.shim.process_tree import ProcessTree, ask_to_end, send_all
from yoi_cli.workers.local.shim.state import ENDED, ENDING, StateWriter
from yoi_cli.workers.local.shim.stub import LEAVE, write_exit

if TYPE_CHECKING:
    from yoi_cli.workers.local.shim.compare import Comparison
    from yoi_cli.workers.local.shim.launch import Launch
    from yoi_cli.workers.local.shim.pump import Pump
    from yoi_cli.workers.local.shim.spool import Feeder
    from yoi_cli.workers.local.shim.wakeup import Wakeup

STOPPED = "stopped"
CANCELLED = "cancelled"
TIMEOUT = "timeout"
IDLE_TIMEOUT = "idle_timeout"
OUTPUT_LIMIT = "output_limit"
#: What is left behind by a worker that ended by itself has so long to follow it, as a whole.
_LEFTOVER_MS = 2000
#: A process that SIGKILL does not end so soon hangs in the kernel.
_GIVE_UP_MS = 10_000
_SLOW_MS, _SOON_MS, _PUMP_MS = 1000, 10, 10
_STUB_LEAVES_MS = 5000
_UNSEEN = "its stub died, so nobody saw how it ended"


class Supervised(NamedTuple):
    """What a shim supervises; `input_writer` is -1 where it keeps no input open.

    `pump` takes over redacted output when the stub dies. `comparison` has what was there before
    the worker.
    """

    stub: Identity
    worker: Identity
    input_writer: int
    pump: Pump | None
    comparison: Comparison | None = None


class Supervisor:
    """Supervises a worker that runs, from now to its end."""

    def __init__(
        self,
        folder: int,
        launch: Launch,
        journal: StateWriter,
        wakeup: Wakeup,
        supervised: Supervised,
    ) -> None:
        self._folder = folder
        self._launch = launch
        self._journal = journal
        self._wakeup = wakeup
        self._supervised = supervised
        keepers = (supervised.stub, Identity(os.getpid(), journal.state.shim.started))
        was_alive = is_alive(supervised.worker)
        self._tree = ProcessTree(launch.worker_id, supervised.worker, keepers, was_alive)
        self._bound = OutputBound(folder, launch.bounds.output_limit, journal)
        self._feeder = _feeder_of(folder, launch)
        self._done_commands: set[str] = set()
        self._kill_at: int | None = None
        self._has_ended = False
        self._lost = ""
        self._stub_is_gone = False
        self._has_news = True
        wakeup.watch_end_of(supervised.stub.pid)
        wakeup.watch_end_of(supervised.worker.pid)

    def run(self) -> None:
        """Return once nothing of the worker is left, and that is written down."""
        if self._journal.state.cause:
            self._end(self._journal.state.cause, self._launch.bounds.grace)
        while not self._step():
            self._has_news = self._wakeup.wait(self._pause())
        self._finish()

    def _step(self) -> bool:
        """Look at everything once; whether all is over."""
        if not self._has_ended:
            self._look_for_end()
        self._run_commands()
        if not self._has_ended:
            self._keep_bounds()
            if self._feeder is not None and self._feeder.feed():
                self._close_input()
        if not self._has_ended and (self._kill_at is None or uptime_ms() < self._kill_at):
            return False
        return self._end_leftovers()

    def _pause(self) -> int:
        times = [_SLOW_MS, self._bound.pause]
        now = uptime_ms()
        if self._has_news or self._kill_at is not None:
            times.append(_SOON_MS if self._has_ended or self._has_news else _SOON_MS * 5)
        if self._launch.bounds.timeout_ms is not None and self._kill_at is None:
            times.append(self._journal.state.ready_at + self._launch.bounds.timeout_ms - now)
        if self._launch.bounds.idle_ms is not None and self._kill_at is None:
            times.append(max(_SOON_MS, self._launch.bounds.idle_ms // 4))
        if self._supervised.pump is not None and not is_alive(self._supervised.stub):
            times.append(_PUMP_MS)
        if self._feeder is not None:
            times.append(self._feeder.pause)
        return min(times)

    def _run_commands(self) -> None:
        """Do what command files ask for, each once."""
        if self._wakeup.was_told_to_stop:
            self._wakeup.was_told_to_stop = False
            self._end(STOPPED, self._launch.bounds.grace)
        for name, word, grace in new_commands(self._folder, self._done_commands):
            self._done_commands.add(name)
            if word == "stop":
                self._end(STOPPED, self._launch.bounds.grace if grace is None else grace)
            elif word == "cancel":
                self._end(CANCELLED, self._launch.bounds.grace)
            elif word == "close-input":
                if self._feeder is None:
                    self._close_input()
                else:
                    self._feeder.close_after_all()

    def _close_input(self) -> None:
        input_writer = close_input(self._supervised.input_writer, self._supervised.stub)
        self._supervised = self._supervised._replace(input_writer=input_writer)
        self._journal.event("input_closed")

    def _keep_bounds(self) -> None:
        timeout, state = self._launch.bounds.timeout_ms, self._journal.state
        if timeout is not None and uptime_ms() - state.ready_at >= timeout:
            self._end(TIMEOUT, self._launch.bounds.grace, once=True)
        pump, idle = self._supervised.pump, self._launch.bounds.idle_ms
        written = pump.size if pump is not None else None
        if idle is not None and self._bound.silence(written) >= idle:
            self._end(IDLE_TIMEOUT, self._launch.bounds.grace, once=True)
        if self._bound.is_exceeded(written):
            # What floods the disk gets a second to end well, however long others get.
            self._end(OUTPUT_LIMIT, min(self._launch.bounds.grace, 1000), once=True)
            self._bound.cut()

    def _end(self, cause: str, grace: int, *, once: bool = False) -> None:
        """Ask the worker to end, and set the time from which on it is made to.

        A later, shorter grace shortens the first; `once` leaves what is under way.
        """
        kill_at = uptime_ms() + grace
        if self._kill_at is not None:
            if not once:
                self._kill_at = min(self._kill_at, kill_at)
            return
        self._kill_at = kill_at
        if self._has_ended:
            return
        state = self._journal.state
        self._journal.put_if_possible(state._replace(phase=ENDING, cause=state.cause or cause))
        self._journal.event("ending", cause=cause, grace_ms=grace)
        ask_to_end(self._tree.members())

    def _look_for_end(self) -> None:
        # The stub first: what it wrote before it died is there once it is seen to be dead.
        stub_lives = is_alive(self._supervised.stub)
        if files.exists(self._folder, files.EXIT):
            self._has_ended = True
        elif not stub_lives:
            self._look_without_stub()
        self._reap()

    def _look_without_stub(self) -> None:
        """The worker is this shim's own child now, or its end is seen by nobody."""
        takeover = self._launch.takeover
        if self._supervised.pump is not None:
            if not self._stub_is_gone:
                self._supervised.pump.load()
            self._supervised.pump.move_some()
        elif takeover is not None and takeover.secret_names and not self._stub_is_gone:
            self._journal.event("output_lost")
        self._stub_is_gone = True
        if not is_alive(self._supervised.worker) and not is_child(self._supervised.worker.pid):
            self._has_ended = True
            self._lost = takeover.why_lost if takeover is not None else _UNSEEN

    def _reap(self) -> None:
        """Reap what has ended; the worker only once its exit is written down."""
        while (ending := ended_child()) is not None:
            is_worker = ending.pid == self._supervised.worker.pid
            if is_worker and not files.exists(self._folder, files.EXIT):
                try:
                    write_exit(self._folder, ending, "shim")
                except OSError:
                    return
            if is_worker:
                self._has_ended = True
            forget(ending.pid)

    def _end_leftovers(self) -> bool:
        """End what is left of the worker; whether nothing is."""
        self._reap()
        left = self._tree.members()
        if not left:
            return self._has_ended
        now = uptime_ms()
        if self._kill_at is None:
            grace = min(self._launch.bounds.grace, _LEFTOVER_MS)
            self._kill_at = now + grace
            self._journal.event("leftovers", count=len(left))
            ask_to_end(left)
        if now >= self._kill_at:
            send_all(left, signal.SIGKILL)
        if now >= self._kill_at + _GIVE_UP_MS:
            self._journal.event("leftovers_stay", count=len(left))
            return self._has_ended
        return False

    def _finish(self) -> None:
        dismiss_stub(self._supervised.stub, self._wakeup)
        if self._supervised.pump is not None:
            self._supervised.pump.load()
            self._supervised.pump.move_all(at_end=True)
        self._bound.cut()
        files.remove_passing(self._folder)
        if self._supervised.comparison is not None:
            with suppress(OSError):
                self._supervised.comparison.write_changes(self._folder)
        state = self._journal.state
        self._journal.event("ended", **({"why": self._lost} if self._lost else {}))
        self._journal.put_if_possible(
            state._replace(phase=ENDED, ended_at=now_ms(), why=self._lost)
        )


def _feeder_of(folder: int, launch: Launch) -> Feeder | None:
    """What hands on input from elsewhere, where any comes."""
    if launch.spool < 0:
        return None
    from yoi_cli.workers.local.shim.spool import Feeder

    return Feeder(folder, launch.spool)


def dismiss_stub(stub: Identity, wakeup: Wakeup) -> None:
    """Have the stub leave, its work being done, and reap it where it is a child."""
    send(stub, LEAVE)
    end = uptime_ms() + _STUB_LEAVES_MS
    while is_alive(stub):
        if uptime_ms() >= end:
            send(stub, signal.SIGKILL)
        wakeup.wait(_SOON_MS)
    while (ending := ended_child()) is not None:
        forget(ending.pid)


def new_commands(folder: int, seen: set[str]) -> list[tuple[str, str, int | None]]:
    """Command files that were not `seen`, oldest first: (name, word, grace in ms)."""
    found = []
    with files.closing(files.open_folder(files.COMMANDS, folder)) as commands:
        try:
            for name in sorted(os.listdir(commands)):
                _, _, word = name.partition(".")
                if name in seen or name.startswith("."):
                    continue
                text = files.read(commands, name).strip()
                found.append((name, word, int(text) if text.isdigit() else None))
        except OSError:
            return []
    return found
