"""A group without a command answers with what it offers."""

from __future__ import annotations

import pytest
from support.process import Program

from yoi_cli.cli.suggestions import CALLED_ELSEWHERE


@pytest.mark.parametrize("words", [(), ("ticket",), ("ticket", "relation")])
def test_the_help_is_shown_as_it_is_and_the_command_is_missed(
    yoi: Program, words: tuple[str, ...]
) -> None:
    done = yoi(*words, check=False)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"Usage: {' '.join(('yoi', *words))} ")
    assert "\\n" not in done.err
    assert "A command is missing. [usage]" in done.err


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("reopen 00001M7WFCY38", "Did you mean `yoi ticket reopen`? "),
        ("creat", "Did you mean `yoi create`? "),
        ("tikcet list", "Did you mean `yoi ticket`? "),
        ("ls", "Did you mean `yoi ticket list`? "),
        ("ready", "Did you mean `yoi next`? "),
        ("help", "Did you mean `yoi --help`? "),
        ("spawn", "Did you mean `yoi worker spawn`? "),
        ("prune", "Did you mean `yoi worktree prune` or `yoi worker prune`? "),
        ("ticket lst", "Did you mean `yoi ticket list`? "),
        ("ticket route", "Did you mean `yoi route`? "),
        ("ticket help", "Did you mean `yoi ticket --help`? "),
        ("ticket rm 00001M7WFCY38", "Did you mean `yoi ticket close`? "),
        ("zzzzzz", "`yoi --help` lists the commands."),
    ],
)
def test_a_command_that_there_is_not_is_answered_with_what_was_meant(
    yoi: Program, words: str, meant: str
) -> None:
    done = yoi(*words.split(), "--json", check=False)
    assert (done.code, done.error["code"]) == (2, "usage")
    assert str(done.error["hint"]).startswith(meant)


@pytest.mark.parametrize(
    "words", ["ticket list -n x", "claim AAAA --renew x", "worker spawn --timeout x -- true"]
)
def test_what_should_be_a_number_is_told_without_pythons_words(yoi: Program, words: str) -> None:
    done = yoi(*words.split(), check=False)
    assert (done.code, "'x' is not a number. [usage]" in done.err) == (2, True)


def test_whatever_is_suggested_exists(yoi: Program) -> None:
    for words in sorted(set(CALLED_ELSEWHERE.values())):
        called = words.split()
        assert yoi(*called, *(() if called[-1].startswith("--") else ("--help",))).out


@pytest.mark.parametrize(
    ("words", "right"),
    [
        ("list --no-pager", "yoi --no-pager list"),
        ("worker list -C /tmp", "yoi -C DIR worker list"),
    ],
)
def test_an_option_of_every_command_that_stands_behind_one_is_told_where_it_belongs(
    yoi: Program, words: str, right: str
) -> None:
    done = yoi(*words.split(), check=False)
    assert (done.code, done.out) == (2, "")
    assert f"Hint: It comes before the command: `{right}`. " in done.err
