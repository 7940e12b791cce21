"""What the page on worktrees shows is what the program prints, and it names every code."""

from __future__ import annotations

import re
from pathlib import Path

from support.console_blocks import check_story

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "worktrees.md"


def test_the_story_of_the_worktrees_page_works_as_printed(env: dict[str, str], repo: Path) -> None:
    check_story(PAGE, env, repo, more_than=15)


def test_the_page_explains_every_finding_and_every_risk() -> None:
    assert _codes_of("What is left over") == _words("worktrees/checks.py", "WorktreeFinding")
    risks = _words("worktrees/git/risks.py", "Risk") | _words("worktrees/service.py", "Risk")
    assert _codes_of("Removing") - {"--assume-unchanged"} == risks


def _codes_of(heading: str) -> set[str]:
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    cells = re.findall(r"^\|([^|]*)\|", section, flags=re.MULTILINE)
    return {code for cell in cells for code in re.findall(r"`(\w+)`", cell)}


def _words(module: str, kind: str) -> set[str]:
    """The first words of every `WorktreeFinding(…)` or `Risk(…)` that the module makes."""
    text = (ROOT / "yoi_cli" / module).read_text(encoding="utf-8")
    return set(re.findall(rf"\b{kind}\(\s*\"(\w+)\"", text))
