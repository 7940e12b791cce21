"""`yoi serve` for tests, each with a workspace of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.process import Program
from support.servers import Backend, serving_workspace


@pytest.fixture
def backend(yoi: Program, workspace: Path) -> Iterator[Backend]:
    """`yoi serve` for the workspace of the test."""
    with serving_workspace(yoi, cwd=workspace) as running:
        yield running
