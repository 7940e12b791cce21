"""Fifty tickets that wait for one another, on a project with tests, under an orchestrator that is
killed again and again.

`YOI_GRAPH_PROJECT` names the clone of a project to do it on, whose tests are in `tests/` and are
run by unittest; without it the project is one of the campaign's own.
"""

from __future__ import annotations

import io
import os
import random
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections import Counter
from pathlib import Path

from support.orchestration import APPROVE, REQUEST_CHANGES, Shop, shop_in
from support.process import git_program, yoi_program
from torture.outcome import ENOUGH, Outcome, Settings

_AT_ONCE = 4
#: So many validations of merges a merge are too many: somebody merges beside somebody else.
_MOST_VALIDATIONS = 1.2
_LONGEST_RUN = 600
_PIECE = """\
mkdir -p pieces tests
cat > pieces/p{number}.py <<'END'
{imports}

def value() -> int:
    return {terms}
END
cat > tests/test_p{number}.py <<'END'
import unittest

from pieces import p{number}


class Test(unittest.TestCase):
    def test_it_is_the_sum_of_what_it_is_made_of(self) -> None:
        self.assertEqual(p{number}.value(), {value})
END
git add --all
git commit --quiet --message "Piece {number}, round $YOI_ROUND"
"""
_REVISED = """\
echo "# Looked over." >> pieces/p{number}.py
git commit --quiet --all --message "Piece {number}, revised"
"""
_TEST = [
    "env",
    "PYTHONPATH=src",
    sys.executable,
    "-B",
    "-m",
    "unittest",
    "discover",
    "-q",
    "-s",
    "tests",
    "-t",
    ".",
]


def run(settings: Settings) -> Outcome:
    """Four at once, a third of the rounds not good enough: by the tests, or to the reviewer."""
    tickets = settings.size(settings.events, full=50, short=4)
    kills = settings.size(settings.runs, full=20, short=2)
    shop = _project(settings.folder)
    ids = _queue(shop, tickets)
    begun = time.monotonic()
    killed = _run_and_kill(shop, kills, random.Random(settings.seed))
    seconds = time.monotonic() - begun
    validated = (shop.agents / "validated").read_text().splitlines()
    tried = sum(f"/merge-{ticket}" in line for line in validated for ticket in ids)
    wrong = _wrong(shop, ids)
    if killed < kills:
        wrong.append(f"only {killed} of {kills} runs were there to be killed")
    if tried > _MOST_VALIDATIONS * tickets:
        wrong.append(f"{tried} validations of {tickets} merges")
    ran = Counter(line.split()[1] for line in shop.ran())
    figures: dict[str, int | str] = {
        "tickets": tickets,
        "runs killed": killed,
        "coders": ran["coder"],
        "reviewers": ran["reviewer"],
        "merges": len(shop.merges()),
        "validations of merges": tried,
        "seconds of orchestrating": round(seconds),
    }
    return Outcome(figures, tuple(wrong[:ENOUGH]), _control(shop))


def _project(folder: Path) -> Shop:
    repo = folder / "repo"
    repo.mkdir(parents=True)
    env = dict(os.environ)
    yoi, git = yoi_program(env, folder), git_program(env, folder)
    git("init", "--quiet")
    if others := os.environ.get("YOI_GRAPH_PROJECT"):
        _unpack(git("-C", others, "archive", "HEAD").out_bytes, repo)
    else:
        (repo / "README.md").write_text("# Pieces\n")
    (repo / ".gitignore").write_text("__pycache__/\n")
    for name in ("pieces", "tests"):
        (repo / name).mkdir(exist_ok=True)
        (repo / name / "__init__.py").touch()
    git("add", "--all")
    git("commit", "--quiet", "--message", "Begin")
    yoi("init")
    shop = shop_in(repo, yoi, git)
    test = " ".join(f"'{word}'" for word in _TEST)
    noted = f"pwd >> '{shop.agents}/validated'; if ls tests/test_*.py > /dev/null 2>&1; then"
    shop.configure(
        f"close = true\nmax_workers = {_AT_ONCE}\n"
        f'validate = [["sh", "-c", """{noted} exec {test}; fi"""]]'
    )
    return shop


