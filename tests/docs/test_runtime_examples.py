"""docs/runtime.md: its examples run as a reader would type them, and print what the page says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.process import Program

pytestmark = pytest.mark.process
WHOLE = (Path(__file__).parents[2] / "docs/runtime.md").read_text(encoding="utf-8")
#: What follows has tests of its own.
PAGE = WHOLE.partition("## Observation")[0]
PROFILES = """
[profiles.greeter]
command = ["sh", "-c", "cat; echo ', and goodbye'"]

[profiles.echo]
command = ["cat"]
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_examples_print_what_the_page_says(
    yoi: Program, env: dict[str, str], workspace: Path, tmp_path: Path
) -> None:
    with (workspace / ".yoi/ticket.config.toml").open("a", encoding="utf-8") as config:
        config.write(PROFILES)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, words in (("yoi", yoi.argv), ("python3", (sys.executable,))):
        (programs / name).write_text("#!/bin/sh\nexec " + " ".join(words) + ' "$@"\n')
        (programs / name).chmod(0o755)
    script = "trap 'kill $(jobs -p)' EXIT\n" + "\n".join(blocks("sh"))
    script += "\npython3 - <<'END'\n" + "\n".join(blocks("python")) + "END\n"
    done = subprocess.run(
        ["bash", "-euc", script],
        cwd=workspace,
        env={**env, "PATH": f"{programs}:{os.environ['PATH']}", "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout == "".join(blocks("text"))


def test_the_table_of_options_has_all_of_them(yoi: Program) -> None:
    offered = set(re.findall(r"--[a-z-]+", yoi("runtime", "serve", "--help").out))
    told = set(re.findall(r"`(--[a-z-]+)", PAGE))
    assert offered - {"--help", "--json"} <= told
