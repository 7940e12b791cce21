"""The thread that asks one runtime for a run."""

from __future__ import annotations

import pytest
from support.waiting import wait_until

from yoi_cli.orchestration.elsewhere import Away
from yoi_cli.orchestration.remote.line import Line, Memory, Reached


def test_a_fault_of_the_thread_itself_is_raised_for_who_asks_and_is_no_word_about_the_runtime() -> (
    None
):
    def reach() -> Reached:
        raise ZeroDivisionError

    memory = Memory(lambda: None, lambda code: Away("big", 0, code), lambda: None)
    line = Line("big", reach, memory, "ada")
    line.check()
    line.start()
    wait_until(lambda: line.is_known)
    with pytest.raises(ZeroDivisionError):
        line.check()
    assert line.away is None
