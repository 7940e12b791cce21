"""What a person sees of tickets that wait for them, on narrow and wide terminals and in a pipe."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from support.orchestration import Shop, shop_in
from support.process import Program
from support.situations import TITLE, bring_about
from support.terminal import on_terminal

pytestmark = pytest.mark.slow

WAITING = ("question", "review", "nothing_committed", "choice", "target_moved")
WIDTHS = (80, 120)
COMMAND = re.compile(r"^\$ (yoi [^\n]*)$", re.MULTILINE)


@pytest.fixture
def stood(workspace: Path, yoi: Program, git: Program) -> tuple[Shop, dict[str, str]]:
    shop = shop_in(workspace, yoi, git)
    return shop, bring_about(shop, *WAITING, "no_target")


def fits(shown: str, width: int) -> None:
    """No line is wider than the terminal, and none that is broken is broken within a word."""
    lines = shown.split("\n")
    assert [line for line in lines if len(line) > width] == []
    words = {*TITLE.split(), "Question.", "Review.", "Nothing", "committed."}
    for line, following in pairwise(lines):
        if "A longer piece" in line and "…" not in line and not line.endswith("on"):
            assert line.split()[-1] in words
            assert following.split()[0] in words


def test_nothing_that_a_person_needs_is_cut(stood: tuple[Shop, dict[str, str]]) -> None:
    shop, made = stood
    rows = {row.split("\t")[0]: row for row in shop.yoi("inbox").out.splitlines()}
    assert set(rows) == {made[word] for word in WAITING}
    for width in WIDTHS:
        shown = on_terminal(shop.yoi, "inbox", cwd=shop.repo, columns=width)
        fits(shown, width)
        paragraphs = {one.split()[0]: one for one in shown.split("\n\n") if one.strip()}
        for word in WAITING:
            commands = COMMAND.findall(paragraphs[made[word]])
            assert commands, word
            assert all(made[word] in command for command in commands)
            assert rows[made[word]].split("\t")[3] == commands[0]
        spent = " ".join(paragraphs[made["nothing_committed"]].split())
        assert "sent back 1 time, and it is not done. Last: Nothing was committed." in spent
        assert "--choose 2 -m TEXT" in paragraphs[made["choice"]]
        ended = on_terminal(shop.yoi, "orchestrate", cwd=shop.repo, columns=width, code=1)
        joined = " ".join(ended.split())
        assert f"yoi ticket answer {made['question']} -m TEXT" in joined
        assert f"yoi ticket review {made['choice']} --choose N -m TEXT, with N 1 or 2" in joined
        assert "There is no branch 'nowhere' to merge into." in joined
        for word in WAITING:
            fits(
                on_terminal(shop.yoi, "ticket", "show", made[word], cwd=shop.repo, columns=width),
                width,
            )
            fits(on_terminal(shop.yoi, "route", made[word], cwd=shop.repo, columns=width), width)
        listed = on_terminal(shop.yoi, "route", "--all", cwd=shop.repo, columns=width)
        assert all(ticket in listed for ticket in made.values())
        fits(listed, width)
