"""Claims that are told to other clones and recorded here: first the one, then the other
(docs/machines.md, "What is fenced by what").

The store's lock is not held while a remote is asked or told. What was decided under the lock is
decided anew once others were told, and recorded where it is still the same.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Generic, TypeVar

from yoi_cli.errors import ConflictError, YoiError
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from yoi_cli.model.claim import Claim
    from yoi_cli.store.ports import Claims, TicketStore

W = TypeVar("W")
T = TypeVar("T")
#: How often others are told anew of a claim that has become another meanwhile.
_TIMES = 5


class Planned(NamedTuple, Generic[T]):
    """What was decided under the store's lock: the claims as others must know them before
    `record`, which is called under the same lock, writes it all down."""

    claims: tuple[Claim, ...]
    record: Callable[[], T]


def settle(
    write: Callable[[], AbstractContextManager[W]],
    claims: Claims,
    tickets: Sequence[str],
    plan: Callable[[W], Planned[T]],
    *,
    mends: bool = False,
    waits: bool = True,
) -> T:
    """Decide on claims of `tickets` by `plan`, tell other clones, and record it.

    `plan` is asked again under the lock after others were told; it says the same, or others are
    told of what it says then. Where it refuses by then, a claim that nobody here has recorded is
    given back. Raises what `plan` raises, and what `Claims` does.
    """
    with claims.turn(*tickets, waits=waits):
        told: dict[str, Claim] = {}
        try:
            for ticket in tickets:
                claims.ask(ticket, mends=mends)
            for _ in range(_TIMES):
                with write() as writer:
                    planned = plan(writer)
                    new = [one for one in planned.claims if _is_news(one, told.get(one.ticket))]
                    if not (new and claims.is_shared):
                        return planned.record()
                for one in new:
                    claims.share(one)
                    told[one.ticket] = one
            raise _unsettled(tickets)
        except YoiError as error:
            _give_back(claims, told)
            if claims.is_shared and isinstance(error, ConflictError) and error.code == "claimed":
                with suppress(YoiError), write():
                    _learn(claims, tickets)
            raise


def claim_now(store: TicketStore, claims: Claims, ticket: str) -> Claim | None:
    """The claim of a ticket as it is now, other clones asked. Raises as `Claims.ask`."""
    if not claims.is_shared:
        return claims.get(ticket)
    with claims.turn(ticket):
        claims.ask(ticket)
    with store.write():
        return claims.look(ticket)


def learn_of_others(store: TicketStore, claims: Claims) -> None:
    """Learn who holds what in other clones. Raises `ConflictError` (`claim_remote_unreachable`)."""
    found = claims.ask_all()
    if found:
        with store.write():
            claims.learn(found)


def _is_news(claim: Claim, told: Claim | None) -> bool:
    """Whether others were not told of a claim; for how long it runs does not count."""
    if told is None:
        return True
    return (claim.holder, claim.generation, claim.is_released) != (
        told.holder,
        told.generation,
        told.is_released,
    )


def _give_back(claims: Claims, told: dict[str, Claim]) -> None:
    """End what others were told of and is recorded nowhere here. One that cannot be ended now ends
    with its lease, and is found by the next command."""
    for claim in told.values():
        with suppress(YoiError):
            here = claims.get(claim.ticket)
            if not claim.is_released and (here is None or here.generation < claim.generation):
                claims.share(claim._replace(is_released=True))


def _learn(claims: Claims, tickets: Sequence[str]) -> None:
    for ticket in tickets:
        with suppress(YoiError):
            claims.look(ticket)


def _unsettled(tickets: Sequence[str]) -> ConflictError:
    named = ", ".join(tickets)
    return ConflictError(
        "claimed",
        f"The claim of {named} became another again and again while others were told of it.",
        hint="Try again.",
        details={"tickets": list(tickets)},
    )
