"""`yoi runtime cleanup`: what workers left is shown, and removed by name or all at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.data import Data
from support.process import Program

pytestmark = pytest.mark.process


@pytest.fixture
def left(yoi: Program, git: Program, workspace: Path) -> tuple[str, str, Path]:
    """The targets of a worker that ended and of a worktree that holds work of its own, and where
    that is; its ticket is closed."""
    git("add", "--all")
    git("commit", "--quiet", "--message", "Begin")
    worker = str(yoi("worker", "spawn", "--json", "--", "true").json["worker_id"])
    yoi("worker", "wait", worker)
    ticket = str(yoi("ticket", "create", "-t", "Dirty", "--json").json["id"])
    path = Path(str(yoi("worktree", "add", ticket, "--json").json["path"]))
    (path / "new.txt").write_text("written nowhere else\n")
    yoi("ticket", "close", ticket, "-m", "Not wanted.")
    return f"worker:{worker}", f"worktree:{ticket}", path


def targets(yoi: Program) -> dict[str, Data]:
    found = yoi("runtime", "cleanup", "local", "--json").json["targets"]
    return {one["id"]: one for one in found}


def test_all_takes_away_what_holds_nothing_of_its_own(
    yoi: Program, left: tuple[str, str, Path]
) -> None:
    record, worktree, path = left
    assert {id_: one["dirty"] for id_, one in targets(yoi).items()} == {
        record: False,
        worktree: True,
    }
    assert yoi("runtime", "cleanup", "local", "--all").out == f"removed\t{record}\n"
    assert [*targets(yoi)] == [worktree] and path.exists()


def test_what_holds_work_goes_by_its_name_and_with_force_and_the_work_is_kept(
    yoi: Program, git: Program, left: tuple[str, str, Path]
) -> None:
    _, worktree, path = left
    refused = yoi("runtime", "cleanup", "local", worktree, "--json", check=False)
    assert (refused.error["code"], path.exists()) == ("cleanup_refused", True)
    removed = yoi("runtime", "cleanup", "local", worktree, "--force")
    word, name, kept = removed.out.rstrip("\n").split("\t")
    assert (word, name, path.exists()) == ("removed", worktree, False)
    assert git("show", f"{kept}:new.txt").out == "written nowhere else\n"


def test_what_is_unknown_or_said_twice_removes_nothing(
    yoi: Program, left: tuple[str, str, Path]
) -> None:
    record, worktree, _ = left
    for words in (("nothing", record), (record, "--all"), ("--all", "--force")):
        refused = yoi("runtime", "cleanup", "local", *words, "--json", check=False)
        assert refused.error["code"] in ("cleanup_refused", "usage")
    assert {*targets(yoi)} == {record, worktree}
