"""`make` on a fresh machine says what it is about to do where that takes long."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.process
@pytest.mark.parametrize("target", ["demo", "test", "quick"])
def test_each_long_step_of_an_installation_is_announced(target: str, tmp_path: Path) -> None:
    planned = subprocess.run(
        ["make", "--dry-run", f"VENV={tmp_path}/venv", target],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    long = [
        number for number, line in enumerate(planned) if " -m venv " in line or " -m pip " in line
    ]
    assert len(long) == 2
    assert all(planned[number - 1].startswith("echo ") for number in long)
