"""The program and a reader that was written from docs/format.md alone read the same."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from format import compare, differential
from format.compare import is_plain, item_difference, thread_difference
from format.threads import Reading, read_thread
from support.corpus import Corpus

from yoi_cli.store.formats import item_yaml, thread


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_both_readers_tell_the_same_of_random_threads_items_and_mutants(seed: int) -> None:
    told = differential.hold_together(seed, 2000, None, ((), ()))
    assert told.wrong == ""
    assert told.figures.total() == 2000
    assert min(told.figures.values()) > 10


def _without_reports(data: bytes) -> Reading:
    return read_thread(data)._replace(reports=[])


def test_a_reader_that_tells_another_story_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(compare, "read_thread", _without_reports)
        assert "reports" in differential.hold_together(1, 2000, None, ((), ())).wrong
    with monkeypatch.context() as patch:
        patch.setattr(thread, "LINES", "other")
        assert "torn" in differential.hold_together(1, 20_000, None, ((), ())).wrong
    with monkeypatch.context() as patch:
        patch.setattr(item_yaml, "_UNSETTLED", re.compile("(?!)"))
        assert "libyaml" in differential.hold_together(1, 20_000, None, ((), ())).wrong


@pytest.mark.process
def test_the_command_tells_its_figures(env: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, differential.__file__, "--cases", "200", "--seed", "4"]
    done = subprocess.run(
        command, env=env, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "seed 4: " in done.stdout
    assert "no difference" in done.stdout


def test_both_read_every_file_of_the_real_store_alike(corpus: Corpus) -> None:
    threads, items = differential.real_files(corpus.tickets)
    assert len(threads) == len(items) > 200
    assert sum(len(read_thread(data).events) for data in threads) > 2000
    assert [*filter(None, map(thread_difference, threads))] == []
    assert [*filter(None, map(item_difference, items))] == []
    assert all(map(is_plain, items))
