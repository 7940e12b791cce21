"""`make demo` shows the main job, and every command in it works."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

DEMO = Path(__file__).parents[2] / "examples" / "demo.sh"


def test_the_demo_runs_to_its_end_and_leaves_nothing_behind(
    env: dict[str, str], tmp_path: Path
) -> None:
    program = Path(sys.executable).parent
    place = tmp_path / "tmp"
    place.mkdir()
    done = subprocess.run(
        ["bash", DEMO],
        env=env | {"PATH": f"{program}{os.pathsep}{env['PATH']}", "TMPDIR": str(place)},
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[internal]" not in done.stdout + done.stderr
    assert "It is all markdown in git" in done.stdout
    assert list(place.iterdir()) == []
