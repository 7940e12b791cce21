"""How an observation ends where a worker, or whoever has it, cannot be asked."""

from __future__ import annotations

import pytest

from yoi_cli.errors import StoreInvalidError, YoiError
from yoi_cli.server.observe import closing
from yoi_cli.server.observe.closing import Closing, closing_of_error
from yoi_cli.workers.lookup import worker_not_found
from yoi_cli.workers.remote.errors import runtime_error


@pytest.mark.parametrize(
    ("error", "end"),
    [
        (runtime_error("runtime_unreachable", "gpu"), closing.RUNTIME_UNAVAILABLE),
        (runtime_error("runtime_timeout", "gpu"), closing.UPSTREAM_TIMEOUT),
        (runtime_error("runtime_malformed", "gpu"), closing.UPSTREAM_MALFORMED),
        (runtime_error("runtime_auth_failed", "gpu"), closing.RUNTIME_AUTH_FAILED),
        (worker_not_found("w-1"), closing.WORKER_NOT_FOUND),
        (StoreInvalidError("worker_store_corrupt", "It cannot be read."), closing.INTERNAL),
    ],
    ids=lambda one: one.code if isinstance(one, YoiError) else "",
)
def test_what_cannot_be_asked_ends_an_observation_with_its_own_code(
    error: YoiError, end: Closing
) -> None:
    assert closing_of_error(error) == end
