"""How long a profile rests after its agent could not run (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.orchestration.outcome import LIMIT

if TYPE_CHECKING:
    from yoi_cli.orchestration.outcome import Inability

#: A rest of this length is waited out by a run; a longer one is a pause.
LONGEST_WAIT_MS = 60_000
#: Rests after one failure, after two; from the third on it is a pause, twice as long each time.
#: After one without a known reason nothing is waited for: the next agent may do better.
_RESTS_MS, _NO_RESTS_MS = (2_000, 5_000), (0, 0)
_FIRST_PAUSE_MS, _LONGEST_PAUSE_MS = 15 * 60_000, 6 * 60 * 60_000


class Pause(NamedTuple):
    """What is known of a profile whose agent could not run the last `failures` times: why
    (a kind of `outcome`), what it said, and until when it rests (Unix milliseconds).

    `is_told` says that the agent named that time.
    """

    failures: int
    kind: str
    said: str
    until: int
    is_told: bool = False


def after_failure(before: Pause | None, inability: Inability, now: int) -> Pause:
    """The rest after one more failure. One of another kind begins anew: only equal failures
    add up to a pause."""
    failures = 1 + (before.failures if before is not None and before.kind == inability.kind else 0)
    if inability.until is not None and inability.kind == LIMIT:
        return Pause(failures, inability.kind, inability.said, inability.until, is_told=True)
    rests = _RESTS_MS if inability.is_certain else _NO_RESTS_MS
    return Pause(failures, inability.kind, inability.said, now + _rest(failures, rests))


def _rest(failures: int, rests: tuple[int, ...]) -> int:
    if failures <= len(rests):
        return rests[failures - 1]
    doublings = min(failures - len(rests) - 1, 10)
    return min(_FIRST_PAUSE_MS << doublings, _LONGEST_PAUSE_MS)
