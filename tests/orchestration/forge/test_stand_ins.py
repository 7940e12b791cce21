"""The stand-ins of the tests take what `gh` and `glab` document, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

STAND_INS = Path(__file__).parents[2] / "support" / "forge_stand_ins.py"

pytestmark = pytest.mark.process


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("gh", "pr create --repo=github.com/a/b --head=x --base=main --title=T"),
        (
            "gh",
            "pr create --repo=github.com/a/b --head=x --base=main --title=T --body-file=- --yes",
        ),
        ("gh", "pr list --repo=github.com/a/b --source-branch=x --json=number"),
        ("gh", "pr view 1 --repo=github.com/a/b --json=number,reviewThreads"),
        ("gh", "pr merge 1 --repo=github.com/a/b"),
        ("gh", "auth status --hostname=elsewhere.org"),
        ("glab", "mr create --repo=github.com/a/b --source-branch=x --target-branch=y --title=T"),
        ("glab", "mr list --repo=github.com/a/b --output=json --state=all"),
        ("glab", "mr view 1 --repo=github.com/a/b --json=iid"),
    ],
)
def test_another_flag_field_or_command_is_refused(tmp_path: Path, program: str, words: str) -> None:
    request = {"number": 1, "head": "x", "base": "main", "state": "open", "merge": "", "title": ""}
    given = {"bare": str(tmp_path), "host": "github.com", "path": "a/b", "logged_in": True}
    state = tmp_path / "state.json"
    lists: dict[str, list[str]] = {"reviews": [], "comments": []}
    state.write_text(json.dumps({**given, "requests": [{**request, **lists}], "calls": []}))
    command = [sys.executable, "-I", str(STAND_INS), program, str(state), *words.split()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
