"""The thread that keeps the panel true: whoever asks it to read is never passed over."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from support.panel import Panel, drive
from support.process import Program
from support.workspaces import put

pytestmark = pytest.mark.process


@contextmanager
def every_other_thread_waiting(seconds: float) -> Iterator[None]:
    """For so long no other Python thread runs, as on a machine that is busy: what waits for a
    time has waited for it in vain meanwhile, and finds that out afterwards."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(60)
    try:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pass
        yield
    finally:
        sys.setswitchinterval(before)


def test_whoever_asks_while_its_wait_runs_out_is_heard(workspace: Path, yoi: Program) -> None:
    put(workspace, 1, "ready")

    async def script(panel: Panel) -> None:
        feed = panel.app.feed

        def heard(readings: int) -> bool:
            return feed.readings >= readings

        for _ in range(4):
            wanted = feed.readings + 1
            with every_other_thread_waiting(0.25):
                feed.ask()
            await panel.until(partial(heard, wanted), "a reading")

    drive(workspace, script)
