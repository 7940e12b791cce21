"""What a job says of the folder that it is given, run as a process of its own as a job runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.workers import PATIENCE, wait_until

from yoi_cli.workers.remote.slurm import prober

pytestmark = pytest.mark.process


@pytest.mark.parametrize(("is_held", "found"), [(True, prober.REFUSED), (False, prober.TAKEN)])
def test_it_says_what_it_read_whether_our_lock_holds_and_holds_its_own_until_that_is_seen(
    tmp_path: Path, *, is_held: bool, found: str
) -> None:
    (tmp_path / prober.TOKEN).write_text("a token")
    lock = prober.hold_lock(str(tmp_path / prober.HELD_HERE))
    if not is_held:
        os.close(lock)
    command = (sys.executable, "-I", "-S", prober.__file__, tmp_path)
    with subprocess.Popen(command) as job:
        wait_until((tmp_path / prober.ANSWER).exists)
        said = json.loads((tmp_path / prober.ANSWER).read_bytes())
        assert said == {"token": "a token", "python": [*sys.version_info[:3]], "lock": found}
        assert prober.try_lock(str(tmp_path / prober.HELD_THERE)) == prober.REFUSED
        (tmp_path / prober.SEEN).touch()
        assert job.wait(PATIENCE) == 0
    assert prober.try_lock(str(tmp_path / prober.HELD_THERE)) == prober.TAKEN
    if is_held:
        os.close(lock)


def test_where_a_lock_cannot_be_tried_it_says_why(tmp_path: Path) -> None:
    assert prober.try_lock(str(tmp_path / "nothing")) == "No such file or directory"
