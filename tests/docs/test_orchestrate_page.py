"""The page on orchestration shows a run that works as printed, and knows every step."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from support.console_blocks import Reader, steps_of
from support.process import Program

from yoi_cli.domain import orchestration

PAGE = Path(__file__).parents[2] / "docs" / "orchestrate.md"


def test_the_run_of_the_page_works_as_printed(
    env: dict[str, str], yoi: Program, repo: Path
) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"
    yoi("init")
    reader = Reader(repo, env | {"PATH": path, "YOI_AUTHOR": "ada"}, "/home/ada/shop")
    steps = steps_of(PAGE)
    assert len(steps) > 10
    for step in steps:
        expected, printed = reader.type(step)
        assert printed == expected, step.command


def test_the_page_has_every_step() -> None:
    table = PAGE.read_text().split("## The steps")[1].split("\n## ")[0]
    shown = set(re.findall(r"^\| [^|]+\| `(\w+)` \|", table, flags=re.MULTILINE))
    recorded = {step for _, step in orchestration.RECORDED}
    assert shown == recorded
