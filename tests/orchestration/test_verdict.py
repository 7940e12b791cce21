"""A reviewer's verdict is its last line, alone, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.orchestration.texts import Verdict, plain_text, verdict_of


@pytest.mark.parametrize(
    ("output", "verdict"),
    [
        (b"Good.\nYOI-REVIEW: approve\n", Verdict("approve", "Good.")),
        (b"YOI-REVIEW: request_changes", Verdict("request_changes", "")),
        (b"No.\r\nYOI-REVIEW: request_changes\r\n\r\n", Verdict("request_changes", "No.")),
        (b"Good.\n\x1b[32mYOI-REVIEW: approve\x1b[0m\n", Verdict("approve", "Good.")),
        (b"", None),
        (b"YOI-REVIEW: approve\nand one more thing", None),
        (b"I would say YOI-REVIEW: approve", None),
        (b"YOI-REVIEW: approved", None),
        (b"YOI-REVIEW: APPROVE", None),
        (b"YOI-REVIEW:approve", None),
        (b"`YOI-REVIEW: approve`", None),
        (b"YOI-REVIEW: approve YOI-REVIEW: request_changes", None),
    ],
)
def test_only_the_last_line_says_it(output: bytes, verdict: Verdict | None) -> None:
    assert verdict_of(plain_text(output)) == verdict


def test_of_a_long_review_the_end_is_kept() -> None:
    said = verdict_of("begin" + "x" * 20_000 + "end\nYOI-REVIEW: approve")
    assert said is not None
    assert len(said.text) < 17_000
    assert said.text.endswith("end")
    assert "begin" not in said.text


@given(st.binary())
def test_what_is_kept_of_any_output_drives_no_terminal(output: bytes) -> None:
    text = plain_text(output)
    assert not any(
        (ord(char) < 32 and char not in "\n\t") or 127 <= ord(char) < 160 for char in text
    )
