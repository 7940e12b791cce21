"""Appends that race commit, checkout of another branch and back, merge and rebase.

Many of the merges are refused, for they would overwrite what was appended: git puts that on
a stash and back, with a reset in between (`git stash create`, `git read-tree --reset -u`,
`git stash apply`). Events must not be lost to these either.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from support.file_stores import comment, make_ticket, open_store
from torture.crowd import Crowd
from torture.outcome import Outcome, Settings
from torture.warm import warm_yoi
from torture.warm_server import warm_program

_EVENTS_A_ROUND = 2500
_TICKETS = 2
_ATTEMPTS = 8
_CONTROL_EVENTS = 2000
_ADDED = re.compile(rb"^\+?<!-- event: comment .* id: (\w{26}) -->\r?$", re.MULTILINE)
#: Git writes a file of that size in several pieces.
_PADDING = "x" * 40_000
#: Seconds between two of git's steps, at most.
_BREATH = 0.1
_BRANCHES = ("main", "other")


class _Race(NamedTuple):
    """Appends in the repository `workspace`, beside gits that are at most `breath` seconds apart.

    `weakness` is a part of the write protocol to take out, `only` a part of a step's name.
    """

    workspace: Path
    events: int
    writers: int
    seed: int
    breath: float = 0.0
    weakness: str = ""
    only: str = ""


class _Raced(NamedTuple):
    """What became of it. `refused` counts merges, `steps` what each kind of git's steps did."""

    acknowledged: int
    warned: int
    lost: int
    refused: int
    steps: Counter[str]
    problems: list[str]


def run(settings: Settings) -> Outcome:
    """100,000 appends in the full form, in repositories of 2,500 each."""
    with warm_program(settings.folder / "bin") as program:
        os.environ["PATH"] = os.pathsep.join([str(program), os.environ["PATH"]])
        with ProcessPoolExecutor(settings.jobs) as pool:
            raced = list(pool.map(_race, _races(settings)))
        control = _control(settings)
    wrong = [f"round {number}: {text}" for number, one in enumerate(raced) for text in one.problems]
    figures = {
        "appends": sum(one.acknowledged for one in raced),
        "acknowledged with a warning": sum(one.warned for one in raced),
        "lost": sum(one.lost for one in raced),
        **{name: sum(one.steps[name] for one in raced) for name in _STEPS},
        "merges refused": sum(one.refused for one in raced),
    }
    return Outcome(figures, tuple(wrong), control)


def _races(settings: Settings) -> list[_Race]:
    events = settings.size(settings.events, full=100_000, short=240)
    writers = settings.size(settings.writers, full=4, short=4)
    # Without a breath git holds its index nearly always, and hardly anything is appended.
    breath = settings.size(None, full=_BREATH, short=0.0)
    return [
        _Race(
            settings.folder / f"round-{number}",
            min(_EVENTS_A_ROUND, events - begin),
            writers,
            settings.seed + number,
            breath,
            only=settings.only,
        )
        for number, begin in enumerate(range(0, events, _EVENTS_A_ROUND))
    ]


