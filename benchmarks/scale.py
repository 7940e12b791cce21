"""How far claims carry: real clones of one bare remote, as many as fit here, and a model of more.

    python benchmarks/scale.py [--clones 1 2 4 8] [--tickets 20]
    python benchmarks/scale.py --costs 15 66 18

What a question and a push take of the processor is measured with one clone, the part of the remote
(a folder here) and the clone's own together; then real clones race for the same tickets, and the
model (`claim_model.py`) does with the measured costs. With `--costs`, the milliseconds of a
question, a push and a question about all tickets, the model alone runs. It prints tables of
docs/scale.md.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import NamedTuple

from claim_model import Costs, Race, race, steady
from stores import clean_environment

from yoi_cli.errors import ConflictError
from yoi_cli.model.claim import ClaimRequest, check_free, take
from yoi_cli.store.files.claims import FileClaims
from yoi_cli.workspace.claim_records import ClaimRecords
from yoi_cli.workspace.claim_refs import ClaimRefs
from yoi_cli.workspace.claim_turns import ClaimTurns
from yoi_cli.workspace.shared_claims import SharedClaims

_REFS = "refs/yoi/claims/"
_LEASE = 3_600_000
_SAMPLES = 9
#: Ways to a remote and back, in seconds: beside it, in one country, around the world.
_WAYS = (0.001, 0.03, 0.2)
#: How many clones begin at once, and how many are at work.
_HERDS = (1, 10, 100)
_AT_WORK = (1, 10, 100, 1000)


class Counted(NamedTuple):
    """What one clone did: how often it asked and pushed, which tickets it has, and what that took
    of the processor, in seconds."""

    asked: int
    pushed: int
    won: tuple[str, ...]
    seconds: float


class Clone:
    """A clone with claims that hold at the remote beside it."""

    def __init__(self, path: Path) -> None:
        own = path / ".git/yoi"
        own.mkdir()
        self.claims = SharedClaims(
            FileClaims(str(own / "claims")),
            ClaimRecords(str(own / "shared_claims")),
            ClaimRefs(str(path), "origin", _REFS, silence=600),
            ClaimTurns(str(own / "claim_turns")),
            path.name,
        )

    def claim(self, ticket: str) -> bool:
        """As `yoi next --claim` does with one ticket; whether it asked only."""
        now = time.time_ns() // 1_000_000
        with self.claims.turn(ticket):
            self.claims.ask(ticket)
            current = self.claims.look(ticket)
            try:
                check_free(ticket, current, now)
            except ConflictError:
                return True
            taken = take(ticket, current, ClaimRequest("bench", _LEASE), now)
            self.claims.share(taken)
            self.claims.put(taken)
        return False

    def go(self, tickets: Sequence[str]) -> Counted:
        """Go for every ticket in turn."""
        asked = pushed = 0
        won, begun = [], processor_seconds()
        self.claims.learn(self.claims.ask_all())
        for ticket in tickets:
            asked += 1
            try:
                if self.claim(ticket):
                    continue
            except ConflictError:  # somebody else pushed first, and it was asked once more
                asked, pushed = asked + 1, pushed + 1
                continue
            pushed += 1
            won.append(ticket)
        return Counted(asked, pushed, tuple(won), processor_seconds() - begun)


def processor_seconds() -> float:
    """What this process and those that it waited for took of the processor."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(sum(resource.getrusage(one)[:2]) for one in who)


def make_clones(folder: Path, count: int) -> list[Clone]:
    """Clones of a new bare repository in `folder`, each of one commit."""
    folder.mkdir()
    _git(folder, "init", "--bare", "hub.git")
    clones = []
    for number in range(count):
        path = folder / f"clone{number}"
        _git(folder, "init", str(path))
        _git(path, "remote", "add", "origin", str(folder / "hub.git"))
        _git(path, "commit", "--allow-empty", "-m", path.name)
        clones.append(Clone(path))
    return clones


def measure_costs(folder: Path) -> Costs:
    """What one clone's requests take of the processor, in seconds, medians."""
    (clone,) = make_clones(folder, 1)
    asks, pushes, others = [], [], []
    for number in range(_SAMPLES):
        ticket = _ticket(number)
        clone.claims._refreshed = None
        begun = processor_seconds()
        clone.claims.ask(ticket)
        asked = processor_seconds()
        clone.claim(ticket)
        claimed = processor_seconds()
        clone.claims.ask_all()
        asks.append(asked - begun)
        pushes.append(claimed - asked - asks[-1])
        others.append(processor_seconds() - claimed)
    ask, push, all_ = map(statistics.median, (asks, pushes, others))
    return Costs(0.0, ask, push, all_, places=os.cpu_count() or 1)


