"""What the campaigns start is found where a system has it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support import environment
from torture.campaigns import power


def test_the_power_cut_finds_its_programs_in_the_folders_that_path_lacks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(environment, "SYSTEM_FOLDERS", (str(tmp_path / "sbin"),))
    assert power.missing_programs() == list(power.PROGRAMS)

    (tmp_path / "sbin").mkdir()
    for name in power.PROGRAMS:
        (tmp_path / "sbin" / name).touch(0o755)

    assert power.missing_programs() == []


@pytest.mark.skipif(shutil.which("mkfs.ext4", path="/sbin") is None, reason="no mkfs.ext4 in /sbin")
def test_the_file_system_is_made_where_path_is_that_of_a_user(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/usr/local/bin:/usr/bin:/bin")
    assert "mkfs.ext4" not in power.missing_programs()
