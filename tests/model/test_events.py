"""What the declarations of event kinds decide (docs/format.md)."""

from __future__ import annotations

import pytest

from yoi_cli.model.events import (
    CLOSE,
    COMMENT_ROLES,
    CREATE,
    KINDS,
    REVIEW,
    Author,
    EventKind,
    heading_for,
    new_event,
)

ADA = Author("Ada Example")


def test_an_event_stands_under_the_heading_of_its_kind() -> None:
    assert new_event(CREATE, ADA, "Made.").heading == "Created"
    assert new_event(CREATE, ADA._replace(japanese=True), "Made.").heading == "作成"
    assert new_event(CLOSE, ADA._replace(japanese=True), "Done.").heading == "完了"


def test_a_review_says_its_result_in_its_heading() -> None:
    approving = new_event(REVIEW, ADA, "Fine.", (("status", "approve"),))
    assert approving.heading == "Review: approve"
    assert heading_for(REVIEW, status="unheard_of") == "Review"


def test_a_word_that_is_no_kind_is_its_own_heading() -> None:
    assert heading_for("some_day", japanese=True) == "Some day"


def test_the_roles_of_a_comment_are_those_that_are_declared() -> None:
    assert COMMENT_ROLES == ("comment", "plan", "decision", "implementation_report")


def test_a_kind_that_is_added_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "measured", EventKind("measured", "Measured", "計測"))
    assert new_event("measured", ADA._replace(japanese=True), "3 ms").heading == "計測"
