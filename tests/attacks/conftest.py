"""Clones that are attacked by their own workers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.attacks import AttackedClone, attacked_clone
from support.process import Program


@pytest.fixture
def clone(workspace: Path, yoi: Program, git: Program) -> Iterator[AttackedClone]:
    made = attacked_clone(workspace, yoi, git)
    try:
        yield made
    finally:
        yoi("worker", "stop", "--grace", "0", made.victim, cwd=workspace)
