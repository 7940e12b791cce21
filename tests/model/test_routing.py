"""What counts as work that wants a review."""

from __future__ import annotations

import pytest

from yoi_cli.model.events import Event
from yoi_cli.model.routing import summary_of

Said = tuple[str, dict[str, str]]
BEGUN: tuple[Said, ...] = (
    ("state_changed", {"from": "queued", "to": "inprogress", "field": "state"}),
)
APPROVED: tuple[Said, ...] = (
    *BEGUN,
    ("implementation_report", {}),
    ("review", {"status": "approve"}),
)


def log(*said: Said) -> list[Event]:
    return [
        Event(kind, "Ada", "", None, "", attributes, str(line), str(line), line)
        for line, (kind, attributes) in enumerate(said, 1)
    ]


@pytest.mark.parametrize(
    "work",
    [
        ("implementation_report", {"commit": "b"}),
        ("commit", {"commit": "b", "branch": "work/x"}),
        ("commit", {"commit": "b", "rewrite": "amend"}),
        ("worker", {"status": "exited"}),
    ],
)
def test_a_report_a_commit_and_a_workers_result_are_work_to_be_reviewed(
    work: Said,
) -> None:
    assert summary_of(log(*APPROVED, work)).review.is_unreviewed
    assert not summary_of(log(*APPROVED[:2], work, APPROVED[2])).review.is_unreviewed


@pytest.mark.parametrize(
    "event",
    [
        ("worker", {"step": "coder"}),
        ("decision", {"step": "merge"}),
        ("commit", {"commit": "b", "merged": "a", "into": "main"}),
        ("comment", {}),
    ],
)
def test_steps_merges_and_words_are_none(event: Said) -> None:
    review = summary_of(log(*APPROVED, event)).review
    assert (review.is_unreviewed, review.approves) == (False, True)
