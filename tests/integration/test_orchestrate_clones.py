"""Two clones that share a store, and one ticket: one of them works on it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support.process import Program

CONFIG = """
[roles]
coder = {{ profile = "s" }}
[profiles.s]
confine = "off"
command = ["sh", "-c", "echo $YOI_TICKET >> {log}; echo 1 > a; git add a; git commit -qm A"]
[orchestration]
review = "person"
[sync]
branch = "yoi"
"""


@pytest.fixture
def clones(tmp_path: Path, repo: Path, yoi: Program, git: Program) -> tuple[Path, Path, str]:
    """Clones `a` and `b` of one repository, with a queued ticket in both; its id."""
    yoi("init", cwd=repo)
    config = repo / ".yoi/ticket.config.toml"
    text = config.read_text()
    config.write_text(text.replace("[sync]", "[ignored]") + CONFIG.format(log=tmp_path / "runs"))
    git("add", "--all", cwd=repo)
    git("commit", "--quiet", "-m", "A workspace", cwd=repo)
    git("clone", "--quiet", "--bare", str(repo), str(tmp_path / "hub.git"), cwd=tmp_path)
    for name in ("a", "b"):
        git("clone", "--quiet", "hub.git", name, cwd=tmp_path)
    a, b = tmp_path / "a", tmp_path / "b"
    body = "## Acceptance criteria\n\n- It is there.\n"
    ticket = str(yoi("ticket", "create", "--title", "T", "-m", body, "--json", cwd=a).json["id"])
    yoi("ticket", "intake", ticket, "-m", "ok", cwd=a)
    yoi("ticket", "state", ticket, "queued", cwd=a)
    yoi("sync", cwd=a)
    yoi("sync", cwd=b)
    for clone in (a, b):
        yoi("trust", "--yes", cwd=clone)
    return a, b, ticket


def runs(tmp_path: Path) -> int:
    path = tmp_path / "runs"
    return len(path.read_text().splitlines()) if path.exists() else 0


def test_a_ticket_that_another_clone_has_is_not_begun(
    clones: tuple[Path, Path, str], yoi: Program, tmp_path: Path
) -> None:
    a, b, _ = clones
    yoi("orchestrate", cwd=a, check=False)
    done = yoi("orchestrate", "--json", cwd=b)
    assert done.json["outcomes"][0]["reason"] == "claimed_elsewhere"
    assert runs(tmp_path) == 1


def test_of_two_clones_that_begin_at_once_one_works(
    clones: tuple[Path, Path, str], yoi: Program, tmp_path: Path
) -> None:
    a, b, ticket = clones
    command = [*yoi.argv, "orchestrate"]
    both = [
        subprocess.Popen(command, cwd=clone, env=dict(yoi.env), stdout=subprocess.DEVNULL)
        for clone in (a, b)
    ]
    codes = sorted(run.wait(timeout=60) for run in both)
    assert codes == [0, 5]
    assert runs(tmp_path) == 1
    for clone in (a, b, a):
        yoi("sync", cwd=clone)
    for clone in (a, b):
        yoi("orchestrate", cwd=clone, check=False)
    assert runs(tmp_path) == 1, "what the other's log says moves nothing here"
    holders = [yoi("ticket", "show", ticket, "--json", cwd=clone).json for clone in (a, b)]
    assert holders[0]["state"] == holders[1]["state"] == "inprogress"


def test_a_remote_that_cannot_be_reached_keeps_the_ticket_queued(
    clones: tuple[Path, Path, str], yoi: Program, tmp_path: Path
) -> None:
    a, _, ticket = clones
    (tmp_path / "hub.git").rename(tmp_path / "gone.git")
    done = yoi("orchestrate", "--json", cwd=a, check=False)
    assert (done.code, done.json["outcomes"][0]["result"]) == (1, "failed")
    assert yoi("ticket", "state", ticket, cwd=a).out.split()[2] == "queued"
    assert runs(tmp_path) == 0
