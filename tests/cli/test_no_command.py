"""A group without a command answers with what it offers."""

from __future__ import annotations

import pytest
from support.process import Program


@pytest.mark.parametrize("words", [(), ("ticket",), ("ticket", "relation")])
def test_the_help_is_shown_as_it_is_and_the_command_is_missed(
    yoi: Program, words: tuple[str, ...]
) -> None:
    done = yoi(*words, check=False)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"Usage: {' '.join(('yoi', *words))} ")
    assert "\\n" not in done.err
    assert "A command is missing. [usage]" in done.err
