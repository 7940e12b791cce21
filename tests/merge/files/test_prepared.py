"""Files that lie ready for the shell in front of the merge driver."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from yoi_cli.errors import StoreInvalidError
from yoi_cli.merge.files.prepared import PreparedFiles

OID = "1" * 40


def begin(git_dir: Path, process: int | str = 1) -> PreparedFiles | None:
    return PreparedFiles.begin(f"{git_dir}/yoi-merge/{process}")


def gone() -> int:
    """The number of a process that is no more."""
    done = subprocess.Popen(["true"])
    done.wait()
    return done.pid


@pytest.mark.process
def test_a_file_lies_at_its_path_with_gits_names_of_all_four(tmp_path: Path) -> None:
    prepared = begin(tmp_path)
    assert prepared is not None
    with prepared:
        prepared.add("a/b/thread.md", None, OID, "2" * 40, b"merged\n")

    there = tmp_path / "yoi-merge/1/a/b/thread.md"
    empty = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    assert there.read_bytes() == b"merged\n"
    named = subprocess.run(
        ["git", "hash-object", there], capture_output=True, check=True, text=True
    )
    note = there.with_name("thread.md.ids").read_text()
    assert note == f"{empty} {OID} {'2' * 40} {named.stdout}"


@pytest.mark.parametrize("path", ["../thread.md", "a/../../thread.md", "/thread.md", "a//b", "a/."])
def test_a_path_that_leads_elsewhere_is_passed_over(tmp_path: Path, path: str) -> None:
    prepared = begin(tmp_path)
    assert prepared is not None
    with prepared:
        prepared.add(path, OID, OID, OID, b"")

    assert [name for _, _, names in os.walk(tmp_path) for name in names] == []


def test_nobody_begins_twice_for_one_process(tmp_path: Path) -> None:
    assert begin(tmp_path) is not None
    assert begin(tmp_path) is None


@pytest.mark.parametrize("process", ["", "..", "x", "1/2"])
def test_a_folder_that_is_none_of_ours_is_left_alone(tmp_path: Path, process: str) -> None:
    assert begin(tmp_path, process) is None
    assert os.listdir(tmp_path) == []


@pytest.mark.process
def test_what_processes_left_that_are_gone_is_removed(tmp_path: Path) -> None:
    own, other = os.getpid(), gone()
    for process in (own, other):
        assert begin(tmp_path, process) is not None

    assert begin(tmp_path, 1) is not None

    assert set(os.listdir(tmp_path / "yoi-merge")) == {"1", str(own)}


def test_no_symlink_is_followed(tmp_path: Path) -> None:
    there = tmp_path / "there"
    (there / "77").mkdir(parents=True)
    (tmp_path / "yoi-merge").symlink_to(there)

    with pytest.raises(StoreInvalidError):
        begin(tmp_path)

    assert os.listdir(there) == ["77"]


def test_there_is_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yoi_cli.merge.files.prepared.MOST_FILES", 1)
    prepared = begin(tmp_path)
    assert prepared is not None
    with prepared:
        assert not prepared.is_full
        prepared.add("a", OID, OID, OID, b"")
        assert prepared.is_full
