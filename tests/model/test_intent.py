"""Intent packets: from a description, from flags, from a file, and as text (docs/routing.md)."""

from __future__ import annotations

import pytest

from yoi_cli.model.intent import (
    PART_KEYS,
    PARTS,
    IntentPacket,
    complete,
    has_acceptance,
    packet_of,
    parse_packet,
    render_packet,
    with_acceptance,
)

ENGLISH = """\
## Background

It is slow.

## Goal

Make it quick.

## Invariants

- Nothing is lost.

## Requirements

- Read once.

## Acceptance criteria

- [ ] It takes less than a second.

## Implementation latitude

Any data structure.

## Escalation conditions

- The format would have to change.

## Validation

`make check`

## Risks

Stale caches.
"""
JAPANESE = """\
## 背景

遅い。

## 目的

速くする。

## 決定事項

- 何も失わない。

## 要件

- 一度だけ読む。

## 受け入れ条件

- [ ] 一秒未満で終わる。

## 実装の裁量

データ構造は自由。

## エスカレーション条件

- 形式を変える必要がある場合。

## 検証

`make check`

## リスク

古いキャッシュ。
"""


@pytest.mark.parametrize("description", [ENGLISH, JAPANESE], ids=["English", "Japanese"])
def test_every_part_is_found_under_its_heading(description: str) -> None:
    packet = packet_of("Title", description)
    assert packet.missing == ()
    assert tuple(packet.parts) == PART_KEYS
    assert "- [ ]" in packet.parts["acceptance"]
    assert "遅い" not in render_packet(packet)


@pytest.mark.parametrize("heading", [word for _, _, words in PARTS for word in words])
def test_every_heading_counts_in_any_level_and_case(heading: str) -> None:
    key = next(key for key, _, words in PARTS if heading in words)
    for line in (f"# {heading}", f"### {heading.title()} ###", f"## {heading}（案）"):
        assert packet_of("Title", f"{line}\n\nWhat it says.\n").parts[key] == "What it says."


def test_the_title_with_the_background_stands_in_for_an_intent_that_is_not_said() -> None:
    packet = packet_of("Read once", "## Background\n\nIt is slow.\n")
    assert packet.parts == {"intent": "Read once\n\nIt is slow."}
    assert packet_of("Read once", "").parts == {"intent": "Read once"}


@pytest.mark.parametrize(
    "text",
    ["", "TBD", "- TBD", "- [ ] TBD.", "未定", "- 未定。", "（未定）", "_todo_", "- ...\n- …",
     "<!-- say how one can tell -->", "N/A", "1. TBD"],
)  # fmt: skip
def test_what_only_holds_a_place_is_not_said(text: str) -> None:
    assert not has_acceptance(f"## Acceptance criteria\n\n{text}\n")
    assert not packet_of("Title", f"## 受け入れ条件\n\n{text}\n").has_acceptance


@pytest.mark.parametrize("text", ["- [x] It works", "x", "- TBD is printed for what is open"])
def test_what_says_something_counts(text: str) -> None:
    assert has_acceptance(f"## Acceptance criteria\n\n{text}\n")


def test_a_heading_in_a_fence_is_no_heading() -> None:
    fenced = "```\n## Acceptance criteria\n\n- It works.\n```\n"
    assert not has_acceptance(fenced)
    assert has_acceptance(f"## Acceptance criteria\n\n{fenced}")


def test_a_word_that_merely_begins_like_a_heading_fills_no_part() -> None:
    packet = packet_of("Title", "## Intentionally left out\n\nX\n\n## Scopes\n\nY\n")
    assert packet.parts == {"intent": "Title", "requirements": "Y"}


def test_a_section_goes_on_through_the_headings_below_it() -> None:
    criteria = "## Acceptance criteria\n\n### Must\n\n- One.\n\n### May\n\n- Two."
    packet = packet_of("Title", f"{criteria}\n\n## More\n\nX")
    assert packet.parts["acceptance"] == "### Must\n\n- One.\n\n### May\n\n- Two."


def test_a_part_below_another_belongs_to_itself_alone() -> None:
    packet = packet_of("Title", "## Requirements\n\nA\n\n### Acceptance criteria\n\nB\n")
    assert (packet.parts["requirements"], packet.parts["acceptance"]) == ("A", "B")


def test_two_sections_of_one_part_are_put_together() -> None:
    packet = packet_of("Title", "## Invariants\n\nA\n\n## Decisions\n\nB\n")
    assert packet.parts["binding"] == "A\n\nB"


def test_what_is_said_by_hand_takes_the_place_of_what_the_description_says() -> None:
    packet = complete(packet_of("Title", ENGLISH), {"validation": "By hand.", "risks": ""})
    assert packet.parts["validation"] == "By hand."
    assert packet.parts["risks"] == "Stale caches."


def test_the_packet_is_rendered_in_the_order_of_its_parts_without_what_is_not_said() -> None:
    packet = IntentPacket({"acceptance": "- B", "intent": "A"})
    assert render_packet(packet) == ("IntentPacket:\n\nIntent:\nA\n\nAcceptance criteria:\n- B")


@pytest.mark.parametrize("description", [ENGLISH, JAPANESE], ids=["English", "Japanese"])
def test_a_rendered_packet_is_read_back_as_it_was(description: str) -> None:
    packet = packet_of("Title", description)
    assert parse_packet(render_packet(packet)) == packet.parts


def test_a_file_may_name_its_parts_by_headings_or_by_labels() -> None:
    text = "## 受け入れ条件\n\n- A\n\nValidation:\n`make`\n\nNothing known:\nkept above\n"
    assert parse_packet(text) == {
        "acceptance": "- A",
        "validation": "`make`\n\nNothing known:\nkept above",
    }


def test_a_label_in_a_fence_of_a_file_is_text() -> None:
    text = "Validation:\n```\nIntent:\n```\n"
    assert parse_packet(text) == {"validation": "```\nIntent:\n```"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "## Acceptance criteria\n\n- a\n- b\n"),
        ("Text.\n", "Text.\n\n## Acceptance criteria\n\n- a\n- b\n"),
        ("## Acceptance criteria\n\nTBD\n", "## Acceptance criteria\n\n- a\n- b\n"),
        ("# Done when\n\nTBD\n\n## Risks\n\nR\n", "# Done when\n\n- a\n- b\n\n## Risks\n\nR\n"),
        (
            "```\n## Acceptance criteria\n```\n",
            "```\n## Acceptance criteria\n```\n\n## Acceptance criteria\n\n- a\n- b\n",
        ),
    ],
)
def test_criteria_take_the_place_of_those_that_a_description_has(before: str, after: str) -> None:
    told = with_acceptance(before, ["a", "- b"])
    assert told == after
    assert packet_of("T", told).parts["acceptance"] == "- a\n- b"


def test_criteria_of_a_japanese_store_stand_below_a_japanese_heading() -> None:
    assert with_acceptance("", ["丸める"], japanese=True) == "## 受け入れ条件\n\n- 丸める\n"
