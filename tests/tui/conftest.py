"""The panel over both of its backends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.panel import served_to_panels
from support.process import Program


@pytest.fixture(params=["store", "server"])
def each_backend(request: pytest.FixtureRequest, yoi: Program) -> Iterator[None]:
    """Once with the panel on the clone's store, and once on a server that shows it."""
    if request.param == "store":
        yield
        return
    with served_to_panels(yoi):
        yield
