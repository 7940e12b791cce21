"""What the page on routing shows is what the program prints, and it leaves no reason out."""

from __future__ import annotations

import re
from pathlib import Path

from support.console_blocks import check_story, steps_of

from yoi_cli.model.routing import CLASSIFICATIONS
from yoi_cli.routing.reasons import REASONS

PAGE = Path(__file__).parents[2] / "docs" / "routing.md"


def test_the_story_of_the_routing_page_works_as_printed(env: dict[str, str], repo: Path) -> None:
    check_story(PAGE, env, repo, more_than=40)


def test_the_routing_page_shows_an_example_of_every_classification() -> None:
    shown = "\n".join(step.output for step in steps_of(PAGE))
    assert [word for word in CLASSIFICATIONS if word not in shown] == []


def test_the_routing_page_explains_every_reason_and_no_other() -> None:
    assert _codes_of("Reasons") == {code for code, kind in REASONS.items() if kind.classification}


def test_the_routing_page_explains_every_classification() -> None:
    assert _codes_of("The classifications") == set(CLASSIFICATIONS)


def _codes_of(heading: str) -> set[str]:
    """The words in the first column of the tables under a heading of the page."""
    text = PAGE.read_text(encoding="utf-8")
    section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    cells = re.findall(r"^\|([^|]*)\|", section, flags=re.MULTILINE)
    return {code for cell in cells for code in re.findall(r"`(\w+)`", cell)}
