"""What workers are told and what is recorded: commands a shell can run, names that stay names."""

from __future__ import annotations

import re
import shlex

from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.orchestration.texts import WorkEvidence, code, evidence_line, evidence_report
from yoi_cli.orchestration.worker_requests import words


@given(st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8")), min_size=1))
def test_a_command_is_told_as_a_line_that_a_shell_reads_back(command: list[str]) -> None:
    assert shlex.split(words(command)) == command


@given(st.text(st.sampled_from("`ab \n\x1b"), max_size=12))
def test_a_code_span_is_one_line_that_its_text_does_not_leave(text: str) -> None:
    span = code(text)
    fence = re.match("`+", span)
    assert fence is not None
    assert "\n" not in span
    assert "\x1b" not in span
    assert span.endswith(fence[0])
    inside = span[len(fence[0]) : -len(fence[0])]
    assert fence[0] not in re.findall("`+", inside)


def test_the_line_of_a_round_says_what_is_not_good_enough() -> None:
    found = WorkEvidence(2, "work/T", "c" * 40, "", ("Nothing was committed.", "It exited with 1."))
    line = "Round 2 is not good enough: Nothing was committed. It exited with 1."
    assert evidence_line(found) == line
    assert "- Nothing was committed.\n- It exited with 1." in evidence_report(found)
