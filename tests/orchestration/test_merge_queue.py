"""One ticket a target is merged at a time, in the order in which they asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from yoi_cli.orchestration.files.local_state import FileLocalState
from yoi_cli.orchestration.merge_queue import MergeQueue
from yoi_cli.orchestration.ports import OwnMerge


def state_in(folder: Path) -> FileLocalState:
    return FileLocalState(str(folder / "state"), str(folder), str)


@pytest.fixture
def queue(tmp_path: Path) -> MergeQueue:
    return MergeQueue(state_in(tmp_path))


def test_the_first_has_its_turn_and_keeps_it_until_it_leaves(queue: MergeQueue) -> None:
    assert queue.enter("main", "A")
    assert not queue.enter("main", "C")
    assert not queue.enter("main", "B")
    assert queue.enter("main", "A")
    queue.leave("A")
    assert not queue.enter("main", "B")
    assert queue.enter("main", "C")


def test_who_gives_up_its_place_keeps_nobody_waiting(queue: MergeQueue) -> None:
    queue.enter("main", "A")
    queue.enter("main", "B")
    queue.enter("main", "C")
    queue.leave("B")
    assert queue.enter("main", "A")
    queue.leave("A")
    assert queue.enter("main", "C")


def test_targets_do_not_wait_for_each_other(queue: MergeQueue) -> None:
    assert queue.enter("main", "A")
    assert queue.enter("release/1", "B")


def test_another_process_of_the_clone_waits_too(queue: MergeQueue, tmp_path: Path) -> None:
    other = MergeQueue(state_in(tmp_path))
    assert queue.enter("main", "A")
    assert not other.enter("main", "B")
    queue.leave("A")
    assert other.enter("main", "B")


def test_own_merges_are_kept_and_one_that_was_cut_short_does_not_count(tmp_path: Path) -> None:
    state, merge = state_in(tmp_path), OwnMerge("feature/x", "a" * 40, "b" * 40, "c" * 40)
    assert list(state.merges()) == []
    state.note_merge(merge)
    state.note_merge(merge)
    with (tmp_path / "state/merges").open("a") as file:
        file.write("main " + "d" * 40)
    assert list(state_in(tmp_path).merges()) == [merge]
