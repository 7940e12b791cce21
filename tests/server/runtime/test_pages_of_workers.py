"""A page of workers costs what is on it, and not what there is."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.asgi import app_of, runtime_context
from support.process import Program

from yoi_cli.workers.local.runtime import FileRuntime

pytestmark = pytest.mark.process


def test_no_worker_is_read_for_a_page_that_it_is_not_on(
    yoi: Program, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [
        str(yoi("worker", "spawn", "--json", "--", "true", cwd=workspace).json["worker_id"])
        for _ in range(5)
    ]
    read: list[str] = []
    snapshot = FileRuntime._snapshot

    def counted(runtime: FileRuntime, worker_id: str) -> object:
        read.append(worker_id)
        return snapshot(runtime, worker_id)

    monkeypatch.setattr(FileRuntime, "_snapshot", counted)
    client = app_of(runtime_context(workspace)).client()
    first = client.get("/v1/workers?limit=2").json()["data"]
    assert read == ids[:3]  # one more, which tells that there is more
    read.clear()
    cursor = first["page"]["next_cursor"]
    last = client.get(f"/v1/workers?limit=3&cursor={cursor}").json()["data"]
    # The first of them was read for the page before, and need not be again once it has ended.
    assert read in (ids[2:], ids[3:])
    assert [one["worker_id"] for one in last["items"]] == ids[2:]
    assert (first["page"]["has_more"], last["page"]["has_more"]) == (True, False)
