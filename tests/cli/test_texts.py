"""Where a text comes from: --message, --file, standard input; and none of it is dropped."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.file_stores import fingerprint, make_ticket, open_store
from support.process import Program


@pytest.fixture
def ticket(workspace: Path) -> str:
    return make_ticket(open_store(workspace, in_git=True))


def last_body(yoi: Program, ticket: str) -> str:
    body: str = yoi("ticket", "show", ticket, "--json").json["events"][-1]["body"]
    return body


def test_messages_are_paragraphs_as_git_has_it(yoi: Program, ticket: str) -> None:
    yoi("ticket", "comment", ticket, "-m", "First.", "--message", "Second.")
    assert last_body(yoi, ticket) == "First.\n\nSecond."


def test_a_resolution_beside_a_message_is_another_paragraph(yoi: Program, ticket: str) -> None:
    yoi("ticket", "close", ticket, "-m", "First.", "--resolution", "Second.")
    assert last_body(yoi, ticket) == "First.\n\nSecond."


@pytest.mark.parametrize(
    "texts", [("-m", "x", "-F", "f"), ("-m", "x", "-"), ("-F", "f", "-"), ("-m", "-", "-F", "-")]
)
def test_two_sources_of_one_text_are_refused(
    yoi: Program, ticket: str, texts: tuple[str, ...]
) -> None:
    done = yoi("ticket", "comment", ticket, *texts, "--json", check=False, stdin="y")
    assert (done.code, done.error["code"]) == (2, "text_given_twice")


def test_a_folder_is_no_text(yoi: Program, ticket: str, tmp_path: Path) -> None:
    done = yoi("ticket", "comment", ticket, "-F", tmp_path, "--json", check=False)
    assert (done.code, done.error["code"]) == (2, "file_is_folder")


@pytest.mark.parametrize(
    "words",
    [("ticket", "create"), ("objective", "create"), ("ticket", "edit")],
    ids=" ".join,
)
def test_a_title_of_several_lines_is_refused(
    yoi: Program, workspace: Path, ticket: str, words: tuple[str, ...]
) -> None:
    before = fingerprint(workspace / ".yoi")
    named = (ticket,) if words[1] == "edit" else ()
    done = yoi(*words, *named, "-t", "One.\nTwo.", "--json", check=False)
    assert (done.code, done.error["code"]) == (2, "title_not_one_line")
    assert fingerprint(workspace / ".yoi") == before
