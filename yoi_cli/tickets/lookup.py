"""From what a person types to a ticket's full id (docs/format.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, NotFoundError
from yoi_cli.model.ids import TICKET_ID_LENGTH, TicketId, clean_abbreviation, is_ticket_id

if TYPE_CHECKING:
    from yoi_cli.store.ports import TicketReader


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
    found = [id_ for id_ in reader.ids() if id_.startswith(part) or id_.endswith(part)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise NotFoundError(
            "ticket_not_found",
            f"There is no ticket {part}.",
            hint="`yoi ticket list --all` shows every ticket of this store; `yoi where` says "
            "which store it is.",
            details={"ticket": part},
        )
    raise ConflictError(
        "ticket_id_ambiguous",
        f"{part} may be any of {len(found)} tickets.",
        hint="Give more characters: " + ", ".join(found[:5]) + ("…" if len(found) > 5 else ""),
        details={"candidates": list(found)},
    )
