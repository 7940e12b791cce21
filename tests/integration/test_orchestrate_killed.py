"""`yoi orchestrate`, killed at any step and started again, ends as if nothing had happened."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.orchestration import REQUEST_CHANGES, Shop, copy_of, shop_in
from support.process import Program

pytestmark = pytest.mark.slow

KILLER = Path(__file__).parents[1] / "support" / "killed_orchestrate.py"


@pytest.fixture
def shop(workspace: Path, yoi: Program, git: Program) -> Shop:
    shop = shop_in(workspace, yoi, git)
    shop.configure('close = true\nvalidate = [["true"]]')
    shop.script("reviewer-1", REQUEST_CHANGES)
    shop.script("coder-2", "echo more > more.txt\ngit add --all\ngit commit --quiet -m More\n")
    return shop


def killed(shop: Shop, number: int) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-P", str(KILLER), str(number)]
    return subprocess.run(
        command, cwd=shop.repo, env=dict(shop.yoi.env), capture_output=True, check=False
    )


def facts(shop: Shop, ticket: str) -> tuple[object, ...]:
    """What must be the same however often it was killed."""
    trees = sorted(tree.name for tree in (shop.repo / ".worktree").iterdir())
    branches = shop.git("branch", "--list", "--format=%(refname:short)").out
    return (
        shop.state(ticket), shop.steps(ticket), shop.ran(), shop.merges(), shop.files(), trees,
        branches, shop.git("status", "--porcelain", "--untracked-files=no").out,
    )  # fmt: skip


#: Some boundaries of about a hundred: the campaign `orchestrate` of `make torture` takes all.
@pytest.mark.parametrize("part", [0.3, 0.7, 0.9])
def test_a_run_that_was_killed_is_ended_by_the_next(
    shop: Shop, tmp_path: Path, part: float
) -> None:
    ticket = shop.queue()
    twin = copy_of(shop, tmp_path / "twin")
    counted = killed(twin, 0)
    assert counted.returncode == 0, counted.stderr.decode()
    boundaries = counted.stderr.decode().count("boundary ")
    ended = killed(shop, int(boundaries * part))
    assert ended.returncode == -9
    shop.run()
    assert facts(shop, ticket) == facts(twin, ticket)
