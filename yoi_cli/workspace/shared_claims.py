"""The claims of a clone where they hold across clones: the clone's own files, and the refs of a
remote (docs/machines.md).

The remote comes first: what is taken is pushed, then recorded here. What is about to be pushed is
noted before, so that whoever comes after a kill in between knows its own commit at the remote. The
store's lock is not held meanwhile: a turn of each ticket's own keeps a clone's processes apart.
"""

from __future__ import annotations

import os
import platform
import time
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, StoreInvalidError
from yoi_cli.model.claim import check_free
from yoi_cli.model.ids import is_ticket_id
from yoi_cli.model.shared_claim import (
    FINISHED,
    HELD,
    PUBLISHED,
    RELEASED,
    UNREACHABLE,
    KnownClaim,
    SharedClaim,
    finished_elsewhere,
    rewound,
)
from yoi_cli.store.formats.shared_claim import parse_claim, render_claim
from yoi_cli.workspace.claim_records import this_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from yoi_cli.model.claim import Claim
    from yoi_cli.model.shared_claim import Instant
    from yoi_cli.store.files.claims import FileClaims
    from yoi_cli.store.ports import BranchPush
    from yoi_cli.workspace.claim_records import ClaimRecords
    from yoi_cli.workspace.claim_refs import ClaimRefs
    from yoi_cli.workspace.claim_turns import ClaimTurns

#: A remote that does not answer is asked again after so many parts of the lease.
_AGAIN = 30
#: Whoever ended a claim so many milliseconds ago may still be about to tell.
_SOON = 120_000
#: For so many milliseconds what all other clones have is not asked for again.
_FRESH = 15_000


