"""Starting a shim, and hearing what became of it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.workers.local.shim.kernel import NOBODY
from yoi_cli.workers.local.shim.launch import OF_SHIM, Bounds, Launch, Takeover, pack
from yoi_cli.workers.model import why_lost

if TYPE_CHECKING:
    from yoi_cli.workers.local.folder import WorkerSnapshot


_ENTRY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "shim")
_ANSWER_SECONDS = 30.0


class ShimAnswer(NamedTuple):
    """The shim's word: `ready`, `queued`, `failed`, `ended`; empty where it died unheard."""

    word: str
    number: int = 0
    missing: str = ""


def start_shim(launch: Launch) -> ShimAnswer:
    """Start a shim that inherits the descriptor `launch.lock`, and wait for its answer.

    No argument and no variable of it tells more than the worker's id.
    """
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", _ENTRY, launch.worker_id],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={OF_SHIM: launch.worker_id},
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


def adoption(seen: WorkerSnapshot, path: str, lock: int) -> Launch:
    """The launch of a shim that takes over the worker whose folder is at `path`.

    Processes of another run of the machine are nobody's by now. `lock` is a descriptor that
    holds the worker's lock.
    """
    spec, state = seen.spec, seen.state
    known = state if seen.facts.is_this_boot else None
    standing = Takeover(
        stub=known.stub if known is not None else NOBODY,
        worker=known.worker if known is not None else NOBODY,
        ready_at=state.ready_at if state is not None else 0,
        started=state.started_at if state is not None else 0,
        cause=state.cause if state is not None else "",
        output_start=state.output_start if state is not None else 0,
        why_lost=why_lost(seen.facts),
        secret_names=tuple(map(os.fsencode, spec.secrets)),
    )
    return Launch(
        worker_id=seen.view.worker_id,
        folder=os.fsencode(path),
        lock=lock,
        bounds=Bounds(spec.timeout, spec.grace, spec.output_limit),
        standing=standing,
    )
