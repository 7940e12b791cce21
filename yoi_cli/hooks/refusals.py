"""What hooks refuse: commits that name no ticket, and those of a claim that was lost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.errors import ConflictError, NotFoundError, StoreInvalidError, UsageError
from yoi_cli.model import commits
from yoi_cli.tickets.lookup import identify

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.model.claim import Claim
    from yoi_cli.store.ports import TicketReader

_NO_TRAILER_FOR = frozenset({"merge", "squash"})
_TRAILER_LINE = re.compile(rf"{commits.TRAILER}:.*", re.IGNORECASE)


class Holder(NamedTuple):
    """Whose work a hook runs in, as far as can be said.

    `ticket` and `generation` are what the environment gave a worker, None where it gave none;
    `worktree` is the absolute path of the worktree.
    """

    ticket: str | None
    generation: int | None
    worktree: str


def wants_trailer(source: str) -> bool:
    """Whether a message that comes from `source` (git's word) is to name its ticket."""
    return source not in _NO_TRAILER_FOR


def is_only_trailer(lines: Iterable[str]) -> bool:
    """Whether a message, without its comments, says nothing but `Ticket:` trailers."""
    said = [line.strip() for line in lines if line.strip()]
    return bool(said) and all(_TRAILER_LINE.fullmatch(line) for line in said)


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
            continue  # it cannot be told, and a store in trouble stops no work
        except (NotFoundError, UsageError, ConflictError) as error:
            raise NotFoundError(
                "trailer_unknown",
                f"The trailer `{commits.TRAILER}: {word[:60]}` names no ticket: {error.message}",
                hint="Nothing was committed, and git keeps the message in COMMIT_EDITMSG. "
                f"Correct the trailer, or leave it out. {error.hint or ''}".strip(),
                details={"trailer": word},
            ) from error


def check_fence(
    ticket: str, standing: Claim | None, holder: Holder, *, now_ms: int, elsewhere: bool
) -> None:
    """Raise `ConflictError` (`generation_stale`) where somebody else has the ticket by now.

    A worker knows its generation, and has lost the ticket to any that is newer. For whoever
    was given none, the claim speaks: `elsewhere` says that it names another worktree, which is
    there, than the one at hand. Who knows neither is let pass (docs/routing.md).
    """
    if standing is None:
        return
    knows = holder.generation is not None and holder.ticket in (None, ticket)
    if knows and holder.generation is not None:
        is_stale = holder.generation < standing.generation
    else:
        is_stale = elsewhere and standing.is_alive(now_ms)
    if not is_stale:
        return
    mine = f"generation {holder.generation}" if knows else "this worktree"
    place = f" in {standing.worktree}" if standing.worktree else ""
    raise ConflictError(
        "generation_stale",
        f"{ticket} is at generation {standing.generation}, held by {standing.holder}{place}; "
        f"{mine} has lost it.",
        hint="Nothing was committed, and your changes are where they were. `yoi claims` shows "
        "who holds it; agree with them before you go on.",
        details={
            "ticket": ticket,
            "holder": standing.holder,
            "generation": standing.generation,
            "worktree": standing.worktree,
        },
    )
