"""A shim's life: detach, start the worker or take over one that runs, supervise it."""

from __future__ import annotations

import gc
import os

from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.shim.begin import StubKilledError, prepare, release
from yoi_cli.workers.local.shim.kernel import (
    Identity,
    adopt_orphans,
    boot_id,
    environment_of,
    identity,
    is_alive,
    load_table,
    now_ms,
    uptime_ms,
)
from yoi_cli.workers.local.shim.launch import (
    ANSWER_ENDED,
    ANSWER_FAILED,
    ANSWER_QUEUED,
    ANSWER_READY,
    Confinement,
    Launch,
    Takeover,
    unpack,
)
from yoi_cli.workers.local.shim.light import TYPE_CHECKING, suppress
from yoi_cli.workers.local.shim.parts import keep_parts
from yoi_cli.workers.local.shim.process_tree import ProcessTree
from yoi_cli.workers.local.shim.pump import Pump, find_memory
from yoi_cli.workers.local.shim.redact import Redactor
from yoi_cli.workers.local.shim.slots import Slot
from yoi_cli.workers.local.shim.state import (
    BEGINNING,
    CANNOT_START,
    ENDED,
    NEVER_RAN,
    QUEUED,
    RUNNING,
    STARTING,
    StateWriter,
    WorkerState,
)
from yoi_cli.workers.local.shim.stub import leave_streams
from yoi_cli.workers.local.shim.supervisor import (
    CANCELLED,
    STOPPED,
    Supervised,
    Supervisor,
    dismiss_stub,
    new_commands,
)
from yoi_cli.workers.local.shim.wakeup import Wakeup

if TYPE_CHECKING:
    from typing import NoReturn

    from yoi_cli.workers.local.shim.compare import Comparison

_QUEUE_POLL_MS = 100
_TRIES = 3


def main() -> NoReturn:
    """Read the launch, detach, and supervise the worker to its end."""
    launch = unpack(files.read_all(0))
    _close_others(launch)
    load_table(launch.libraries)
    keep_parts()
    # What is there now stays, in this process and in the stub: a collection that looked at it would
    # write to every page of it, and so give each of them a copy of its own.
    gc.freeze()
    # The launcher's child was made the leader of a session; its child is none, so no terminal
    # can ever become its own.
    if os.fork() != 0:
        os._exit(0)
    code = 1
    try:
        os.setpgid(0, 0)
        os.chdir("/")
        os.set_inheritable(launch.lock, False)
        if launch.spool >= 0:
            os.set_inheritable(launch.spool, False)
        _supervise(launch)
        code = 0
    except OSError as error:
        _answer(ANSWER_FAILED + f" {error.errno or 0} shim".encode())
    finally:
        os._exit(code)


def _close_others(launch: Launch) -> None:
    """Close what the launcher's own caller had open: whoever waits for its end must not wait for
    the worker's."""
    folder = "/proc/self/fd" if os.path.exists("/proc/self/fd") else "/dev/fd"
    for name in os.listdir(folder):
        if int(name) > 2 and int(name) not in (launch.lock, launch.spool):
            with suppress(OSError):  # the descriptor by which the folder was read
                os.close(int(name))


def _answer(word: bytes) -> None:
    """Tell the launcher, once; one that is gone is not missed."""
    with suppress(OSError):
        os.write(1, word + b"\n")
    leave_streams()


def _supervise(launch: Launch) -> None:
    folder = files.open_folder(launch.folder)
    wakeup = Wakeup()
    adopt_orphans()
    me = identity(os.getpid())
    if launch.takeover is not None:
        take_over(folder, launch, wakeup, me, launch.takeover)
        return
    if launch.terminal:
        import yoi_cli.workers.local.shim.terminal  # noqa: F401 (used once yoi may be replaced)
    journal = StateWriter(folder, WorkerState(STARTING, boot_id(), me))
    slot = Slot(launch.group, launch.capacity) if launch.group else None
    if slot is not None and not _wait_for_room(folder, launch, journal, wakeup, slot):
        return
    wanted, launch = launch.confinement, _confined(launch)
    landlock = launch.confinement.abi if launch.confinement is not None else 0
    journal.put(journal.state._replace(phase=STARTING, landlock=landlock))
    comparison = _compared(wanted, landlock)
    supervised = _begin(folder, launch, journal, wakeup)
    if supervised is not None:
        _answer(ANSWER_READY)
        supervised = supervised._replace(comparison=comparison)
        Supervisor(folder, launch, journal, wakeup, supervised).run()
    if slot is not None:
        slot.leave()


def _confined(launch: Launch) -> Launch:
    """`launch` with as much of its confinement as this kernel knows."""
    wanted = launch.confinement
    if wanted is None:
        return launch
    from yoi_cli.workers.local.shim.landlock import kernel_abi

    abi = min(wanted.abi, kernel_abi())
    return launch._replace(confinement=wanted._replace(abi=abi) if abi else None)


