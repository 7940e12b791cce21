"""What the page on security shows is what the program prints."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.console_blocks import check_story

from yoi_cli.workers.local.shim.landlock import kernel_abi

PAGE = Path(__file__).parents[2] / "docs" / "security.md"


@pytest.mark.skipif(kernel_abi() == 0, reason="this kernel has no Landlock")
def test_the_story_of_the_page_works_as_printed(env: dict[str, str], workspace: Path) -> None:
    check_story(PAGE, env, workspace, more_than=2)
