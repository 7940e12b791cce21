"""From what a person types to a ticket's full id (docs/format.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from yoi_cli.errors import ConflictError, NotFoundError
from yoi_cli.model.ids import TICKET_ID_LENGTH, TicketId, clean_abbreviation, is_ticket_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.model.fold import Folded
    from yoi_cli.store.ports import TicketReader

Id = TypeVar("Id", bound=str)


def identify(reader: TicketReader, word: str) -> TicketId:
    """The ticket that `word` means: its full id, or the beginning or end of one.

    A full id costs no pass over the store. Raises `UsageError` for what can be no id,
    `NotFoundError`, and `ConflictError` (`ticket_id_ambiguous`) with the candidates.
    """
    if is_ticket_id(word) and reader.exists(word):
        return TicketId(word)
    part = clean_abbreviation(word)
    if len(part) == TICKET_ID_LENGTH and reader.exists(part):
        return TicketId(part)
    hint = (
        "`yoi ticket list --all` shows every ticket of this store; `yoi where` says which store "
        "it is."
    )
    return only_match(reader.ids(), part, "ticket", hint=hint)


def only_match(ids: Iterable[Id], part: str, noun: str, *, hint: str) -> Id:
    """The one of `ids` that begins or ends with `part`; `noun` says what the ids are of.

    Raises `NotFoundError` with `hint`, and `ConflictError` with the candidates.
    """
    found = [id_ for id_ in ids if id_.startswith(part) or id_.endswith(part)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise NotFoundError(
            f"{noun}_not_found", f"There is no {noun} {part}.", hint=hint, details={noun: part}
        )
    raise ConflictError(
        f"{noun}_id_ambiguous",
        f"{part} may be any of {len(found)} {noun}s.",
        hint="Give more characters: " + ", ".join(found[:5]) + ("…" if len(found) > 5 else ""),
        details={"candidates": list(found)},
    )


def state_of(reader: TicketReader, word: str) -> tuple[TicketId, Folded]:
    """The ticket that `word` means, and its state, from the fold of its thread."""
    ticket = identify(reader, word)
    return ticket, reader.folded(ticket)


def check_expectation(ticket: str, state: str, expect: str | None) -> None:
    """Raise `ConflictError` (`state_unexpected`) for a ticket that is not in the state which a
    caller believes it to be in; None believes nothing."""
    if expect is not None and expect != state:
        raise ConflictError(
            "state_unexpected",
            f"{ticket} is {state}, not {expect}.",
            hint="Somebody moved it in the meantime; look at `yoi ticket show` and decide again.",
            details={"ticket": ticket, "state": state, "expected": expect},
        )
