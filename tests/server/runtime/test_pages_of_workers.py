"""A page of workers costs what is on it, and not what there is."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.asgi import app_of, runtime_context
from support.process import Program
from support.runtimes import await_until

from yoi_cli.server.runtime.serve import look_after
from yoi_cli.workers.local.runtime import FileRuntime
from yoi_cli.workers.local.settled import mark_of

pytestmark = pytest.mark.process


def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The workers that are read from now on."""
    read: list[str] = []
    snapshot = FileRuntime._snapshot

    def counted(runtime: FileRuntime, worker_id: str) -> object:
        read.append(worker_id)
        return snapshot(runtime, worker_id)

    monkeypatch.setattr(FileRuntime, "_snapshot", counted)
    return read


def test_no_worker_is_read_for_a_page_that_it_is_not_on(
    yoi: Program, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [
        str(yoi("worker", "spawn", "--json", "--", "true", cwd=workspace).json["worker_id"])
        for _ in range(5)
    ]
    read = reads(monkeypatch)
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


def test_what_ended_is_read_when_the_server_starts_and_again_when_it_is_another(
    yoi: Program, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spawned = yoi("worker", "spawn", "--json", "--", "true", cwd=workspace)
    worker_id = str(spawned.json["worker_id"])
    yoi("worker", "wait", worker_id, cwd=workspace)
    folder = workspace / ".git/yoi/workers" / worker_id
    await_until(lambda: mark_of(str(folder)) is not None)
    context = runtime_context(workspace)
    look_after(context)
    assert context.readiness.ready
    read = reads(monkeypatch)
    client = app_of(context).client()
    (listed,) = client.get("/v1/workers").json()["data"]["items"]
    assert (listed["exit_code"], read) == (0, [])
    end = folder / "exit"
    end.write_bytes(end.read_bytes().replace(b'"code": 0', b'"code": 7'))
    (listed,) = client.get("/v1/workers").json()["data"]["items"]
    assert (listed["exit_code"], read) == (7, [worker_id])
