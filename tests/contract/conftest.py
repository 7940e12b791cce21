"""The stores that every contract test is run on."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.file_stores import empty_store
from support.memory_store import MemoryStore

from yoi_cli.store.ports import TicketStore


@pytest.fixture(params=["memory", "files"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> TicketStore:
    if request.param == "memory":
        return MemoryStore()
    return empty_store(tmp_path / "workspace")
