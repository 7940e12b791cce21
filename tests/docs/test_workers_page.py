"""What the page on workers shows is what the program prints."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from support.console_blocks import Reader, Step, steps_of
from support.process import Program
from support.workers import Workers

from yoi_cli.workers.local.shim import files
from yoi_cli.workers.model import STATES

PAGE = Path(__file__).parents[2] / "docs" / "workers.md"
_WORKER = re.compile(r"w-0[0-9A-Z]{25}")


def test_the_story_of_the_page_works_as_printed(
    env: dict[str, str], yoi: Program, workspace: Path
) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"
    reader = Reader(workspace, env | {"PATH": path}, "/home/ada/shop")
    workers = Workers(workspace / ".git" / "yoi")
    steps = steps_of(PAGE)
    assert len(steps) > 5
    try:
        for step in steps:
            named = next(iter(workers.names()), "")
            command = _WORKER.sub(named, step.command)
            expected, printed = reader.type(Step(command, step.output))
            assert printed == expected, step.command
    finally:
        workers.end_all()


def test_the_page_names_every_state_and_every_file() -> None:
    text = PAGE.read_text(encoding="utf-8")
    names = [files.STATE, files.SPEC, files.OUTPUT, files.EVENTS, files.EXIT, files.STDIN]
    for name in (*STATES, *names, files.LOCK, files.POSITION, f"{files.COMMANDS}/"):
        assert name in text, name
