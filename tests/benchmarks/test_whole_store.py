"""What a whole store is held to."""

from __future__ import annotations

import subprocess
import sys

import pytest
from support.environment import ROOT
from whole_store import BOUNDS, COMMANDS, verdict


def test_a_ratio_is_held_against_its_bound_where_there_is_one() -> None:
    assert verdict(1.1, 1.1) == "1.1 | within"
    assert verdict(1.1, 1.2) == "1.1 | OVER"
    assert verdict(None, 9.0) == " | "


def test_every_bound_is_one_of_a_command_that_is_measured() -> None:
    measured = {" ".join(words) for words in COMMANDS}
    assert all(measured >= bounds.keys() for bounds in BOUNDS.values())


@pytest.mark.process
@pytest.mark.parametrize("ids", ["ulid", "none"])
def test_a_small_store_of_each_kind_is_measured(ids: str, env: dict[str, str]) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "whole_store.py")]
    command += ["--tickets", "100", "--repeat", "1", "--only", "next", "--shape", "real"]
    done = subprocess.run(
        [*command, "--ids", ids], env=env, check=True, capture_output=True, text=True
    )
    rows = [line.split(" | ")[:2] for line in done.stdout.splitlines()[2:]]
    assert rows == [["| next", "with the index"], ["| next", "without"]]
