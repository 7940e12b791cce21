"""A worker runtime for each test, of which nothing may be left when the test is over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.workers import PORTABLE_WAY, Workers, workers_in

from yoi_cli.workers.local.shim.parts import PORTABLE


@pytest.fixture
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How workers are supervised: the system's own way, or what a test asked for (`both_ways`)."""
    chosen = str(getattr(request, "param", "own"))
    if chosen == PORTABLE_WAY:
        monkeypatch.setenv(PORTABLE, "1")
    return chosen


@pytest.fixture
def workers(way: str, tmp_path: Path) -> Iterator[Workers]:
    with workers_in(tmp_path) as made:
        yield made
