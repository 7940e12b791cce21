"""A clone knows an event again that it wrote, whatever its body holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.model.events import Author, new_event
from yoi_cli.model.own_events import is_own, mark_of_new
from yoi_cli.store.formats.thread import parse_thread
from yoi_cli.store.formats.thread_writing import encode_event

ID = "01JYK2Z5J8Q0V6W3N4R7T9X1AB"
AT = "2026-01-01T00:00:00Z"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@given(
    st.lists(st.sampled_from(["fine", "", "---", "---x", "\\---", "<!-- event: x -->"])).map(
        "\r\n".join
    )
)
def test_an_event_that_was_written_is_known_by_its_mark(newline: str, body: str) -> None:
    pairs = (("status", "approve"), ("commit", "a" * 40))
    event = new_event("review", Author("ada", False), f"fine\n{body}", pairs)
    data = encode_event(event, at=AT, event_id=ID, newline=newline)
    (read,) = parse_thread(data).thread.events
    assert is_own(read, {mark_of_new(event, ID)})
