"""`make demo` shows the whole job, and every command in it works."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

DEMO = Path(__file__).parents[2] / "examples" / "demo.sh"


@pytest.mark.slow
def test_the_demo_merges_four_tickets_and_leaves_nothing_behind(
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
        timeout=120,
    )
    shown = done.stdout + done.stderr
    assert done.returncode == 0, shown
    assert "[internal]" not in shown
    assert len(re.findall(r"^[*|\\/ ]+[0-9a-f]{7,} Merge work/", done.stdout, re.MULTILINE)) == 4
    assert len(re.findall(r"^closed\t", done.stdout, re.MULTILINE)) == 4
    assert "`total` has no test" in done.stdout, "the reviewer asks for changes once"
    assert list(place.iterdir()) == []
