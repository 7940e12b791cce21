"""Starting a shim, and hearing what became of it."""

from __future__ import annotations

import os
import subprocess
import sys
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
    launch = launch._replace(libraries=shim_libraries() or b"")
    forced = {PORTABLE: "1"} if is_portable_forced() else {}
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", ENTRY, launch.worker_id],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={OF_SHIM: launch.worker_id, **forced},
        cwd="/",
        pass_fds=(launch.lock,),
        start_new_session=True,
    )
    with process:
        try:
            answer, _ = process.communicate(pack(launch), _ANSWER_SECONDS)
        except subprocess.TimeoutExpired:
            return ShimAnswer("")
    words = answer.decode(errors="replace").split(None, 2)
    if len(words) == 3:
        return ShimAnswer(words[0], int(words[1]), words[2].strip())
    return ShimAnswer(words[0] if words else "")


def adopt(folder: WorkerFolder, path: str, runtime_id: str) -> str:
    """Start a shim for a worker that has none; its answer, empty where it has one now."""
    with folder.lock(shared=False) as lock:
        if lock is None:
            return ""
        seen = folder.snapshot(runtime_id)
        if seen.verdict.is_settled:
            return ENDED
        return start_shim(takeover_launch(seen, path=path, lock=lock)).word or "died"
