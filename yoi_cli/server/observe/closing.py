"""How an observation ends: the code of the close frame, its reason, and whether to come again
(docs/runtime.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import NotFoundError, UsageError
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from yoi_cli.errors import YoiError


class Closing(NamedTuple):
    """An end. `word` is the reason that the close frame gives, `retry` whether it is worth while
    to come again: `no`, `cursor` (with the cursor) or `snapshot` (without).

    `message` is what the diagnostic before it says; one without is told by the close frame alone.
    """

    code: int
    word: str
    retry: str = "no"
    message: str = ""


WORKER_ENDED = Closing(1000, "worker_ended")
CAUGHT_UP = Closing(1000, "caught_up")
SERVER_STOPPING = Closing(1001, "server_stopping", "cursor")
OBSERVATION_ONLY = Closing(
    1008,
    "observation_only",
    message="This connection only observes; a client may send `ack` and `ping`.",
)
FRAME_TOO_LARGE = Closing(1009, "frame_too_large", message="A client's frame has 4 KiB at most.")
INTERNAL = Closing(
    1011, "internal", "cursor", "The observation failed; the server's log says more."
)
TOO_MANY_VIEWERS = Closing(
    1013, "too_many_viewers", "cursor", "As many viewers as are served are here already."
)
SLOW_VIEWER = Closing(1013, "slow_viewer", "cursor")
INVALID_REQUEST = Closing(
    4400, "invalid_request", message="A parameter of the request means nothing here."
)
CURSOR_MALFORMED = Closing(
    4400, "cursor_malformed", message="That is no cursor of this worker; ask without one."
)
UNAUTHORIZED = Closing(4401, "unauthorized", message="The credential does not count any more.")
FORBIDDEN = Closing(4403, "forbidden", message="This worker is not for you to see.")
WORKER_NOT_FOUND = Closing(4404, "worker_not_found", message="There is no such worker.")
RUNTIME_NOT_FOUND = Closing(4404, "runtime_not_found", message="There is no such runtime.")
CURSOR_EXPIRED = Closing(
    4410, "cursor_expired", "snapshot", "What the cursor points at is not kept any more."
)
UPSTREAM_MALFORMED = Closing(
    4502, "upstream_malformed", "cursor", "The runtime answered something that means nothing."
)
RUNTIME_AUTH_FAILED = Closing(
    4502, "runtime_auth_failed", "cursor", "The runtime does not accept this backend's credential."
)
RUNTIME_UNAVAILABLE = Closing(
    4503, "runtime_unavailable", "cursor", "The runtime cannot be reached now."
)
UPSTREAM_TIMEOUT = Closing(
    4504, "upstream_timeout", "cursor", "The runtime did not answer in time."
)

CLOSINGS: tuple[Closing, ...] = (
    WORKER_ENDED,
    CAUGHT_UP,
    SERVER_STOPPING,
    OBSERVATION_ONLY,
    FRAME_TOO_LARGE,
    INTERNAL,
    TOO_MANY_VIEWERS,
    SLOW_VIEWER,
    INVALID_REQUEST,
    CURSOR_MALFORMED,
    UNAUTHORIZED,
    FORBIDDEN,
    WORKER_NOT_FOUND,
    RUNTIME_NOT_FOUND,
    CURSOR_EXPIRED,
    UPSTREAM_MALFORMED,
    RUNTIME_AUTH_FAILED,
    RUNTIME_UNAVAILABLE,
    UPSTREAM_TIMEOUT,
)


def closing_of_error(error: YoiError) -> Closing:
    """The end of an observation that `error` brings about."""
    if isinstance(error, (NotFoundError, UsageError)):
        return WORKER_NOT_FOUND
    if not error.code.startswith("runtime_"):
        return INTERNAL
    return _OF_CODES.get(error.code, RUNTIME_UNAVAILABLE)


_OF_CODES = {
    "runtime_auth_failed": RUNTIME_AUTH_FAILED,
    "runtime_timeout": UPSTREAM_TIMEOUT,
    "runtime_malformed": UPSTREAM_MALFORMED,
}


def closing_of(code: int, word: str) -> Closing | None:
    """The end that a close frame tells of, None for one that is not of this table."""
    return next((one for one in CLOSINGS if (one.code, one.word) == (code, word)), None)


class ObservationClosed(Exception):  # noqa: N818 - it is how every observation ends
    """The observation is over, as `closing` says."""

    def __init__(self, closing: Closing) -> None:
        super().__init__(closing.word)
        self.closing = closing
