"""Who has a ticket by the claims in its log, and which of them this clone wrote
(docs/orchestrate.md, "What a clone goes by")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.claim import parse_generation
from yoi_cli.model.events import CLAIM
from yoi_cli.model.own_events import is_own

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from yoi_cli.model.events import Event


def claim_of(thread: Sequence[Event], marks: Container[str]) -> tuple[str, int, bool]:
    """Holder and generation of the claim that holds, and whether this clone wrote it.

    That is the one of the greatest generation, and of two clones' claims of one generation the
    first, unless it was given back; what this clone wrote, it alone gives back.
    """
    claims = [
        (parse_generation(event.attributes.get("generation", "")) or 0, event)
        for event in thread
        if event.kind == CLAIM
    ]
    generation = max((number for number, _ in claims), default=0)
    newest = [event for number, event in claims if number == generation]
    released = [event for event in newest if event.status == "released"]
    freed = {(event.attributes.get("holder"), is_own(event, marks)) for event in released}
    for event in newest:
        holder, own = event.attributes.get("holder", ""), is_own(event, marks)
        is_freed = (holder, True) in freed or (not own and (holder, False) in freed)
        if event.status == "taken" and not is_freed:
            return holder, generation, own
    return "", 0, False


def rival_of(thread: Sequence[Event], marks: Container[str], generation: int) -> str:
    """The holder of a claim that another clone wrote, of `generation` or a greater one, and did
    not give back; empty for none."""
    claims = [
        (event.status, event.attributes.get("holder", ""), event.attributes.get("generation", ""))
        for event in thread
        if event.kind == CLAIM and not is_own(event, marks)
    ]
    freed = {(holder, number) for status, holder, number in claims if status == "released"}
    for status, holder, number in claims:
        is_rival = status == "taken" and (parse_generation(number) or 0) >= generation
        if is_rival and holder and (holder, number) not in freed:
            return holder
    return ""
