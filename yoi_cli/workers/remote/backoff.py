"""How long to wait before coming again."""

from __future__ import annotations

import random

FIRST_SECONDS, LONGEST_SECONDS = 0.25, 30.0
#: A connection that lived so long was in health: what follows is a new trouble.
HEALTHY_SECONDS = 30.0


class Backoff:
    """Pauses that double from a quarter of a second to half a minute, with jitter, so that many
    who were sent away together do not come back together."""

    def __init__(self) -> None:
        self._failures = 0

    def pause(self, lived: float) -> float:
        """The pause after a connection that lived so many seconds."""
        if lived >= HEALTHY_SECONDS:
            self._failures = 0
        longest = min(LONGEST_SECONDS, FIRST_SECONDS * 2.0 ** min(self._failures, 20))
        self._failures += 1
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - nobody gains by guessing it
