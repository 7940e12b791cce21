"""Several threads ask one registry for a runtime that nobody has opened yet."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.api import session_at

from yoi_cli.api import registry as registries
from yoi_cli.api.registry import Registry, RuntimeEntry
from yoi_cli.api.runtime_kinds import FarRuntime, open_entry
from yoi_cli.api.session import Session

pytestmark = pytest.mark.process


def test_all_get_the_same_one_and_no_other_stays_open(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both, made, closed = threading.Barrier(2), list[FarRuntime](), list[FarRuntime]()

    def slowly(session: Session, runtime_id: str, entry: RuntimeEntry) -> FarRuntime:
        runtime = open_entry(session, runtime_id, entry)
        close = runtime.close

        def closing() -> None:
            closed.append(runtime)
            close()

        monkeypatch.setattr(runtime, "close", closing)
        made.append(runtime)
        both.wait(timeout=30)
        return runtime

    monkeypatch.setattr(registries, "open_entry", slowly)
    registry = Registry(session_at(workspace, FAR_TOKEN="x"))
    registry.add("far", RuntimeEntry(kind="http", url="http://127.0.0.1:9", token_env="FAR_TOKEN"))
    with ThreadPoolExecutor(2) as threads:
        one, other = threads.map(registry.runtime, ("far", "far"))
    assert one is other
    assert closed == [runtime for runtime in made if runtime is not one]
    registry.close()
    assert len(closed) == len(made) == 2
