"""`--runtime` of `yoi worker`: the workers of another clone's runtime, asked by its id."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.process import Program
from support.runtimes import add_profiles
from support.servers import serving
from support.templates import copy_repository

pytestmark = pytest.mark.process


@pytest.fixture
def far(
    yoi: Program, git: Program, workspace: Path, _repo_template: Path, _workspace_template: Path
) -> Iterator[str]:
    """The id of a runtime of another clone, which the workspace's registry has."""
    away = copy_repository(_repo_template, git, workspace.parent / "away")
    shutil.copytree(_workspace_template, away, symlinks=True, dirs_exist_ok=True)
    add_profiles(away)
    yoi("trust", "--yes", cwd=away, check=False)
    with serving(yoi, cwd=away) as server:
        file = str(server.file)
        yoi("runtime", "add", "far", "--url", server.address, "--token-file", file)
        yield "far"


def test_a_worker_there_is_started_fed_followed_and_waited_for(yoi: Program, far: str) -> None:
    at = ("--runtime", far)
    made = yoi("worker", "spawn", *at, "--profile", "reader", "--input", "--json").json
    worker = str(made["worker_id"])
    assert made["runtime_id"] == far
    listed = yoi("worker", "list", *at, "--json").json["workers"]
    assert [one["worker_id"] for one in listed] == [worker]
    assert yoi("worker", "list", "--json").json["workers"] == []
    yoi("worker", "input", worker[-6:], *at, "-m", "hello there", "--close")
    assert yoi("worker", "wait", worker, *at, "--json").json["exit_code"] == 0
    assert "hello there" in yoi("worker", "logs", worker, *at, "--follow").out
    assert yoi("worker", "show", worker, *at, "--json").json["state"] == "exited"


def test_a_worker_there_is_stopped(yoi: Program, far: str) -> None:
    at = ("--runtime", far)
    made = yoi("worker", "spawn", *at, "--profile", "sleeper", "--json").json
    ended = yoi("worker", "stop", str(made["worker_id"]), *at, "--grace", "0", "--json").json
    assert ended["state"] == "killed"


def test_what_only_this_machine_can_be_asked_for_is_refused(yoi: Program, far: str) -> None:
    at = ("--runtime", far, "--json")
    for words in (("--", "true"), ("--profile", "reader", "--cwd", "/"), ("--key", "x")):
        refused = yoi("worker", "spawn", *at, *words, check=False)
        assert refused.error["code"] == "runtime_option_unsupported"
    unknown = yoi("worker", "list", "--runtime", "nowhere", "--json", check=False)
    assert (unknown.code, unknown.error["code"]) == (3, "runtime_not_found")
