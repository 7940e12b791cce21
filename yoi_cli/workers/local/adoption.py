"""What a new shim is told of a worker whose own died."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.workers.local.shim.kernel import NOBODY
from yoi_cli.workers.local.shim.launch import Bounds, Launch, Standing
from yoi_cli.workers.model import why_lost

if TYPE_CHECKING:
    from yoi_cli.workers.local.folder import Seen


def adoption(seen: Seen, path: str, lock: int) -> Launch:
    """The launch of a shim that takes over the worker whose folder is at `path`.

    Processes of another run of the machine are nobody's by now. `lock` is a descriptor that
    holds the worker's lock.
    """
    spec, state = seen.spec, seen.state
    known = state if seen.facts.is_this_boot else None
    standing = Standing(
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