def race_for_real(folder: Path, count: int, tickets: int) -> Race:
    """Real clones, a process each, that go for the same tickets from the same moment on; its
    seconds are those of the processor, of all."""
    clones = make_clones(folder, count)
    names = [_ticket(number) for number in range(tickets)]
    context = get_context("fork")
    barrier = context.Barrier(count + 1)
    ends = [context.Pipe(duplex=False) for _ in clones]
    running = [
        context.Process(target=_runner, args=(clone, names, barrier, sender))
        for clone, (_, sender) in zip(clones, ends, strict=True)
    ]
    for one in running:
        one.start()
    barrier.wait()
    found = [receiver.recv() for receiver, _ in ends]
    for one in running:
        one.join()
    won = [ticket for one in found for ticket in one.won]
    assert sorted(won) == names, "a ticket has two holders, or none"
    pushed = sum(one.pushed for one in found)
    seconds = sum(one.seconds for one in found)
    return Race(seconds, sum(one.asked for one in found), pushed, pushed - len(won), ())


def _runner(clone: Clone, names: Sequence[str], barrier: Barrier, sender: Connection) -> None:
    barrier.wait()
    sender.send(clone.go(names))


def validation(costs: Costs, scratch: Path, clones: Sequence[int], tickets: int) -> list[str]:
    """The table of real clones beside modelled ones."""
    rows = [
        "| clones | questions, real and model | pushes | of these lost | processor seconds |",
        "| --- | --- | --- | --- | --- |",
    ]
    for count in clones:
        real = race_for_real(scratch / f"race{count}", count, tickets)
        model = race(count, tickets, costs)
        busy = model.asked * costs.ask + model.pushed * costs.push + count * costs.ask_all
        rows.append(
            f"| {count} | {real.asked}, {model.asked} | {real.pushed}, {model.pushed} "
            f"| {real.lost}, {model.lost} | {real.seconds:.1f}, {busy:.1f} |"
        )
        print(rows[-1], file=sys.stderr)
    return rows


def herds(costs: Costs) -> list[str]:
    """The table of clones that all begin at once, each for one ticket."""
    rows = [
        "| clones | way | all have one after | requests for each | lost pushes |",
        "| --- | --- | --- | --- | --- |",
    ]
    for count in _HERDS:
        for way in _WAYS:
            found = race(count, count, costs._replace(way=way), each=1)
            rows.append(
                f"| {count:,} | {way * 1000:.0f} ms | {found.seconds:,.1f} s "
                f"| {(found.asked + found.pushed) / count:.1f} | {found.lost:,} |"
            )
    return rows


def loads(costs: Costs) -> list[str]:
    """The table of orchestrators at work."""
    rows = [
        "| clones | workers each | requests a second | of what the remote can do |",
        "| --- | --- | --- | --- |",
    ]
    for clones in _AT_WORK:
        for workers in (1, 10, 100):
            found = steady(clones, workers, costs)
            rows.append(f"| {clones:,} | {workers} | {found.requests:,.1f} | {found.load:.1%} |")
    return rows


def _ticket(number: int) -> str:
    return f"{number:013d}"


def _git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clones", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--tickets", type=int, default=20)
    parser.add_argument("--costs", type=float, nargs=3, metavar="MS")
    given = parser.parse_args()
    if given.costs:
        ask, push, all_ = (one / 1000 for one in given.costs)
        costs = Costs(0.0, ask, push, all_, places=os.cpu_count() or 1)
    else:
        costs = measured(given.clones, given.tickets)
    print("\n".join(loads(costs)), end="\n\n")
    print("\n".join(herds(costs)))


def measured(clones: Sequence[int], tickets: int) -> Costs:
    """The costs on this machine, told together with what real clones come to."""
    with tempfile.TemporaryDirectory(prefix="scale") as name:
        scratch = Path(name)
        os.environ.update(clean_environment(scratch / "home"))
        costs = measure_costs(scratch / "costs")
        asked, pushed, others = (1000 * one for one in costs[1:4])
        print(f"a question {asked:.0f} ms, a push {pushed:.0f} ms, all claims {others:.0f} ms\n")
        print("\n".join(validation(costs, scratch, clones, tickets)), end="\n\n")
    return costs


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
