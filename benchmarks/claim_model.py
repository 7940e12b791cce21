"""A model of clones that claim from one remote, for more of them than fit on a machine.

The remote serves so many requests at a time, one after the other; a request takes the way there
and back, and its own time at the remote. Clones do what `yoi next --claim` does: they ask who has
the best ticket that they know to be free, push the claim if nobody has, and go on to the next
ticket where they were told otherwise. `scale.py` holds it against real clones where these fit.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import NamedTuple


class Costs(NamedTuple):
    """Seconds: on the way there and back, and at the remote for a question about one ticket, for a
    push, and for a question about all tickets. `places` requests are served at a time."""

    way: float
    ask: float
    push: float
    ask_all: float
    places: int = 2


class Race(NamedTuple):
    """What came of clones that went for the same tickets: how long it took, what they asked and
    pushed, how many pushes came too late, and how long one push that won took with its question."""

    seconds: float
    asked: int
    pushed: int
    lost: int
    claims: tuple[float, ...]

    def claim_at(self, share: float) -> float:
        """How long the claim took that so large a share of the claims did not outlast."""
        ordered = sorted(self.claims)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


class _Request(NamedTuple):
    """What a clone waits for: so many seconds at the remote, after which `is_push` counts."""

    seconds: float
    ticket: int = -1
    is_push: bool = False


@dataclass
class _Remote:
    """The places of the remote, and the time; clones are generators of requests."""

    costs: Costs
    lot: random.Random
    now: float = 0.0
    end: float = 0.0
    owners: dict[int, int] = field(default_factory=dict)
    asked: int = 0
    pushed: int = 0
    lost: int = 0
    claims: list[float] = field(default_factory=list)

    def run(self, clones: list[Generator[_Request, bool, None]]) -> None:
        """Serve all clones to their end."""
        free = [0.0] * self.costs.places
        coming = [(self.lot.random() * 1e-3, n, next(one)) for n, one in enumerate(clones)]
        heapq.heapify(coming)
        while coming:
            at, number, request = heapq.heappop(coming)
            begins = max(at + self.costs.way / 2, heapq.heappop(free))
            ends = begins + request.seconds * self.lot.uniform(0.8, 1.2)
            heapq.heappush(free, ends)
            # What the remote says is settled when it is served; requests come in that order.
            is_free = self._settle(number, request)
            self.now = at = ends + self.costs.way / 2
            self.end = max(self.end, at)
            try:
                heapq.heappush(coming, (at, number, clones[number].send(is_free)))
            except StopIteration:
                continue

    def _settle(self, number: int, request: _Request) -> bool:
        is_free = request.ticket not in self.owners
        if not request.is_push:
            self.asked += request.ticket >= 0
            return is_free
        self.pushed += 1
        if is_free:
            self.owners[request.ticket] = number
        else:
            self.lost += 1
        return is_free


def race(
    clones: int,
    tickets: int,
    costs: Costs,
    *,
    each: int | None = None,
    window: int = 1,
    seed: int = 1,
) -> Race:
    """Let `clones` go for `tickets` from the same moment on, each until it has `each` of them
    (None: until none is left). Each takes one of the best `window` tickets that it does not know to
    be taken; with 1 all want the same."""
    remote = _Remote(costs, random.Random(seed))

    def clone() -> Generator[_Request, bool, None]:
        known: set[int] = set()
        lot = random.Random(remote.lot.random())
        mine, first = 0, 0
        yield _Request(costs.ask_all)
        known.update(remote.owners)
        while each is None or mine < each:
            while first in known:
                first += 1
            free = [n for n in range(first, min(first + 4 * window, tickets)) if n not in known]
            if not free:
                return
            ticket, began = lot.choice(free[:window]), remote.now
            known.add(ticket)
            if not (yield _Request(costs.ask, ticket)):
                continue
            if (yield _Request(costs.push, ticket, is_push=True)):
                mine += 1
                remote.claims.append(remote.now - began)
            else:
                yield _Request(costs.ask, ticket)

    remote.run([clone() for _ in range(clones)])
    return Race(remote.end, remote.asked, remote.pushed, remote.lost, tuple(remote.claims))


class Steady(NamedTuple):
    """Orchestrators at work: how many requests a second come to the remote, and which share of its
    time they take; above 1 it does not keep up."""

    requests: float
    load: float


def steady(
    clones: int, workers: int, costs: Costs, *, minutes: float = 20.0, lease: float = 60.0
) -> Steady:
    """What `clones` with so many `workers` each ask of the remote, whose tickets take so many
    `minutes`: every clone asks for all claims every 15 seconds; a ticket is asked about and pushed
    when it is taken, published and finished; its claim is renewed after each third of its lease."""
    looks = clones / 15
    asks = clones * workers * 2 / (minutes * 60)
    pushes = clones * workers * (3 / (minutes * 60) + 3 / (lease * 60))
    busy = looks * costs.ask_all + asks * costs.ask + pushes * costs.push
    return Steady(looks + asks + pushes, busy / costs.places)
