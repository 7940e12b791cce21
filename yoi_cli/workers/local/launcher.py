"""Starting a shim, and hearing what became of it."""

from __future__ import annotations

import os
import select
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.local.shim.launch import OF_SHIM, pack
from yoi_cli.workers.local.shim.parts import PORTABLE, is_portable_forced, parts
from yoi_cli.workers.local.shim.state import ENDED
from yoi_cli.workers.local.spec import takeover_launch

if TYPE_CHECKING:
    from yoi_cli.workers.local.folder import WorkerFolder
    from yoi_cli.workers.local.shim.launch import Launch

ENTRY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "shim", "__main__.py")
_ANSWER_SECONDS = 30.0
#: The descriptor by which a shim holds its worker's lock.
_LOCK = 3


class ShimAnswer(NamedTuple):
    """The shim's word: `ready`, `queued`, `failed`, `ended`; empty where it died unheard.

    With `failed` come the error's `number`, and which is `missing`: `program`, `folder`, or
    `shim` for anything else.
    """

    word: str
    number: int = 0
    missing: str = ""


def check_system() -> None:
    """Raises `OperationError` (`worker_unsupported`) where no worker can run."""
    if shim_libraries() is None:
        raise OperationError(
            "worker_unsupported",
            "This system cannot tell processes apart well enough to run workers.",
            hint="On Linux /proc has to be mounted; elsewhere psutil is needed: install it.",
        )


def shim_libraries() -> bytes | None:
    """The folder of what a shim needs beyond the standard library, empty where that is nothing;
    None where it is needed and not there."""
    if parts().table:
        return b""
    try:
        import psutil
    except (ImportError, OSError):
        return None
    try:
        psutil.Process().create_time()
    except (OSError, psutil.Error):
        return None
    return os.fsencode(os.path.dirname(os.path.dirname(os.path.abspath(psutil.__file__))))


def start_shim(launch: Launch) -> ShimAnswer:
    """Start a shim that inherits the descriptor `launch.lock`, and wait for its answer.

    No argument and no variable of it tells more than the worker's id.
    """
    libraries = shim_libraries() or b""
    data = pack(launch._replace(libraries=libraries, lock=_LOCK))
    forced = {PORTABLE: "1"} if is_portable_forced() else {}
    null = os.open(os.devnull, os.O_RDWR)
    (told, tell), (heard, say) = os.pipe(), os.pipe()
    try:
        # In this order: a descriptor that is meant to be the lock's has become another's by then.
        # `subprocess` would take a twelfth of what a launch costs to load.
        process = os.posix_spawn(
            sys.executable,
            [sys.executable, "-I", "-S", ENTRY, launch.worker_id],
            {OF_SHIM: launch.worker_id, **forced},
            file_actions=[
                (os.POSIX_SPAWN_DUP2, source, target)
                for target, source in enumerate((told, say, null, launch.lock))
            ],
            setsid=True,
        )
    except BaseException:
        os.close(tell)
        os.close(heard)
        raise
    finally:
        for one in (null, told, say):
            os.close(one)
    try:
        answer = _converse(tell, heard, data)
    finally:
        with suppress(ChildProcessError):
            os.waitpid(process, 0)
    if answer is None:
        return ShimAnswer("")
    words = answer.decode(errors="replace").split(None, 2)
    if len(words) == 3:
        return ShimAnswer(words[0], int(words[1]), words[2].strip())
    return ShimAnswer(words[0] if words else "")


def _converse(tell: int, heard: int, data: bytes) -> bytes | None:
    """What comes back from `heard` while `data` goes to `tell`, both of which are closed; None
    where that takes too long."""
    poller = select.poll()
    poller.register(heard, select.POLLIN)
    poller.register(tell, select.POLLOUT)
    os.set_blocking(tell, False)
    is_telling = True
    parts: list[bytes] = []
    end = time.monotonic() + _ANSWER_SECONDS
    try:
        while (left := end - time.monotonic()) > 0:
            for descriptor, _ in poller.poll(left * 1000):
                if descriptor == tell:
                    data = _written(tell, data)
                    if not data:
                        poller.unregister(tell)
                        os.close(tell)
                        is_telling = False
                    continue
                part = os.read(heard, 4096)
                if not part:
                    return b"".join(parts)
                parts.append(part)
    finally:
        os.close(heard)
        if is_telling:
            os.close(tell)
    return None


def _written(descriptor: int, data: bytes) -> bytes:
    """What is left of `data` once as much as goes is written; nothing where nobody reads it."""
    try:
        return data[os.write(descriptor, data) :]
    except BlockingIOError:
        return data
    except BrokenPipeError:
        return b""


def adopt(folder: WorkerFolder, path: str, runtime_id: str) -> str:
    """Start a shim for a worker that has none; its answer, empty where it has one now."""
    with folder.lock(shared=False) as lock:
        if lock is None:
            return ""
        seen = folder.snapshot(runtime_id)
        if seen.verdict.is_settled:
            return ENDED
        return start_shim(takeover_launch(seen, path=path, lock=lock)).word or "died"