def _compared(wanted: Confinement | None, landlock: int) -> Comparison | None:
    """What the kernel cannot keep from the worker, as it is before that runs."""
    if wanted is None:
        return None
    from yoi_cli.workers.local.shim.compare import begin

    return begin(wanted.watched if landlock else wanted.watched + wanted.watched_too)


def _wait_for_room(
    folder: int, launch: Launch, journal: StateWriter, wakeup: Wakeup, slot: Slot
) -> bool:
    """Wait in the queue; False where the worker was stopped or cancelled before it ran."""
    is_first = True
    while not slot.may_run():
        if is_first:
            journal.put(journal.state._replace(phase=QUEUED))
            journal.event("queued")
            _answer(ANSWER_QUEUED)
            is_first = False
        words = {word for _, word, _ in new_commands(folder, set())}
        if wakeup.was_told_to_stop or words & {"stop", "cancel"}:
            cause = CANCELLED if "cancel" in words else STOPPED
            slot.leave()
            journal.event("ended", cause=cause, why=NEVER_RAN)
            _write_end(journal, NEVER_RAN, cause)
            return False
        wakeup.wait(_QUEUE_POLL_MS)
    return True


def _begin(folder: int, launch: Launch, journal: StateWriter, wakeup: Wakeup) -> Supervised | None:
    """Start the worker and write down who it is before it runs; None where it cannot run."""
    for left in reversed(range(_TRIES)):
        try:
            prepared = prepare(folder, launch)
            break
        except StubKilledError:  # nothing ran yet, so it may be tried again
            if not left:
                raise
    wakeup.watch_notes(prepared.notes)
    started = journal.state._replace(
        phase=BEGINNING,
        stub=prepared.stub,
        worker=prepared.worker,
        started_at=now_ms(),
        ready_at=uptime_ms(),
    )
    journal.put(started)
    failure = release(prepared)
    if not failure:
        journal.put_if_possible(started._replace(phase=RUNNING))
        journal.event("started", pid=prepared.worker.pid)
        return Supervised(prepared.stub, prepared.worker, prepared.input_writer, prepared.pump)
    number, _, missing = failure.decode().partition(" ")
    dismiss_stub(prepared.stub, wakeup)
    journal.event("ended", why=CANNOT_START, missing=missing, errno=int(number))
    why = f"{CANNOT_START} ({os.strerror(int(number))}: its {missing})"
    _write_end(journal, why)
    _answer(ANSWER_FAILED + b" " + failure)
    return None


def take_over(
    folder: int, launch: Launch, wakeup: Wakeup, me: Identity, takeover: Takeover
) -> None:
    """Supervise a worker whose shim died: while it runs, or for what is left of it."""
    state = WorkerState(
        RUNNING,
        boot_id(),
        me,
        takeover.stub,
        takeover.worker,
        started_at=takeover.started_at,
        ready_at=takeover.ready_at,
        cause=takeover.cause,
        output_start=takeover.output_start,
        landlock=takeover.landlock,
    )
    journal = StateWriter(folder, state)
    journal.put_if_possible(state)
    journal.event("adopted")
    pump = _pump_of(folder, launch.worker_id, takeover)
    supervised = Supervised(takeover.stub, takeover.worker, -1, pump)
    runs = is_alive(takeover.worker) and not files.exists(folder, files.EXIT)
    if takeover.is_unwatched:
        from yoi_cli.workers.local.shim.compare import write_unknown

        with suppress(OSError):
            write_unknown(folder)
    if runs:
        _answer(ANSWER_READY)
    Supervisor(folder, launch, journal, wakeup, supervised).run()
    if not runs:
        _answer(ANSWER_ENDED)


def _pump_of(folder: int, worker_id: str, takeover: Takeover) -> Pump | None:
    """What takes over redacted output once the stub does so no more; from now on it holds the
    memory that the worker writes to.

    The values are where they were all the time: with the worker itself.
    """
    if not takeover.secret_names:
        return None
    keepers = (takeover.stub, identity(os.getpid()))
    was_alive = is_alive(takeover.worker)
    members = ProcessTree(worker_id, takeover.worker, keepers, was_alive).members()
    memory = find_memory(members)
    if memory is None:
        return None
    values = [
        value
        for who in members
        for name, value in environment_of(who.pid).items()
        if name in takeover.secret_names
    ]
    return Pump(folder, memory, Redactor(values))


def _write_end(journal: StateWriter, why: str, cause: str = "") -> None:
    journal.put(journal.state._replace(phase=ENDED, why=why, cause=cause, ended_at=now_ms()))
