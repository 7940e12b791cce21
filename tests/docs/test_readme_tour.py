"""Every command of the README's tour works as printed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from support.console_blocks import Reader, steps_of

README = Path(__file__).parents[2] / "README.md"


def test_the_tour_works_as_printed(env: dict[str, str], repo: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"
    reader = Reader(repo, env | {"PATH": path, "YOI_AUTHOR": "ada"}, "/home/ada/shop")
    steps = steps_of(README)
    assert len(steps) > 15
    for step in steps:
        expected, printed = reader.type(step)
        assert printed == expected, step.command
