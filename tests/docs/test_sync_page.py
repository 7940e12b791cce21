"""What the page on syncing shows is what the program prints, and it names every error."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.console_blocks import check_story

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "sync.md"
_SOURCES = (
    *("sync/open.py", "sync/errors.py", "sync/git/remote.py", "git/remote.py", "sync/service.py"),
    *("merge/files/merged_store.py", "sync/files/writing.py"),
)
_CODE = re.compile(r'Error\(\s*"(\w+)"')


@pytest.mark.process
def test_the_story_of_the_page_works_as_printed(env: dict[str, str], tmp_path: Path) -> None:
    check_story(PAGE, env, tmp_path, more_than=8, called="/home/ada")


def test_the_page_names_every_error_of_a_sync() -> None:
    page = PAGE.read_text(encoding="utf-8")
    codes = {
        code
        for name in _SOURCES
        for code in _CODE.findall((ROOT / "yoi_cli" / name).read_text(encoding="utf-8"))
    }
    unnamed = {code for code in codes if f"`{code}`" not in page}
    assert len(codes) > 15
    assert unnamed == {"branch_invalid", "merge_conflict"}  # a usage error; one never shown
