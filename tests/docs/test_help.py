"""What `--help` says: every option in words, and examples that the program understands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from support.process import Program

#: Every page of help as the program prints it; another test holds it against the program.
PAGE = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^    (yoi .+)$", PAGE, re.MULTILINE)


def test_every_option_says_what_it_does_and_what_it_takes() -> None:
    assert "<str>" not in PAGE
    sections = re.findall(r"^Options:\n((?:  .*\n)+)", PAGE, re.MULTILINE)
    options = [line for section in sections for line in section.splitlines() if line[2] == "-"]
    assert len(options) > 200
    assert not [line for line in options if not re.search(r"\S  +\S", line)]


@pytest.mark.parametrize("line", EXAMPLES)
def test_an_example_is_understood(yoi: Program, workspace: Path, line: str) -> None:
    # The tickets and profiles that it names are not here: it fails for that, and not for how it
    # is written.
    done = yoi(*shlex.split(line)[1:], check=False, env={"EDITOR": "true"})
    is_understood = "[ticket_not_named]" in done.err or "[choice_invalid]" in done.err
    assert done.code != 2 or is_understood, done


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 10
