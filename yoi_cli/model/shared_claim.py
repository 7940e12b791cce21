"""Claims that hold across clones: what is at the remote, and how an observer judges it
(docs/machines.md).

Nobody compares clocks of two machines. A lease ends for an observer once it has seen one and the
same commit for the lease's length, by its own clock that only goes forward; the holder stops
earlier than that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError
from yoi_cli.model import states
from yoi_cli.model.claim import Claim, parse_generation
from yoi_cli.model.events import CLAIM, CLOSE, STATE_CHANGED
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.model.events import Event

#: What a claim at the remote says: it runs; its result goes out, so that no lease ends it any more;
#: it was given back; the work is over.
HELD, PUBLISHED, RELEASED, FINISHED = "held", "published", "released", "finished"
#: Codes of errors for which no other ticket can be had either.
NO_REMOTE = frozenset({"claim_remote_unreachable", "claim_refs_refused"})
UNREACHABLE = "claim_remote_unreachable"
_ENDED = frozenset({RELEASED, FINISHED})
_FREEING = frozenset({states.PLANNING, *states.RESOLVED_STATES})


class SharedClaim(NamedTuple):
    """A claim as its commit at the remote tells it.

    `sequence` counts the commits of the ticket's ref, so that an older one is known for what it is.
    `lease` is in milliseconds; `taken_at`, in Unix milliseconds, is for people to read. `nonce`
    keeps two clones from making the same commit.
    """

    ticket: str
    holder: str
    host: str
    generation: int
    sequence: int
    lease: int
    state: str
    taken_at: int
    worktree: str = ""
    worker: str = ""
    nonce: str = ""

    @property
    def is_over(self) -> bool:
        """Whether it keeps nobody out, whatever the time."""
        return self.state in _ENDED

    @property
    def shown_holder(self) -> str:
        """Who holds it, as other machines name them: two may bear one name."""
        return f"{self.holder} on {self.host}"


class Instant(NamedTuple):
    """A moment of one machine: of which start of it, and how many milliseconds after that."""

    boot: str
    passed: int


class KnownClaim(NamedTuple):
    """What a clone knows of a ticket's ref: its commit (empty where the ref is gone), what that
    says, whether this clone pushed it, and since when it has been known."""

    commit: str
    claim: SharedClaim
    is_own: bool
    since: Instant

    def age(self, now: Instant) -> int:
        """For how many milliseconds it has been known; none of another start of the machine
        count."""
        return max(0, now.passed - self.since.passed) if now.boot == self.since.boot else 0

    def left(self, now: Instant) -> int:
        """For how many milliseconds it keeps others out. What is being published has no end."""
        if self.claim.is_over:
            return 0
        whole = self.claim.lease
        return whole if self.claim.state == PUBLISHED else max(0, whole - self.age(now))

    def is_renewal_due(self, now: Instant) -> bool:
        """Whether a third of the lease is gone since the last push."""
        return now.boot != self.since.boot or self.age(now) * 3 >= self.claim.lease

    def must_stop(self, now: Instant) -> bool:
        """Whether two thirds of the lease are gone: the holder does not work on without a
        renewal. What is being published does not run out."""
        if self.claim.state == PUBLISHED:
            return False
        return now.boot != self.since.boot or self.age(now) * 3 >= self.claim.lease * 2

    def seen_as(self, now_ms: int, now: Instant) -> Claim:
        """The claim in the terms of this clone's own; `now_ms` is its wall clock."""
        shared = self.claim
        return Claim(
            ticket=shared.ticket,
            holder=shared.shown_holder,
            generation=shared.generation,
            taken_at=shared.taken_at,
            expires_at=now_ms + self.left(now),
            worktree=shared.worktree or None,
            worker=shared.worker or None,
            is_released=shared.is_over,
        )


def closed_generation(log: Iterable[Event]) -> int:
    """The greatest generation whose end a log tells: it was given back, or the work was over or put
    off after it. 0 for none."""
    newest = closed = 0
    for event in log:
        if event.kind == CLAIM:
            generation = parse_generation(event.attributes.get("generation", "")) or 0
            newest = max(newest, generation)
            if event.status == "released":
                closed = max(closed, generation)
        elif event.kind == CLOSE or (
            event.kind == STATE_CHANGED and event.attributes.get("to") in _FREEING
        ):
            closed = newest
    return closed


def finished_elsewhere(known: SharedClaim) -> ConflictError:
    """The error for work that is over, as the remote says and the log here does not."""
    return ConflictError(
        "claim_finished",
        f"{known.ticket} was finished by {known.shown_holder}, as generation {known.generation}, "
        "and this clone has not been told how.",
        hint="`yoi sync`, or a pull where the store is on the branch, brings what was recorded.",
        details={"ticket": known.ticket, "holder": known.shown_holder},
    )


def rewound(
    ticket: str, remote: str, known: SharedClaim, found: SharedClaim | None
) -> ConflictError:
    """The error for a remote that has forgotten what it said: a backup was put in its place."""
    now = (
        f"now it has no claim of it ({remote})"
        if found is None
        else f"now {remote} says generation {found.generation}, commit {found.sequence}, by "
        f"{found.shown_holder}"
    )
    return ConflictError(
        "claim_remote_rewound",
        f"{remote} has an older claim of {ticket} than this clone knows: it was generation "
        f"{known.generation}, commit {known.sequence}, by {known.shown_holder}; {now}. It was "
        "restored from a backup, or its ref was moved by hand.",
        hint=f"Ask whoever holds it. Once nobody works on it, `yoi release {ticket}` ends the "
        "claim there, and it can be taken anew.",
        details={"ticket": ticket, "remote": remote, "generation": known.generation},
    )
