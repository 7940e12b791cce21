"""`yoi orchestrate` killed at every boundary of everything it does, and started again."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from support.orchestration import REQUEST_CHANGES, Shop, copy_of, shop_in
from support.process import git_program, yoi_program
from torture.outcome import ENOUGH, Outcome, Settings

_KILLER = Path(__file__).parents[2] / "support" / "killed_orchestrate.py"
_SHORT_STEP = 9


def run(settings: Settings) -> Outcome:
    """One ticket that is reviewed twice: killed once at each boundary, then once more at a
    boundary of the run that goes on, and in the end left to end."""
    shop, ticket = _template(settings.folder / "template")
    untouched = copy_of(shop, settings.folder / "untouched")
    counted = _killed(untouched, 0)
    boundaries = [line for line in counted.stderr.decode().splitlines() if "boundary " in line]
    expected = facts(untouched, ticket)
    step = 1 if settings.runs is None and not settings.is_short else _SHORT_STEP
    draw = random.Random(settings.seed)
    plans = [(number, 0) for number in range(1, len(boundaries) + 1, step)]
    plans += [(number, draw.randint(1, len(boundaries))) for number, _ in plans[:: 2 * step]]
    with ThreadPoolExecutor(settings.jobs) as pool:
        found = pool.map(lambda plan: _try(shop, ticket, settings.folder, plan, expected), plans)
        wrong = list(_first(found))
    figures: dict[str, int | str] = {
        "boundaries": len(boundaries),
        "runs killed": sum(1 + bool(second) for _, second in plans),
        "events a ticket": len(untouched.steps(ticket)),
        "workers": len(untouched.ran()),
    }
    return Outcome(figures, tuple(wrong), _control(shop, ticket, settings.folder, boundaries))


def _template(folder: Path) -> tuple[Shop, str]:
    """A shop with one queued ticket, whose reviewer asks for changes once."""
    repo = folder / "repo"
    repo.mkdir(parents=True)
    env = dict(os.environ)
    yoi, git = yoi_program(env, folder), git_program(env, folder)
    git("init", "--quiet")
    (repo / "README.md").write_text("# A project\n")
    git("add", "--all")
    git("commit", "--quiet", "--message", "Begin")
    yoi("init")
    shop = shop_in(repo, yoi, git)
    shop.configure('close = true\nvalidate = [["true"]]')
    shop.script("reviewer-1", REQUEST_CHANGES)
    shop.script("coder-2", "echo more > more.txt\ngit add --all\ngit commit --quiet -m More\n")
    return shop, shop.queue()


def _killed(
    shop: Shop, number: int, *, weakened: bool = False
) -> subprocess.CompletedProcess[bytes]:
    env = dict(shop.yoi.env) | ({"ORCHESTRATE_WITHOUT_KEYS": "1"} if weakened else {})
    command = [sys.executable, "-P", str(_KILLER), str(number)]
    return subprocess.run(command, cwd=shop.repo, env=env, capture_output=True, check=False)


def facts(shop: Shop, ticket: str) -> dict[str, object]:
    """What must be the same however often a run was killed."""
    trees = shop.repo / ".worktree"
    return {
        "state": shop.state(ticket),
        "events": shop.steps(ticket),
        "workers": shop.ran(),
        "merges": shop.merges(),
        "files": shop.files(),
        "worktrees": sorted(tree.name for tree in trees.iterdir()) if trees.exists() else [],
        "branches": shop.git("branch", "--list", "--format=%(refname:short)").out,
        "not committed": shop.git("status", "--porcelain", "--untracked-files=no").out,
    }


def _try(
    shop: Shop, ticket: str, folder: Path, plan: tuple[int, int], expected: dict[str, object]
) -> list[str]:
    """Kill, perhaps kill again, go on to the end; what differs from a run that was not."""
    place = folder / f"killed-{plan[0]}-{plan[1]}"
    twin = copy_of(shop, place)
    for number in plan:
        if number:
            _killed(twin, number)
    last = twin.yoi("orchestrate", check=False)
    wrong = [] if last.code == 0 else [f"the last run exits with {last.code}: {last.err[:200]}"]
    found = facts(twin, ticket)
    wrong += [
        f"{key}: {found[key]}, not {expected[key]}"
        for key in expected
        if found[key] != expected[key]
    ]
    if not wrong:
        shutil.rmtree(place)
    return [f"killed at {plan}: {one}" for one in wrong]


def _first(found: Iterable[list[str]]) -> list[str]:
    wrong: list[str] = []
    for some in found:
        if len(wrong) < ENOUGH:
            wrong += some
    return wrong[:ENOUGH]


def _control(shop: Shop, ticket: str, folder: Path, boundaries: list[str]) -> str | None:
    """An orchestrator whose workers have no keys starts one twice, and that is seen."""
    number = 1 + next(n for n, line in enumerate(boundaries) if "after spawn" in line)
    twin = copy_of(shop, folder / "control")
    _killed(twin, number, weakened=True)
    _killed(twin, 10**6, weakened=True)
    coders = sum(" coder 1" in line for line in twin.ran())
    return f"without keys, the first coder ran {coders} times" if coders > 1 else None
