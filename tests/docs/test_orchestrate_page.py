"""The page on orchestration shows a run that works as printed, and knows every step."""

from __future__ import annotations

import re
from pathlib import Path

from support.console_blocks import check_story
from support.process import Program

from yoi_cli.orchestration.steps import RECORDED

PAGE = Path(__file__).parents[2] / "docs" / "orchestrate.md"


def test_the_run_of_the_page_works_as_printed(
    env: dict[str, str], yoi: Program, repo: Path
) -> None:
    yoi("init")
    check_story(PAGE, env, repo, more_than=10)


def test_the_page_has_every_step() -> None:
    table = PAGE.read_text().split("## The steps")[1].split("\n## ")[0]
    shown = set(re.findall(r"^\| [^|]+\| `(\w+)` \|", table, flags=re.MULTILINE))
    recorded = {step for _, step in RECORDED}
    assert shown == recorded
