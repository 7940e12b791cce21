"""A copy of a worker's folder is nobody's worker (docs/workers.md)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from support.workers import Workers, both_ways, kill

from yoi_cli.workers.local.runtime import FileRuntime
from yoi_cli.workers.local.shim.kernel import is_alive

pytestmark = both_ways

SLEEP = "import time\ntime.sleep(60)"


@pytest.mark.parametrize("killed", [(), ("shim",), ("shim", "stub")])
def test_a_copied_record_neither_ends_nor_adopts_the_worker_that_it_is_of(
    workers: Workers, tmp_path: Path, killed: tuple[str, ...]
) -> None:
    worker_id = workers.spawn_python(SLEEP)
    standing = workers.standing(worker_id)
    kill(*(getattr(standing, role) for role in killed))
    shutil.copytree(workers.path, tmp_path / "copy")
    copy = FileRuntime(str(tmp_path / "copy"), os.environ)

    seen = copy.show(worker_id)
    assert (seen.state, "copy" in seen.evidence) == ("lost", True)
    assert copy.stop(worker_id, 0).state == "lost"
    assert copy.cancel(worker_id).state == "lost"
    assert copy.recover() == []
    assert is_alive(standing.worker)
    assert workers.runtime.show(worker_id).state == "running"
    assert workers.runtime.stop(worker_id, 0).has_ended
    assert not is_alive(standing.worker)


def test_a_worker_goes_on_in_a_folder_that_was_moved(workers: Workers, tmp_path: Path) -> None:
    worker_id = workers.spawn_python(SLEEP)
    (workers.path / worker_id).rename(tmp_path / worker_id)
    moved = FileRuntime(str(tmp_path), os.environ)
    assert moved.show(worker_id).state == "running"
    assert moved.stop(worker_id, 0).state == "killed"
