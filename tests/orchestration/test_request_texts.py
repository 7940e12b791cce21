"""What is written to a forge, and what is kept of what comes from there."""

from __future__ import annotations

import pytest

from yoi_cli.model.redaction import Redaction
from yoi_cli.orchestration.forge_port import ForgeReview
from yoi_cli.orchestration.position import Position
from yoi_cli.orchestration.request_texts import (
    closed_text,
    mark_of,
    new_request,
    review_author,
    review_text,
    url_of,
    waiting_text,
)

AT = Position("inprogress", branch="work/1-x", target="main", reported="b" * 40)


def test_what_others_wrote_stands_in_a_block_that_it_cannot_end() -> None:
    at = AT._replace(report="Fixes #1\n````\n@all /merge s3cr3t\n`````")
    new = new_request("1", "A\ntitle", at, Redaction(["s3cr3t"]))
    assert (new.branch, new.target, new.title) == ("work/1-x", "main", "A title")
    head, fence, rest = new.body.partition("``````\n")
    assert fence
    assert "Fixes" not in head
    assert rest.count("``````") == 1
    assert "[redacted]" in rest


def test_titles_and_texts_are_no_longer_than_forges_take() -> None:
    new = new_request("1", "x" * 500, AT._replace(report="y" * 100_000), Redaction([]))
    assert len(new.title) == 200
    assert len(new.body) < 65_536


def test_a_title_that_is_empty_is_the_ticket() -> None:
    assert new_request("1", " \n", AT, Redaction([])).title == "1"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://github.com/a/b/pull/1", "https://github.com/a/b/pull/1"),
        *((url, "") for url in ("javascript:alert(1)", "https://x y", "https://x\x1b[2J", "")),
        ("https://x/" + "y" * 600, ""),
    ],
)
def test_of_what_a_forge_calls_its_url_only_one_is_kept(url: str, kept: str) -> None:
    assert url_of(url) == kept


def test_a_name_and_a_mark_are_what_a_header_can_say() -> None:
    review = ForgeReview("PRR_1", "octo", "approve", "")
    assert review_author(review, "github.com") == "octo (github.com)"
    assert mark_of(review) == "PRR_1"
    bad = review._replace(mark="a --> b\n", author="ada\nx: y")
    assert review_author(bad, "github.com") == "somebody (github.com)"
    assert mark_of(bad).isalnum()
    assert mark_of(bad) != mark_of(bad._replace(mark="other -->"))


def test_texts_from_there_lose_what_drives_a_terminal_and_are_bounded() -> None:
    review = ForgeReview("1", "octo", "request_changes", "\x1b[31mNo\x1b[0m\x07.")
    assert review_text(review, "https://x/1") == "No.\n\nGiven at https://x/1"
    assert review_text(review._replace(text=" "), "u") == "Given without a word at u"
    assert len(review_text(review._replace(text="x" * 99_999), "u")) < 17_000
    assert "\n\n````\nocto: no\n````" in closed_text("u", "octo: no")
    assert closed_text("u", "") == "the request was closed without being merged: u"


def test_what_waits_is_said_with_where_it_is_or_is_to_be_opened() -> None:
    wait = "It waits for the request to be merged: "
    assert waiting_text("https://x/1", is_open=True) == f"{wait}https://x/1"
    assert waiting_text("https://x/n", is_open=False) == f"{wait}https://x/n is where to open it."
    assert "says nothing of a page" in waiting_text("origin/work/1", is_open=False)