def _queue(shop: Shop, number: int) -> list[str]:
    """The tickets: each waits for up to two of those before it, whose pieces it is made of. Of
    every second one the first round is not good enough, by turns to the tests and the reviewer."""
    ids: list[str] = []
    values: list[int] = []
    for n in range(number):
        parts = sorted({m for m in ((n - 1) // 2, n - 7) if m >= 0})
        values.append(n + sum(values[m] for m in parts))
        ticket = shop.queue(f"Piece {n}", depends_on=" ".join(ids[m] for m in parts))
        ids.append(ticket)
        terms = " + ".join([str(n), *(f"p{m}.value()" for m in parts)])
        imports = f"from pieces import {', '.join(f'p{m}' for m in parts)}\n" if parts else ""
        good = _PIECE.format(number=n, imports=imports, terms=terms, value=values[n])
        shop.script("coder", good, ticket)
        if n % 4 == 1:
            bad = _PIECE.format(number=n, imports=imports, terms=f"1 + {terms}", value=values[n])
            shop.script("coder-1", bad, ticket)
        elif n % 4 == 3:
            shop.script("reviewer-1", REQUEST_CHANGES, ticket)
            shop.script("reviewer", APPROVE, ticket)
            shop.script("coder-1", good, ticket)
            shop.script("coder", _REVISED.format(number=n), ticket)
    return ids


def _run_and_kill(shop: Shop, kills: int, draw: random.Random) -> int:
    """Orchestrate until a run ends by itself; how many were killed, each when some more workers
    had run than at its beginning."""
    killed = 0
    while True:
        run = subprocess.Popen(
            [*shop.yoi.argv, "orchestrate"],
            cwd=shop.repo,
            env=shop.yoi.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if killed < kills:
            wanted = len(shop.ran()) + draw.randint(1, 5)
            while run.poll() is None and len(shop.ran()) < wanted:
                time.sleep(0.02)
            time.sleep(draw.uniform(0, 0.5))
            if run.poll() is None:
                run.send_signal(signal.SIGKILL)
        run.wait(timeout=_LONGEST_RUN)
        if run.returncode != -signal.SIGKILL:
            return killed
        killed += 1


def _wrong(shop: Shop, ids: list[str]) -> list[str]:
    wrong = [f"{one} is {shop.state(one)}" for one in ids if shop.state(one) != "closed"]
    wrong += [
        f"{line!r} ran {times} times" for line, times in Counter(shop.ran()).items() if times > 1
    ]
    rounds = Counter(" ".join(line.split()[:2]) for line in shop.ran())
    for n, ticket in enumerate(ids):
        expected = {"coder": 1 + n % 2, "reviewer": 1 + (n % 4 == 3)}
        found = {role: rounds[f"{ticket} {role}"] for role in expected}
        if found != expected:
            wrong.append(f"piece {n}: {found}, not {expected}")
    if len(shop.merges()) != len(ids):
        wrong.append(f"{len(shop.merges())} merges")
    workers = shop.yoi("worker", "list", "--json").json["workers"]
    wrong += [f"{one['worker_id']} is left" for one in workers if one["state"] == "running"]
    trees = shop.repo / ".worktree"
    wrong += [f"{tree.name} is left" for tree in trees.iterdir()] if trees.exists() else []
    return wrong + _red(shop, "main")


def _red(shop: Shop, branch: str) -> list[str]:
    """Where the branch ever was and the project's tests fail."""
    found = []
    for commit in shop.git("rev-list", "--first-parent", branch).out.split():
        place = shop.repo.parent / "checked"
        _unpack(shop.git("archive", commit, "--", ":!.yoi").out_bytes, place)
        if list(place.glob("tests/test_*.py")):
            done = subprocess.run(_TEST, cwd=place, capture_output=True, check=False)
            found += [f"{branch} was red at {commit}"] if done.returncode else []
        shutil.rmtree(place)
    return found


def _unpack(archive: bytes, folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")


def _control(shop: Shop) -> str | None:
    """A commit that breaks the tests is seen where the branch has it, though the next mends it."""
    place = shop.repo.parent / "control"
    shop.git("worktree", "add", "--quiet", "-b", "broken", str(place), "main")
    piece = place / "pieces/p0.py"
    good = piece.read_text()
    for text in ("def value() -> int:\n    return -1\n", good):
        piece.write_text(text)
        shop.git("commit", "--quiet", "--all", "--message", "Control", cwd=place)
    seen = len(_red(shop, "broken"))
    return f"a commit that breaks the tests is seen {seen} times" if seen else None
