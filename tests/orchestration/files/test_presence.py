"""Which runs are under way is seen without keeping one out."""

from __future__ import annotations

from pathlib import Path

import pytest

from yoi_cli.orchestration.files import presence
from yoi_cli.orchestration.files.local_state import FileLocalState
from yoi_cli.orchestration.files.presence import Presence, look_for_runs, shown_as_running

pytestmark = pytest.mark.parametrize("locks", ["/proc/locks", "/nowhere"])

ONE, OTHER = "00001M7YV0F5Q", "00001M7YV0F5R"


@pytest.fixture(autouse=True)
def _told_by(locks: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who tells of locks: the kernel, or the locks themselves."""
    monkeypatch.setattr(presence, "_LOCKS", locks)


def state(folder: Path) -> FileLocalState:
    return FileLocalState(str(folder), str(folder), str)


def test_a_run_is_seen_while_it_lasts_and_no_longer(tmp_path: Path) -> None:
    assert look_for_runs(str(tmp_path / "nowhere")) == Presence()
    with shown_as_running(str(tmp_path)), shown_as_running(str(tmp_path)):
        assert look_for_runs(str(tmp_path)) == Presence(True)
    assert look_for_runs(str(tmp_path)) == Presence()


def test_the_tickets_in_hand_are_seen_and_may_still_be_taken_up(tmp_path: Path) -> None:
    run, another = state(tmp_path), state(tmp_path)
    assert run.hold(ONE)
    assert another.hold(OTHER)
    another.drop(OTHER)
    assert look_for_runs(str(tmp_path)) == Presence(True, frozenset({ONE}))
    assert another.hold(OTHER)
    run.drop(ONE)
    another.drop(OTHER)
