"""What the page on hooks shows is what the program prints."""

from __future__ import annotations

from pathlib import Path

from support.console_blocks import check_story

from yoi_cli.model import hooks as hook_files

PAGE = Path(__file__).parents[2] / "docs" / "hooks.md"


def test_the_story_of_the_hooks_page_works_as_printed(env: dict[str, str], repo: Path) -> None:
    check_story(PAGE, env, repo, more_than=15)


def test_the_hooks_page_names_every_hook_and_state() -> None:
    text = PAGE.read_text(encoding="utf-8")
    states = [getattr(hook_files, name) for name in ("ABSENT", "INSTALLED", "OUTDATED", "EDITED")]
    for word in (*hook_files.ALL_HOOKS, *states, hook_files.FOREIGN, hook_files.REPLACED):
        assert f"| `{word}` |" in text, word
