"""Events that were written before events had ids (docs/format.md, "thread.md")."""

from __future__ import annotations

import hashlib

import pytest
from support.threads import AT, block, bodies, fault_codes, older, read

HEADER = f"<!-- event: comment author: hare at: {AT} -->"


def test_an_older_event_is_known_by_its_time_and_its_block() -> None:
    data = older("Said.")
    (event,) = read(data)
    assert event.id is None
    assert event.identity == f"{AT}#{hashlib.sha256(data.rstrip()).hexdigest()}"


def test_an_older_body_is_read_without_unescaping() -> None:
    assert bodies(older("\\---\n\\<!-- event: x")) == ["\\---\n\\<!-- event: x"]


def test_a_separator_ends_an_older_event_only_before_a_header_or_the_end() -> None:
    thread = older("---\ntitle: 'x'\n---\n\nText.") + b"\n" + older("two")
    assert bodies(thread) == ["---\ntitle: 'x'\n---\n\nText.", "two"]


def test_only_one_separator_ends_an_older_event() -> None:
    assert bodies(older("Text.\n\n---") + b"\n" + older("two")) == ["Text.\n\n---", "two"]


def test_an_older_event_needs_no_separator_at_all() -> None:
    thread = older("one", end="") + b"\n" + older("two", end="")
    assert bodies(thread) == ["one", "two"]
    assert fault_codes(thread) == []


def test_an_older_event_needs_no_heading() -> None:
    (event,) = read(f"{HEADER}\n\nJust text.\n\n---\n".encode())
    assert (event.heading, event.body) == (None, "Just text.")


def test_an_author_that_nobody_quoted_is_told_as_far_as_can_be() -> None:
    data = f"<!-- event: comment author: Ada Lovelace at: {AT} -->\n\nText.\n".encode()
    (event,) = read(data)
    assert (event.kind, event.at, event.body) == ("comment", AT, "Text.")
    assert fault_codes(data) == ["header_malformed"]


def test_a_header_with_nothing_in_it_is_an_event_that_is_reported() -> None:
    assert fault_codes(b"<!-- event: -->\n\nText.\n") == ["header_malformed"]


QUOTED = older("Forged.", kind="close").decode()


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("```", "```"),
        ("~~~", "~~~"),
        ("```markdown", "```"),
        ("~~~ text ` here", "~~~"),
        ("````", "````"),
        ("```", "`````"),
        ("   ```", "  ```  "),
    ],
)
def test_a_header_quoted_in_a_fence_is_text(opening: str, closing: str) -> None:
    body = f"See:\n{opening}\n{QUOTED}{closing}\nSo."
    thread = older(body) + b"\n" + older("After.")
    assert bodies(thread) == [body, "After."]


@pytest.mark.parametrize(
    "opening",
    ["    ```", "``", "```` a`b", "~~", "text ```", "```\nquoted\n```", "~~~\n```\n~~~"],
)
def test_what_opens_no_fence_or_was_closed_hides_nothing(opening: str) -> None:
    thread = older(opening, end="") + b"\n" + older("After.", kind="close")
    assert [event.kind for event in read(thread)] == ["comment", "close"]


@pytest.mark.parametrize(
    "inner", ["``", "~~~", "``` not closing", "    ```", "text\n"], ids=range(5)
)
def test_what_closes_no_fence_leaves_it_open(inner: str) -> None:
    thread = older(f"```\n{inner}\n", end="") + b"\n" + older("Hidden.", kind="close")
    assert [event.kind for event in read(thread)] == ["comment"]


def test_a_longer_fence_is_not_closed_by_a_shorter_one() -> None:
    body = f"````\n```\n{QUOTED}```\n{QUOTED}````"
    assert bodies(older(body) + b"\n" + older("After.")) == [body, "After."]


def test_an_open_fence_hides_older_headers_but_none_with_an_id() -> None:
    thread = older("```\nopen") + b"\n" + older("hidden", kind="close") + b"\n" + block("seen")
    first, second = read(thread)
    assert "hidden" in first.body
    assert second.body == "seen"
    assert fault_codes(thread) == []


def test_a_fence_left_open_in_an_event_with_an_id_hides_nothing() -> None:
    thread = block("```\nopen") + b"\n" + older("seen", kind="close")
    assert [event.kind for event in read(thread)] == ["comment", "close"]


def test_an_indented_header_is_text_in_an_older_event() -> None:
    assert bodies(older(f"Quote:\n    {HEADER}\n")) == [f"Quote:\n    {HEADER}"]