def _control(settings: Settings) -> str | None:
    """Writers that do not look whether git replaced the thread."""
    appended = 0
    events = settings.size(None, full=_CONTROL_EVENTS, short=_CONTROL_EVENTS // 4)
    for attempt in range(_ATTEMPTS):
        workspace, seed = settings.folder / f"control-{attempt}", settings.seed + attempt
        done = _race(_Race(workspace, events, 4, seed, weakness="guard", only="checkouts"))
        appended += done.acknowledged
        if done.lost:
            return f"without the guard {done.lost} of {appended:,} lost"
    return None


def _race(race: _Race) -> _Raced:
    workspace, events, writers, seed, breath, weakness, only = race
    tickets = _repository(workspace)
    crowd = Crowd(workspace, workspace.with_name(f"{workspace.name}.notes"), weakness=weakness)
    for number in range(writers):
        crowd.start(events // writers + (number < events % writers), tickets)
    draw, steps, refused = random.Random(seed), Counter[str](), 0
    while crowd.running:
        time.sleep(draw.uniform(0, breath))
        name = draw.choice([name for name in _LOTS if only in name])
        # Half of the merges find changes that are not committed, and most of these are refused.
        if name != "merges" or draw.random() < 0.5:
            _commit(workspace)
        done = _STEPS[name](workspace)
        steps[name] += done
        refused += name == "merges" and not done
    problems = crowd.wait()
    _commit(workspace)
    notes = crowd.notes()
    kept = _kept(workspace)
    lost = sum(note.event.encode() not in kept for note in notes)
    if not weakness:
        problems += [f"{lost} of {len(notes)} lost ({workspace})"] if lost else []
        problems += _unreadable(workspace)
        if not problems:
            subprocess.run(["rm", "-rf", str(workspace)], check=True)
    return _Raced(len(notes), events - len(notes), lost, refused, steps, problems)


def _repository(workspace: Path) -> list[str]:
    """A repository with two branches whose threads differ, `main` checked out."""
    workspace.mkdir(parents=True)
    _git(workspace, "init", "--quiet", "--template=", ".")
    done = warm_yoi("init", cwd=workspace)
    assert done.code == 0, done
    _merge_by_events(workspace)
    store = open_store(workspace, in_git=True)
    tickets = [make_ticket(store) for _ in range(_TICKETS)]
    for ticket in tickets:
        comment(store, ticket, _PADDING)
    _commit(workspace)
    _git(workspace, "checkout", "--quiet", "-b", "other")
    for ticket in tickets:
        comment(store, ticket, "Only here.")
    _commit(workspace)
    _git(workspace, "checkout", "--quiet", "main")
    return [str(ticket) for ticket in tickets]


def _merge_by_events(workspace: Path) -> None:
    """Where `yoi init` configured no merge driver, lines are united; nothing stops a merge."""
    if "merge-driver" in (workspace / ".git" / "config").read_text():
        return
    info = workspace / ".git" / "info"
    info.mkdir(exist_ok=True)
    (info / "attributes").write_text("*.md merge=union\n*.json merge=union\n")


def _git(workspace: Path, *words: str) -> bool:
    """Run git; whether it did what it was told."""
    done = subprocess.run(
        ["git", "-c", "rerere.enabled=false", *words],
        cwd=workspace,
        env={**os.environ, "GIT_EDITOR": "true"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def _commit(workspace: Path) -> bool:
    _git(workspace, "add", "--all")
    return _git(workspace, "commit", "--quiet", "--all", "-m", "What was said")


def _branch(workspace: Path) -> str:
    """The branch checked out; made so again where a rebase had left it."""
    head = (workspace / ".git" / "HEAD").read_text().strip()
    return head.removeprefix("ref: refs/heads/")


def _elsewhere(workspace: Path) -> str:
    return _BRANCHES[_branch(workspace) == _BRANCHES[0]]


def _checkout(workspace: Path) -> bool:
    """To the other branch and back; git refuses while changes would be overwritten."""
    here = _branch(workspace)
    there = _git(workspace, "checkout", "--quiet", _elsewhere(workspace))
    _commit(workspace)
    return _git(workspace, "checkout", "--quiet", here) and there


def _merge(workspace: Path) -> bool:
    """Never aborted: that would throw away what was appended since it began."""
    done = _git(workspace, "merge", "--quiet", "--no-edit", _elsewhere(workspace))
    if not done and (workspace / ".git" / "MERGE_HEAD").exists():
        _commit(workspace)
    return done and _catch_up(workspace)


def _rebase(workspace: Path) -> bool:
    """Gone on with where it stops; at worst its branch is set to where it came."""
    branch = _branch(workspace)
    done = _git(workspace, "rebase", "--quiet", _elsewhere(workspace))
    for _ in range(10):
        if not _is_rebasing(workspace):
            return done and _catch_up(workspace)
        _commit(workspace)
        done = _git(workspace, "rebase", "--continue")
    # What the branch had stays reachable by a name of its own.
    _git(workspace, "branch", f"kept-{os.urandom(4).hex()}", branch)
    _git(workspace, "rebase", "--quit")
    _git(workspace, "checkout", "--quiet", "-B", branch)
    return False


def _catch_up(workspace: Path) -> bool:
    """The other branch goes forward to this one, so that the next merge is a small one."""
    there = f"refs/heads/{_elsewhere(workspace)}"
    if _git(workspace, "merge-base", "--is-ancestor", there, "HEAD"):
        _git(workspace, "update-ref", there, "HEAD")
    return True


def _is_rebasing(workspace: Path) -> bool:
    folder = workspace / ".git"
    return (folder / "rebase-merge").exists() or (folder / "rebase-apply").exists()


_STEPS: dict[str, Callable[[Path], bool]] = {
    "commits": _commit,
    "checkouts": _checkout,
    "merges": _merge,
    "rebases": _rebase,
}
#: A merge calls the driver, a program, for every file: it takes as long as some commits.
_LOTS = (*["commits", "checkouts"] * 6, "merges", "rebases")


def _kept(workspace: Path) -> set[bytes]:
    """The ids of all events in the work tree, and in any commit that a branch reaches."""
    log = ["git", "log", "--branches", "HEAD", "-m", "-p", "-U0", "--format=", "--no-color"]
    done = subprocess.run(log, cwd=workspace, capture_output=True, check=True)
    kept = set(_ADDED.findall(done.stdout))
    for thread in (workspace / ".yoi" / "tickets").glob("*/thread.md"):
        kept.update(_ADDED.findall(thread.read_bytes()))
    return kept


def _unreadable(workspace: Path) -> list[str]:
    """Threads that were taken for torn."""
    store = open_store(workspace, in_git=True)
    folder = Path(store.location.path)
    return [f"{t}: a torn tail" for t in store.ids() if (folder / t / "artifacts/.torn").exists()]
