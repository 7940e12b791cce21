"""Which ticket a worker's session is for, and what it may say of others (docs/mcp.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError

if TYPE_CHECKING:
    from yoi_cli.model.ids import TicketId
    from yoi_cli.workspace.session import Session


def own_ticket(session: Session) -> TicketId | None:
    """The ticket of the worker that this process descends from, else that of YOI_TICKET; None in a
    session that is for no ticket. Raises what finding a ticket raises."""
    from yoi_cli.tickets.lookup import identify

    word = _ticket_above(session) or session.environment.get("YOI_TICKET", "")
    return identify(session.store, word) if word else None


def _ticket_above(session: Session) -> str | None:
    from yoi_cli.api.workers import show
    from yoi_cli.errors import NotFoundError

    worker = session.worker_above()
    if worker is None:
        return None
    try:
        return show(session, worker).ticket
    except NotFoundError:  # it is of another workspace of this clone
        return None


def check_own(session: Session, ticket: str, *, only_comments: bool = False) -> None:
    """Raise `ConflictError` (`ticket_not_yours`) where a session that is for one ticket would write
    to another: there it may only comment, as a confined worker may."""
    from yoi_cli.tickets.lookup import identify

    own = own_ticket(session)
    if own is None or only_comments:
        return
    if identify(session.store, ticket) != own:
        raise not_yours(own)


def not_yours(own: str) -> ConflictError:
    """The refusal of what is not about the session's own ticket."""
    return ConflictError(
        "ticket_not_yours",
        f"This session works on {own}, and may only comment on other tickets.",
        hint="Say what is to be done there in a comment.",
        details={"ticket": own},
    )
