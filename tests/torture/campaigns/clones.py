"""`clones`: three clones walk at random with real git, and meet again.

They create, comment, move, relate and close; they merge, rebase onto, pick from and revert
one another's commits, with the merge driver that `yoi doctor --fix` configures. In the end
the three are merged, beginning with each of them: that must give the same store, with every
acknowledged event in it that nobody reverted, and doctor must find nothing. The control is a
walk whose tickets merge by lines.
"""

from __future__ import annotations

import os
import random
import subprocess
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from support.file_stores import fingerprint, open_store
from torture.outcome import ENOUGH, Outcome, Settings
from torture.warm import warm_yoi
from torture.warm_server import warm_program
from torture.world import identities

from yoi_cli.errors import YoiError
from yoi_cli.model.ids import TicketId
from yoi_cli.model.states import allowed_moves

STEPS = 12
_NAMES = ("ada", "bob", "eve")
_REASONED = ("planning",)
#: Two moves, or relations, that are each legal on its branch: both stay, nothing of it is ready,
#: and a person settles it.
_SIDE_BY_SIDE = frozenset({"diverged", "relation_cycle"})


class Walked(NamedTuple):
    """What became of one walk. `asked` counts conflicts that were put before a person."""

    steps: int
    events: int
    asked: int
    reverted: int
    violations: tuple[str, ...]