class SharedClaims:
    """A `Claims` that holds for all clones of a remote. `host` is how this machine is named to
    others. What asks or tells the remote is called in the ticket's turn, and without the store's
    lock; `look`, `learn` and `put` with it."""

    def __init__(
        self,
        local: FileClaims,
        records: ClaimRecords,
        refs: ClaimRefs,
        turns: ClaimTurns,
        host: str,
        *,
        instant: Callable[[], Instant] = this_instant,
    ) -> None:
        self._local = local
        self._records = records
        self._refs = refs
        self._turns = turns
        self._host = host
        self._instant = instant
        self._next: dict[str, int] = {}
        self._refreshed: int | None = None
        #: The tickets whose turn is held, and whether their claim was told in it, so that it is
        #: about to be recorded.
        self._told: dict[str, bool] = {}

    @property
    def is_shared(self) -> bool:
        return True

    def get(self, ticket: str) -> Claim | None:
        return self._local.get(ticket)

    def all(self) -> Mapping[str, Claim]:
        return self._local.all()

    def unreadable(self) -> tuple[str, ...]:
        return self._local.unreadable()

    def put(self, claim: Claim) -> None:
        self._local.put(claim)

    @contextmanager
    def turn(self, *tickets: str, waits: bool = True) -> Iterator[None]:
        """As `Claims.turn`."""
        with self._turns.taken(*tickets, waits=waits):
            self._told.update(dict.fromkeys(tickets, False))
            try:
                yield
            finally:
                for ticket in tickets:
                    self._told.pop(ticket, None)

    def ask(self, ticket: str, *, mends: bool = False) -> None:
        """As `Claims.ask`."""
        known, pending = self._records.get(ticket)
        head, now = self._refs.head(ticket), self._instant()
        if pending is not None and head == pending.commit:
            self._records.put(ticket, pending)  # it arrived, and whoever pushed it was ended
            return
        if head == (known.commit if known is not None else ""):
            if pending is not None:
                self._records.put(ticket, known)
            return
        found = self._read(ticket, head) if head else None
        if known is not None and _is_older(known, found, now):
            if not mends:
                raise rewound(ticket, self._refs.name, known.claim, found)
            found = _above(known.claim, found)
        if found is not None:
            known = KnownClaim(head, found, is_own=False, since=now)
        elif known is not None:
            over = known.claim._replace(state=RELEASED)
            known = known._replace(commit="", is_own=False, claim=over)
        self._records.put(ticket, known)

    def look(self, ticket: str, *, closed: int | None = None) -> Claim | None:
        """As `Claims.look`."""
        known, _ = self._records.get(ticket)
        if known is None or self._told.get(ticket):
            return self._local.get(ticket)
        if known.is_own:
            return self._as_recorded(known)
        if closed is not None and known.claim.state == FINISHED and closed < known.claim.generation:
            raise finished_elsewhere(known.claim)
        return self._bring(known)

    def ask_all(self) -> tuple[KnownClaim, ...]:
        """As `Claims.ask_all`. What cannot be believed is left for `ask` to tell of."""
        now = self._instant()
        if self._refreshed is not None and now.passed - self._refreshed < _FRESH:
            return ()
        self._refreshed = now.passed
        changed = {}
        for ticket, commit in self._refs.heads().items():
            known, pending = self._records.get(ticket) if is_ticket_id(ticket) else (None, None)
            is_ours = pending is not None or (known is not None and known.is_own)
            if known is not None and known.is_own and known.commit == commit:
                self._finish_late(known)
            if is_ticket_id(ticket) and not is_ours and (known is None or known.commit != commit):
                changed[ticket] = commit
        found = []
        for ticket, data in self._refs.read_all(changed).items():
            claim = None if data is None else parse_claim(data, ticket)
            if claim is not None:
                found.append(KnownClaim(changed[ticket], claim, is_own=False, since=now))
        return tuple(found)

    def learn(self, found: Iterable[KnownClaim]) -> None:
        """As `Claims.learn`. Who has a ticket's turn learns of it by themselves."""
        now = self._instant()
        for one in found:
            ticket = one.claim.ticket
            with suppress(ConflictError), self.turn(ticket, waits=False):
                known, pending = self._records.get(ticket)
                is_ours = pending is not None or (known is not None and known.is_own)
                if not is_ours and not (known and _is_older(known, one.claim, now)):
                    self._records.put(ticket, one)
                    self._bring(one)

    def share(self, claim: Claim) -> None:
        """As `Claims.share`."""
        known, _ = self._records.get(claim.ticket)
        state = RELEASED if claim.is_released else HELD
        if known is not None and known.is_own and known.claim.generation == claim.generation:
            if known.claim.state == PUBLISHED and state == HELD:
                state = PUBLISHED
            elif known.claim.is_over and claim.is_released:
                return
        self._move(claim, state, known)

    def is_due(self, ticket: str) -> bool:
        """As `Claims.is_due`."""
        now = self._instant()
        if ticket not in self._next:
            known, _ = self._records.get(ticket)
            third = known.claim.lease // 3 - known.age(now) if known is not None else 0
            self._next[ticket] = now.passed + third
        return now.passed >= self._next[ticket]

    def keep(self, claim: Claim) -> None:
        """As `Claims.keep`."""
        now = self._instant()
        known, pending = self._records.get(claim.ticket)
        if known is None or not known.is_own or pending is not None:
            self.ask(claim.ticket)
            known = self._require_own(claim)
        if known is not None and known.is_own and not known.is_renewal_due(now):
            self._next[claim.ticket] = known.since.passed + known.claim.lease // 3
            return
        try:
            self.share(claim)
        except ConflictError as error:
            if error.code != UNREACHABLE or known is None or known.must_stop(now):
                raise
            self._next[claim.ticket] = now.passed + known.claim.lease // _AGAIN

    def publish(self, claim: Claim, branch: Callable[[], BranchPush] | None = None) -> bool:
        """As `Claims.publish`."""
        self.ask(claim.ticket)
        known = self._require_own(claim)
        planned = None if branch is None else branch()
        if planned is not None and planned.remote != self._refs.name:
            planned = None
        self._move(claim, PUBLISHED, known, planned)
        return planned is not None

    def finish(self, claim: Claim, *, is_done: bool) -> None:
        """As `Claims.finish`."""
        with self.turn(claim.ticket):
            self._finish(claim, is_done=is_done)

    def _finish(self, claim: Claim, *, is_done: bool) -> None:
        known, pending = self._records.get(claim.ticket)
        if pending is not None:
            self.ask(claim.ticket)
            known, _ = self._records.get(claim.ticket)
        if known is None or known.claim.is_over:
            return
        if known.claim.generation <= claim.generation:  # else it was taken anew meanwhile
            self._move(claim, FINISHED if is_done else RELEASED, known)

    def list_remote(self) -> tuple[KnownClaim, ...]:
        """Every claim that the remote has, as this clone sees it; those that say nothing readable
        are left out. Nothing is written."""
        heads, now = self._refs.heads(), self._instant()
        unknown: dict[str, str] = {}
        found: dict[str, KnownClaim] = {}
        for ticket, commit in heads.items():
            known, _ = self._records.get(ticket)
            if known is not None and known.commit == commit:
                found[ticket] = known
            else:
                unknown[ticket] = commit
        for ticket, data in self._refs.read_all(unknown).items():
            claim = None if data is None else parse_claim(data, ticket)
            if claim is not None:
                found[ticket] = KnownClaim(unknown[ticket], claim, is_own=False, since=now)
        return tuple(found[ticket] for ticket in sorted(found))

    def _require_own(self, claim: Claim) -> KnownClaim | None:
        """What is known of the ref of this clone's `claim`. Raises `ConflictError` (`claimed`)
        where another clone has the ticket, or had it since."""
        known, _ = self._records.get(claim.ticket)
        if known is not None and not known.is_own:
            self._require_free(claim.ticket)
            if known.claim.generation >= claim.generation:
                raise self._overtaken(claim.ticket)
        return known

    def _require_free(self, ticket: str) -> None:
        """Raise `ConflictError` (`claimed`) while, as far as is known here, somebody has it."""
        known, _ = self._records.get(ticket)
        if known is not None and not known.is_own:
            check_free(ticket, known.seen_as(_wall(), self._instant()), _wall())

    def _overtaken(self, ticket: str) -> ConflictError:
        return ConflictError(
            "claimed",
            f"Somebody else moved the claim of {ticket} at {self._refs.name}.",
            hint="`yoi claims --remote` shows who; try again if nobody holds it.",
            details={"ticket": ticket, "remote": self._refs.name},
        )

    def _finish_late(self, known: KnownClaim) -> None:
        """Tell of a claim that ended here while the remote could not be reached. Whether the work
        is over is in the log, for those who are told of it."""
        here = self._local.get(known.claim.ticket)
        if here is None or not here.is_released or known.claim.is_over:
            return
        is_same = here.generation == known.claim.generation
        if is_same and here.expires_at + _SOON < _wall():  # else they tell of it themselves
            with suppress(ConflictError), self.turn(here.ticket, waits=False):
                self._finish(here, is_done=True)

    def _read(self, ticket: str, head: str) -> SharedClaim:
        data = self._refs.read(ticket, head)
        claim = None if data is None else parse_claim(data, ticket)
        if claim is None:
            raise StoreInvalidError(
                "claim_invalid",
                f"The claim of {ticket} at {self._refs.name}, {head[:12]}, cannot be read.",
                hint="Somebody else wrote it; `git ls-remote` shows the ref. Nothing was changed.",
                details={"ticket": ticket, "commit": head},
            )
        return claim

    def _as_recorded(self, known: KnownClaim) -> Claim | None:
        """This clone's own claim by its own record; one that a kill kept from ending has ended."""
        here = self._local.get(known.claim.ticket)
        if here is None or here.is_released or not known.claim.is_over:
            return here
        if here.generation > known.claim.generation:
            return here
        freed = here.freed(_wall())
        self._local.put(freed)
        return freed

    def _bring(self, known: KnownClaim) -> Claim:
        """Keep another clone's claim among this clone's, so that routing sees it."""
        seen, here = known.seen_as(_wall(), self._instant()), self._local.get(known.claim.ticket)
        if here is not None and here.generation > seen.generation:
            seen = seen._replace(generation=here.generation)
        if here != seen:
            self._local.put(seen)
        return seen

    def _move(
        self, claim: Claim, state: str, known: KnownClaim | None, branch: BranchPush | None = None
    ) -> None:
        """Push a new commit after the one that is known. Raises `ConflictError` (`claimed`) where
        somebody else was quicker."""
        ticket, before = claim.ticket, known.commit if known is not None else ""
        if before:
            self._refs.read(ticket, before)  # git may have cleared it away
        shared = self._shared(claim, state, known)
        message = f"{state} {ticket}: {shared.shown_holder}, generation {shared.generation}"
        commit = self._refs.make(render_claim(shared), message, before)
        mine = KnownClaim(commit, shared, is_own=True, since=self._instant())
        self._records.put(ticket, known, mine)
        if self._refs.push(ticket, before, commit, branch):
            self._records.put(ticket, mine)
            if ticket in self._told:
                self._told[ticket] = True
            self._next[ticket] = mine.since.passed + shared.lease // 3
            return
        self.ask(ticket)
        self._require_free(ticket)
        raise self._overtaken(ticket)

    def _shared(self, claim: Claim, state: str, known: KnownClaim | None) -> SharedClaim:
        is_same = known is not None and known.is_own and known.claim.holder == claim.holder
        lease = claim.expires_at - _wall()
        if known is not None and is_same and (claim.is_released or lease <= 0):
            lease = known.claim.lease
        return SharedClaim(
            ticket=claim.ticket,
            holder=claim.holder,
            host=self._host,
            generation=claim.generation,
            sequence=known.claim.sequence + 1 if known is not None else 1,
            lease=max(1, lease),
            state=state,
            taken_at=claim.taken_at,
            worktree=claim.worktree or "",
            worker=claim.worker or "",
            nonce=os.urandom(8).hex(),
        )


def host_of(folder: str) -> str:
    """This machine and clone, as others see them: its name, and a word of where the clone is."""
    name = "".join(char for char in platform.node() if char.isalnum() or char in "-._") or "here"
    return f"{name}/{sha256(os.fsencode(os.path.realpath(folder))).hexdigest()[:8]}"


def _is_older(known: KnownClaim, found: SharedClaim | None, now: Instant) -> bool:
    """Whether the remote has forgotten something. A ref that is gone is an end like another, once
    the claim was over; generations go on from what is known here."""
    if found is None:
        return bool(known.commit) and known.left(now) > 0
    return found.sequence <= known.claim.sequence or found.generation < known.claim.generation


def _above(known: SharedClaim, found: SharedClaim | None) -> SharedClaim:
    """What the remote says, with counters that go on from the greater ones."""
    base = known if found is None else found
    return base._replace(
        sequence=max(known.sequence, base.sequence),
        generation=max(known.generation, base.generation),
    )


def _wall() -> int:
    return time.time_ns() // 1_000_000
