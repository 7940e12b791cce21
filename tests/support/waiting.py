"""Waiting for a condition, never for time to pass."""

from __future__ import annotations

import time
from collections.abc import Callable

#: Far beyond what anything here takes; a hang becomes a failure.
_SECONDS = 90.0


def wait_until(condition: Callable[[], object], what: str = "", seconds: float = _SECONDS) -> float:
    """Wait for a condition; how many seconds it took. Fails with `what` was waited for."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"this never came: {what or condition}"
        time.sleep(0.01)
    return time.monotonic() - began