class Clone:
    """One clone, and what was acknowledged in it."""

    def __init__(self, folder: Path, *, drives: bool = True) -> None:
        self.folder = folder
        self.drives = drives
        self.asked = 0

    def git(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A git command, whatever its exit code."""
        return subprocess.run(
            ["git", *words], cwd=self.folder, capture_output=True, text=True, check=False
        )

    def must(self, *words: str) -> str:
        """What a git command prints that has to succeed."""
        done = self.git(*words)
        if done.returncode != 0:
            raise BrokenWalkError(f"git {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    def configure(self, like: Clone | None = None) -> None:
        """Set the clone up as its user would, or as another was, or to merge by lines."""
        if self.drives and like is not None:
            for line in like.must("config", "--get-regexp", r"^merge\.").splitlines():
                self.must("config", *line.split(" ", 1))
        elif self.drives:
            self.yoi("doctor", "--fix")
            self.commit("What doctor mended")
        else:
            (self.folder / ".git" / "info").mkdir(exist_ok=True)
            (self.folder / ".git" / "info" / "attributes").write_text("* merge=text\n")

    def yoi(self, *words: str) -> int:
        return warm_yoi(*words, cwd=self.folder).code

    def events(self) -> dict[str, set[str]]:
        known = identities(open_store(self.folder, in_git=True))
        return {ticket: set(names) for ticket, names in known.items()}

    def diagnosed(self) -> list[tuple[str, str]]:
        """What doctor finds wrong, but for what branches did side by side."""
        done = warm_yoi("ticket", "doctor", "--json", cwd=self.folder)
        return [
            (str(one["code"]), str(one.get("ticket")))
            for one in done.json["diagnostics"]
            if one["severity"] != "info" and one["code"] not in _SIDE_BY_SIDE
        ]

    def commit(self, what: str) -> None:
        self.must("add", "--all", ".yoi")
        self.git("commit", "--quiet", "--message", what)

    def join(self, *start: str, go_on: str) -> None:
        """Start a merge, rebase or pick, and bring it to its end as a person would."""
        done = self.git(*start)
        for _ in range(STEPS * 2):
            if done.returncode == 0:
                self.commit("What resolving left")
                return
            self.settle()
            is_empty = self.git("diff", "--cached", "--quiet", "HEAD").returncode == 0
            if go_on == "revert" and is_empty:  # all of it was merged back in
                self.git("revert", "--quit")
                return
            if go_on == "merge":
                done = self.git("commit", "--quiet", "--no-edit")
            else:
                word = "--skip" if is_empty else "--continue"
                done = self.git("-c", "core.editor=true", go_on, word)
        raise BrokenWalkError(f"{' '.join(start)} came to no end: {done.stdout}{done.stderr}")

    def settle(self) -> None:
        """Resolve conflicts: by `yoi resolve`, and what that leaves by keeping this side."""
        if self.drives:
            self.yoi("resolve", "--all")
        unmerged = self.must("diff", "--name-only", "--diff-filter=U", "-z")
        for path in filter(None, unmerged.split("\0")):
            self.asked += 1
            if self.git("checkout", "--ours", "--", path).returncode != 0:
                self.git("checkout", "--theirs", "--", path)
            self.must("add", "--", path)


class BrokenWalkError(Exception):
    """A walk that could not go on."""


class Walk:
    """Three clones, and the steps that they take."""

    def __init__(self, folder: Path, seed: int, *, drives: bool) -> None:
        self.dice = random.Random(seed)
        self.clones: list[Clone] = []
        self.acknowledged: dict[str, set[str]] = {}
        self.reverted: set[str] = set()
        origin = Clone(folder / "origin")
        origin.folder.mkdir(parents=True)
        origin.must("init", "--quiet", "--template=", ".")
        origin.yoi("init")
        for title in ("One", "Two", "Three"):
            origin.yoi("ticket", "create", "-t", title, "-m", "## Acceptance criteria\n\n- Yes.")
        origin.commit("Begin")
        for name in _NAMES:
            clone = Clone(folder / name, drives=drives)
            origin.must("clone", "--quiet", "--template=", ".", str(clone.folder))
            clone.must("config", "user.name", name)
            clone.configure(*self.clones[:1])
            self.clones.append(clone)

    def run(self) -> None:
        for _ in range(STEPS):
            clone = self.dice.choice(self.clones)
            step = self.dice.choice(_STEPS)
            before = clone.events()
            step(self, clone)
            now = clone.events()
            for ticket, known in now.items():
                self.acknowledged.setdefault(ticket, set()).update(known)
            kept = {ticket: names | self.reverted for ticket, names in now.items()}
            lost = [t for t, names in before.items() if names - kept.get(t, set())]
            if lost and step is not revert:
                raise BrokenWalkError(f"{step.__name__} lost events of {lost}")

    def other(self, clone: Clone) -> Clone:
        """Another clone, fetched from."""
        other = self.dice.choice([one for one in self.clones if one is not clone])
        clone.must("fetch", "--quiet", str(other.folder), "HEAD")
        return other

    def ticket(self, clone: Clone) -> str:
        return self.dice.choice(sorted(clone.events()))


def write(walk: Walk, clone: Clone) -> None:
    """A few commands, each committed by itself."""
    for _ in range(walk.dice.randrange(1, 4)):
        ticket, dice = walk.ticket(clone), walk.dice
        what = dice.choice(("create", "comment", "comment", "move", "move", "relate", "close"))
        if what == "create":
            clone.yoi("ticket", "create", "-t", f"New {dice.random()}", "-m", "x")
        elif what == "comment":
            clone.yoi("ticket", "comment", ticket, "-m", f"Said {dice.random()}")
        elif what == "close":
            clone.yoi("ticket", "close", ticket, "-m", f"Done {dice.random()}")
        elif what == "relate":
            kind = dice.choice(("depends_on", "related"))
            clone.yoi("ticket", "relation", "add", ticket, kind, walk.ticket(clone))
        else:
            state = open_store(clone.folder, in_git=True).item(TicketId(ticket)).state
            moves = [one for one in allowed_moves(state) if one != "closed"]
            if moves:
                target = dice.choice(moves)
                if state in ("done", "closed"):
                    clone.yoi("ticket", "reopen", ticket, "--reason", "Again")
                else:
                    reason = ("--reason", "Why") if target in _REASONED else ()
                    clone.yoi("ticket", "state", ticket, target, *reason)
        clone.commit(what)


def merge(walk: Walk, clone: Clone) -> None:
    walk.other(clone)
    clone.join("merge", "--quiet", "--no-edit", "FETCH_HEAD", go_on="merge")


def rebase(walk: Walk, clone: Clone) -> None:
    walk.other(clone)
    clone.join("rebase", "--quiet", "FETCH_HEAD", go_on="rebase")


def pick(walk: Walk, clone: Clone) -> None:
    """Pick a commit that is not here, on tickets that are here or that it makes.

    Of another git would make a ticket of what the commit alone has of it (doctor says so).
    """
    walk.other(clone)
    listed = clone.must("rev-list", "--no-merges", "HEAD..FETCH_HEAD").split()
    missing = [commit for commit in listed if _is_at_home(clone, commit)]
    if not missing:
        return
    asked = clone.asked
    commit = walk.dice.choice(missing)
    done = clone.git("cherry-pick", "--keep-redundant-commits", commit)
    if done.returncode == 0:
        return
    clone.yoi("resolve", "--all")
    if clone.must("diff", "--name-only", "--diff-filter=U"):
        clone.must("cherry-pick", "--abort")
        clone.asked = asked
        return
    clone.join("-c", "core.editor=true", "cherry-pick", "--continue", go_on="cherry-pick")


def _is_at_home(clone: Clone, commit: str) -> bool:
    """Whether every ticket that a commit changes is here, or made by it."""
    shown = ("show", "--format=", "--name-only", commit, "--", ".yoi/tickets")
    changed, made = (clone.must(*shown[:3], *one, *shown[3:]) for one in ((), ("--diff-filter=A",)))
    threads = {f"{'/'.join(path.split('/')[:3])}/thread.md" for path in changed.splitlines()}
    return all(
        thread in made.splitlines() or (clone.folder / thread).exists() for thread in threads
    )


def revert(walk: Walk, clone: Clone) -> None:
    """Take back an own commit that made no ticket."""
    own = clone.must("log", "--no-merges", "--format=%H %s", "-8").splitlines()
    said = [line.split()[0] for line in own if line.split()[1] in ("comment", "move")]
    if not said:
        return
    commit = walk.dice.choice(said)
    shown = clone.must("show", "--format=", commit, "--", "*/thread.md")
    clone.join("revert", "--no-edit", commit, go_on="revert")
    for line in shown.splitlines():
        if line.startswith("+<!-- event:"):
            walk.reverted.add(line.rpartition(" id: ")[2].removesuffix(" -->"))


_STEPS = (write, write, write, write, merge, merge, rebase, pick, revert)


def meet(walk: Walk, folder: Path) -> list[Clone]:
    """The three merged, beginning with each of them, in clones of their own."""
    met: list[Clone] = []
    for number in range(len(walk.clones)):
        first, *others = walk.clones[number:] + walk.clones[:number]
        clone = Clone(folder / f"met-{number}", drives=walk.clones[0].drives)
        first.must("clone", "--quiet", "--template=", ".", str(clone.folder))
        clone.configure(first)
        for other in others:
            clone.must("fetch", "--quiet", str(other.folder), "HEAD")
            clone.join("merge", "--quiet", "--no-edit", "FETCH_HEAD", go_on="merge")
        # Of a single pick git tells a driver too little to project the state: that is mended
        # by whoever writes next (docs/merging.md).
        # It would put back what merges by lines lost, too.
        if clone.drives:
            clone.yoi("doctor", "--fix")
        met.append(clone)
    return met


def said_in(clone: Clone, reverted: set[str], *, by_person: bool) -> dict[str, str]:
    """Every file of a store by its path; after a revert, every log without what it took back.

    A revert of a file's newest commit takes events and fields back on one side, and git asks no
    driver where the other side left the file alone: whether they return depends on who is merged
    first (docs/merging.md). What nobody reverted does not. So do fields over which a person was
    asked (`by_person`), who keeps this side here.
    """
    if not (reverted or by_person):
        return fingerprint(clone.folder / ".yoi" / "tickets")
    store = open_store(clone.folder, in_git=True)
    kept: dict[str, str] = {}
    for ticket in store.ids():
        events = (event._replace(line=0) for event in store.thread(ticket).events)
        kept[ticket] = repr([event for event in events if event.id not in reverted])
    return kept


def judge(walk: Walk, met: list[Clone]) -> list[str]:
    """What is wrong with the stores of those who met."""
    wrong: list[str] = []
    by_person = any(clone.asked for clone in (*walk.clones, *met))
    stores = [said_in(clone, walk.reverted, by_person=by_person) for clone in met]
    for number, store in enumerate(stores[1:], 1):
        places = store.keys() | stores[0].keys()
        differing = [place for place in places if store.get(place) != stores[0].get(place)]
        if differing:
            wrong.append(f"order {number} gives other files: {sorted(differing)[:4]}")
    final = met[0].events()
    for ticket, known in walk.acknowledged.items():
        lost = known - final.get(ticket, set()) - walk.reverted
        if lost:
            wrong.append(f"lost of {ticket}: {sorted(lost)}")
    for ticket, names in identities(open_store(met[0].folder, in_git=True)).items():
        if len(names) != len(set(names)):
            wrong.append(f"{ticket} has an event twice")
    wrong.extend(f"doctor: {code} of {ticket}" for code, ticket in met[0].diagnosed())
    return wrong


def take(job: tuple[Path, int, bool]) -> Walked:
    """One walk, and the meeting after it."""
    folder, seed, drives = job
    walk = Walk(folder, seed, drives=drives)
    try:
        walk.run()
        met = meet(walk, folder)
        wrong = judge(walk, met)
    except (BrokenWalkError, YoiError) as error:
        wrong, met = [str(error)[:1500]], []
    if not wrong and drives:
        subprocess.run(["rm", "-rf", str(folder)], check=True)
    return Walked(
        STEPS,
        sum(map(len, walk.acknowledged.values())),
        sum(clone.asked for clone in (*walk.clones, *met)),
        len(walk.reverted),
        tuple(f"walk {seed}: {text}" for text in wrong),
    )


def run(settings: Settings) -> Outcome:
    total = settings.size(settings.runs, full=1_000, short=2)
    first = settings.seed * 1_000_000
    jobs = [(settings.folder / f"walk-{n}", first + n, True) for n in range(total)]
    os.environ["GIT_EDITOR"] = "true"
    with warm_program(settings.folder / "bin") as program:
        os.environ["PATH"] = os.pathsep.join([str(program), os.environ["PATH"]])
        with ProcessPoolExecutor(settings.jobs) as pool:
            walks = list(pool.map(take, jobs))
    control = [take((settings.folder / f"control-{n}", first + n, False)) for n in range(3)]
    broken = [text for walked in control for text in walked.violations]
    return Outcome(
        {
            "walks": total,
            "steps": sum(walked.steps for walked in walks),
            "events": sum(walked.events for walked in walks),
            "reverted": sum(walked.reverted for walked in walks),
            "put before a person": sum(walked.asked for walked in walks),
        },
        tuple(text for walked in walks for text in walked.violations)[:ENOUGH],
        f"without the driver: {len(broken)} findings in 3 walks" if broken else None,
    )
