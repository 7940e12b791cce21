"""The claim of a ticket on which a command is taken back: given back, or taken again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model import states
from yoi_cli.model.claim import ClaimRequest, take
from yoi_cli.model.events import CLAIM
from yoi_cli.model.fold import fold
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.tickets.claim_events import generation_of, greatest_generation
from yoi_cli.tickets.undo.refusals import overtaken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.model.claim import Claim
    from yoi_cli.model.events import Event
    from yoi_cli.store.ports import Claims

#: Where nobody works, so that the claim ended on the way there.
_FREE = frozenset({states.PLANNING, states.DONE, states.CLOSED})


class ClaimRequestAgain(NamedTuple):
    """Who asks for a claim again: how long it lasts, in milliseconds, and who writes."""

    lease: int
    author: str


def goes_by_claim(thread: Sequence[Event], written: Sequence[Event], author: str) -> bool:
    """Whether to take back the events `written` by `author` asks for the ticket's claim."""
    return any(one.kind == CLAIM for one in written) or bool(_held_before(thread, written, author))


def claim_taken_back(
    ticket: str,
    thread: Sequence[Event],
    written: Sequence[Event],
    claims: Claims,
    *,
    again: ClaimRequestAgain,
    now: int,
) -> Claim | None:
    """The claim as it must be once the events `written` are taken back; None where it stays.

    One that they took is given back, one that they gave back is taken again, under a new
    generation, and so is one of the author's own that ended with the work. Raises `ConflictError`:
    `undo_overtaken` where it is another's by now, `claimed` where somebody took the ticket.
    """
    own = [event for event in written if event.kind == CLAIM]
    if own and own[0].status == own[-1].status == "taken":
        return _given_back(ticket, claims, generation_of(own[-1]), now)
    if not own:
        holder = _held_before(thread, written, again.author)
    elif own[0].status == own[-1].status == "released":
        holder = own[0].attributes.get("holder", "") or again.author
    else:
        holder = ""
    current = claims.look(ticket) if holder else None
    if not holder or (current is not None and not current.is_released):
        return None
    request = ClaimRequest(holder, again.lease, current.worktree if current else None)
    return take(ticket, current, request, now, logged=greatest_generation(thread))


def _given_back(ticket: str, claims: Claims, generation: int, now: int) -> Claim | None:
    current = claims.look(ticket)
    if current is None or current.is_released:
        return None
    if current.generation != generation:
        raise overtaken(ticket, f"{ticket} is {current.holder}'s by now.")
    return current.freed(now)


def _held_before(thread: Sequence[Event], written: Sequence[Event], author: str) -> str:
    """`author`, if it held the ticket until the first of the events `written` ended that; else
    empty. The end of a claim with the work leaves no event of its own."""
    if not written:
        return ""
    before = [event for event in thread if event.line < written[0].line]
    moved = fold([*before, *written]).state
    claim = next((event for event in reversed(before) if event.kind == CLAIM), None)
    if moved not in _FREE or claim is None or claim.status != "taken":
        return ""
    ended = any(one.target in _FREE and one.line > claim.line for one in fold(before).moves)
    is_own = claim.attributes.get("holder") == author
    return author if is_own and not ended else ""
