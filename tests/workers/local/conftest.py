"""A worker runtime for each test, of which nothing may be left when the test is over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.workers import Workers, workers_in


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    with workers_in(tmp_path) as made:
        yield made
