"""What may be done with a ticket now, and why the rest may not (docs/moves.md).

Every surface offers what this says, so that all say the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yoi_cli.orchestration.moves import Move as Move
    from yoi_cli.orchestration.moves import TicketMoves as TicketMoves
    from yoi_cli.workspace.session import Session


def moves(session: Session, ticket: str) -> TicketMoves:
    """All that may be done with a ticket, by whoever works in the session, and why the rest may
    not. One that cannot be read offers nothing, and says why.

    Raises `NotFoundError` for a ticket that is not there, and what `identify` raises.
    """
    from yoi_cli.errors import NotFoundError, YoiError
    from yoi_cli.orchestration.moves import ticket_moves, unreadable_moves
    from yoi_cli.orchestration.open import move_facts
    from yoi_cli.tickets.lookup import identify

    full_id = identify(session.store, ticket)
    try:
        return ticket_moves(move_facts(session, full_id))
    except NotFoundError:
        raise
    except YoiError as error:
        return unreadable_moves(full_id, error)
