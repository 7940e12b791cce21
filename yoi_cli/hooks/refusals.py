"""What hooks refuse: commits that name no ticket, and those of a claim that was lost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, NotFoundError, StoreInvalidError, UsageError
from yoi_cli.model import commits
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.tickets.lookup import identify

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.model.claim import Claim
    from yoi_cli.store.ports import TicketReader

_TRAILER_LINE = re.compile(rf"{commits.TRAILER}:.*", re.IGNORECASE)


class Holder(NamedTuple):
    """Whose work a hook runs in, as far as is known.

    `ticket` and `generation` are what the environment gave a worker, None where it gave none;
    `worktree` is the absolute path of the worktree.
    """

    ticket: str | None
    generation: int | None
    worktree: str


def is_only_trailer(lines: Iterable[str]) -> bool:
    """Whether a message, without its comments, says nothing but `Ticket:` trailers."""
    written = [line.strip() for line in lines if line.strip()]
    return bool(written) and all(_TRAILER_LINE.fullmatch(line) for line in written)


def message_empty() -> ConflictError:
    """The error for a message that only a hook wrote to: git would take it for one."""
    return ConflictError(
        "message_empty",
        "The commit message says nothing but its ticket.",
        hint="Nothing was committed. Commit again, and say what changed.",
    )


def check_trailers(reader: TicketReader, values: Iterable[str]) -> None:
    """Raise `NotFoundError` (`trailer_unknown`) for a `Ticket:` trailer that names no ticket."""
    for word in commits.ticket_words(values):
        try:
            identify(reader, word)
        except StoreInvalidError:
            continue  # nobody knows, and a damaged store stops no work
        except (NotFoundError, UsageError, ConflictError) as error:
            raise NotFoundError(
                "trailer_unknown",
                f"The trailer `{commits.TRAILER}: {word[:60]}` names no ticket: {error.message}",
                hint="Nothing was committed, and git keeps the message in COMMIT_EDITMSG. "
                f"Correct the trailer, or leave it out. {error.hint or ''}".strip(),
                details={"trailer": word},
            ) from error


def check_fence(
    ticket: str, claim: Claim | None, holder: Holder, *, now_ms: int, elsewhere: bool
) -> None:
    """Raise `ConflictError` (`generation_stale`) where somebody else has the ticket by now.

    A worker knows its generation, and has lost the ticket to any that is newer. For whoever
    was given none, the claim speaks: `elsewhere` says that it names another worktree, which is
    there, than the one at hand. Who knows neither is let pass (docs/routing.md).
    """
    if claim is None:
        return
    if holder.generation is not None and holder.ticket in (None, ticket):
        is_stale = holder.generation < claim.generation
        mine = f"generation {holder.generation}"
    else:
        is_stale = elsewhere and claim.is_alive(now_ms)
        mine = "this worktree"
    if not is_stale:
        return
    place = f" in {claim.worktree}" if claim.worktree else ""
    raise ConflictError(
        "generation_stale",
        f"{ticket} is at generation {claim.generation}, held by {claim.holder}{place}; "
        f"{mine} has lost it.",
        hint="Nothing was committed, and your changes are where they were. `yoi claims` shows "
        "who holds it; agree with them before you go on.",
        details={
            "ticket": ticket,
            "holder": claim.holder,
            "generation": claim.generation,
            "worktree": claim.worktree,
        },
    )
