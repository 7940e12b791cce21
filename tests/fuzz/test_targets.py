"""The fuzz targets hold on their seeds, and a fuzzer that is given a moment breaks none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from fuzz.run import NAMES
from fuzz.targets import SEEDS, TARGETS

RUN = Path(__file__).with_name("run.py")


def test_every_target_can_be_run() -> None:
    assert list(NAMES) == list(TARGETS)


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_holds_on_its_seeds_and_on_every_cut_of_them(name: str) -> None:
    for seed in SEEDS[name]:
        for end in range(len(seed) + 1):
            TARGETS[name](seed[:end])


def test_a_reader_that_tells_another_story_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fuzz.targets.fold_thread", lambda data: None)
    with pytest.raises(AssertionError):
        TARGETS["thread"](SEEDS["thread"][0])


@pytest.mark.process
@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_a_fuzzer_breaks_no_target_in_a_moment(
    name: str, tmp_path: Path, env: dict[str, str]
) -> None:
    pytest.importorskip("atheris", reason="atheris has no wheel for this machine")
    done = subprocess.run(
        [sys.executable, str(RUN), name, "-runs=3000", "-max_total_time=4", "-timeout=10"],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Done " in done.stderr
