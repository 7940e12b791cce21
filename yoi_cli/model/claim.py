"""Claims: who works on a ticket, for how long, and fenced by a generation (docs/routing.md)."""

from __future__ import annotations

from yoi_cli.errors import ConflictError
from yoi_cli.model.time import stamp
from yoi_cli.named_tuple import NamedTuple

DEFAULT_LEASE_MS = 3_600_000


class Claim(NamedTuple):
    """A ticket's claim. It stands after its end too, so that generations never come again.

    Times are Unix milliseconds. `generation` rises with every new holder: who works under an
    older one has lost the ticket, whatever it believes.
    """

    ticket: str
    holder: str
    generation: int
    taken_at: int
    expires_at: int
    worktree: str | None = None
    worker: str | None = None
    is_released: bool = False

    def is_alive(self, now: int) -> bool:
        """Whether it keeps others out at the instant `now`."""
        return not self.is_released and now < self.expires_at

    def freed(self, now: int) -> Claim:
        """The claim at its end, which comes at the instant `now` or came before."""
        return self._replace(is_released=True, expires_at=min(self.expires_at, now))


def parse_generation(text: str) -> int | None:
    """The generation that a header or a variable gives, None for what is not a number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


class ClaimRequest(NamedTuple):
    """What somebody asks for: the holder's name, the lease in milliseconds, and where from."""

    holder: str
    lease: int = DEFAULT_LEASE_MS
    worktree: str | None = None
    worker: str | None = None


def check_free(ticket: str, current: Claim | None, now: int) -> None:
    """Raise `ConflictError` (`claimed`) while a claim on `ticket` is alive.

    The same name does not pass: two processes of one person must not both believe that they
    hold the ticket. Who holds it renews with the generation that it was given.
    """
    if current is not None and current.is_alive(now):
        raise ConflictError(
            "claimed",
            f"{ticket} is claimed by {current.holder} until {stamp(current.expires_at)}.",
            hint=f"Take another with `yoi next --claim`; the holder itself renews with "
            f"`yoi claim {ticket} --renew {current.generation}`.",
            details=_details(current),
        )


def take(
    ticket: str, current: Claim | None, request: ClaimRequest, now: int, *, logged: int = 0
) -> Claim:
    """A new claim on `ticket`. Raises `ConflictError` (`claimed`) while one is alive.

    `logged` is the greatest generation in the ticket's log, which a crash, or another clone,
    may have left ahead of this clone's claims: no generation is ever given twice.
    """
    check_free(ticket, current, now)
    known = current.generation if current is not None else 0
    return Claim(
        ticket=ticket,
        holder=request.holder,
        generation=max(known, logged) + 1,
        taken_at=now,
        expires_at=now + request.lease,
        worktree=request.worktree,
        worker=request.worker,
    )


def renew(ticket: str, current: Claim | None, generation: int, lease: int, now: int) -> Claim:
    """The claim with its lease begun anew. Raises `ConflictError` for a stale generation.

    One that ran out and was taken by nobody may still be renewed.
    """
    held = _held(ticket, current, generation)
    return held._replace(expires_at=now + lease)


def release(ticket: str, current: Claim | None, generation: int | None, now: int) -> Claim:
    """The claim at its end. Raises `ConflictError` for a stale generation.

    `generation` may be left out by a person who gives back a claim by hand.
    """
    if generation is None and current is not None and not current.is_released:
        return current.freed(now)
    held = _held(ticket, current, generation)
    return held.freed(now)


def _held(ticket: str, current: Claim | None, generation: int | None) -> Claim:
    if current is None or current.is_released:
        raise ConflictError(
            "not_claimed",
            f"{ticket} is claimed by nobody.",
            hint=f"Claim it with `yoi claim {ticket}`.",
            details={"ticket": ticket},
        )
    if generation != current.generation:
        raise ConflictError(
            "generation_stale",
            f"{ticket} is at generation {current.generation}, held by {current.holder}; "
            f"generation {generation} has lost it.",
            hint="Stop working on it; what was done is kept in its branch.",
            details=_details(current),
        )
    return current


def _details(claim: Claim) -> dict[str, str | int]:
    return {
        "ticket": claim.ticket,
        "holder": claim.holder,
        "generation": claim.generation,
        "expires_at": stamp(claim.expires_at),
    }
