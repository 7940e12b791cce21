"""An import that dies, or meets a disk that refuses, leaves whole tickets; the next one brings the
rest, and what stands then is what one import would have left."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from support.file_stores import empty_store, fingerprint, open_store
from support.process import Result, script_program

from yoi_cli.errors import YoiError
from yoi_cli.store.files.sync_file_system import sync_file_system

pytestmark = pytest.mark.process

FOREIGN = Path(__file__).parent / "foreign" / "beads.jsonl"
IDS = 4


class Desk:
    """A store without tickets, made afresh for every import."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.workspace = folder / "workspace"
        self._env = env

    def imported(self, fault: str, number: int, *, anew: bool = True) -> Result:
        if anew:
            shutil.rmtree(self.workspace, ignore_errors=True)
            empty_store(self.workspace)
        python = script_program("faulty.py", self._env, self.workspace)
        arguments = ("-C", str(self.workspace), "ticket", "import", str(FOREIGN))
        return python(fault, str(number), *arguments, cwd=self.workspace, check=False)

    @property
    def tickets(self) -> dict[str, str]:
        """The files of the store by digest, what is unfinished left out."""
        found = fingerprint(self.workspace / ".yoi/tickets")
        return {path: digest for path, digest in found.items() if ".tmp-" not in path}


@pytest.fixture
def desk(tmp_path: Path, env: dict[str, str]) -> Desk:
    return Desk(tmp_path, env)


def test_a_kill_at_any_of_its_calls_loses_nothing_for_good(desk: Desk) -> None:
    logged = desk.imported("log", 0)
    calls = [line for line in logged.err.splitlines() if line.split(" ")[0].isalnum()]
    whole = desk.tickets
    renames = [n for n, line in enumerate(calls, 1) if line.startswith(("rename", "rmdir"))]
    points = sorted({1, len(calls) // 3, *renames, renames[0] - 1, renames[-1] + 1})
    for number in points:
        desk.imported("kill", number)
        there = desk.tickets
        assert there.items() <= whole.items(), number  # whole tickets, none of them half
        store = open_store(desk.workspace)
        for ticket in store.ids():
            assert {*store.files(ticket)} >= {"item.md", "thread.md"}
            assert all(store.exists(one.target) for one in store.relations(ticket)), number
        again = desk.imported("log", 0, anew=False)
        assert (again.code, desk.tickets) == (0, whole), number
        left = [one.name for one in (desk.workspace / ".yoi/tickets").iterdir()]
        assert not [name for name in left if name.startswith(".tmp-")], number


@pytest.mark.parametrize("fault", ["ENOSPC", "EIO"])
def test_a_disk_that_refuses_leaves_none_of_a_batch(desk: Desk, fault: str) -> None:
    calls = desk.imported("log", 0).err.splitlines()
    renames = [n for n, line in enumerate(calls, 1) if line.startswith("rename")]
    for number in (renames[0] - 2, renames[1], renames[-1]):
        result = desk.imported(fault, number)
        assert (result.code, desk.tickets) == (1, {}), number


def test_the_control_a_rename_before_the_sync_would_be_seen(desk: Desk) -> None:
    calls = [line.split(" ")[0] for line in desk.imported("log", 0).err.splitlines()]
    first = calls.index("rename")
    # Files are written before the first ticket is in its place, and nothing is written after it.
    assert "write" in calls[:first]
    assert calls.count("rename") >= IDS
    assert "write" not in calls[first : first + IDS]


def test_the_whole_file_system_is_brought_to_the_disk_or_each_file_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        assert sync_file_system(descriptor) in (True, False)
        monkeypatch.setattr("yoi_cli.store.files.sync_file_system._kernel", lambda: (5, 4))
        assert sync_file_system(descriptor) is False
    finally:
        os.close(descriptor)
    with pytest.raises((OSError, YoiError)):
        monkeypatch.undo()
        if not sync_file_system(descriptor):
            raise OSError
