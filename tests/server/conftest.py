"""A running server for the tests of a module, which share it where they change nothing of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.process import Program
from support.servers import RunningServer, serving


@pytest.fixture
def server(yoi: Program, workspace: Path) -> Iterator[RunningServer]:
    """`yoi runtime serve` for the workspace of the test."""
    with serving(yoi, cwd=workspace) as running:
        yield running
