"""What comes next for a ticket, in the words of routing, after a command has changed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from yoi_cli.model.ids import TicketId
    from yoi_cli.workspace.session import Session


class NextAction(NamedTuple):
    """Whose turn it is (docs/routing.md, "Turns"), and what they do."""

    turn: str
    text: str


def next_action(session: Session, ticket: str) -> NextAction | None:
    """What routing says comes next for `ticket`; None where it cannot be read.

    Whether a ticket waits for others is asked of the store for a queued one alone: for the rest
    it changes nothing of what comes next, and costs a pass over all relations.
    """
    from yoi_cli.errors import YoiError
    from yoi_cli.model import states
    from yoi_cli.model.ids import TicketId

    try:
        summary = session.store.thread_summary(TicketId(ticket))
        if summary.state == states.QUEUED:
            return _of_queued(session, TicketId(ticket))
        from yoi_cli.routing.rules import Subject, classify

        subject = Subject(ticket, summary.state, review=summary.review)
        if summary.state == states.PLANNING:
            subject = subject._replace(
                has_acceptance=_has_acceptance(session, TicketId(ticket)),
                requires_acceptance=session.config.require_acceptance,
            )
        said = classify(subject, japanese=session.config.is_japanese)
    except YoiError:
        return None
    return NextAction(said.turn, said.next_action)


def objective_next(session: Session, objective: str) -> str:
    """What comes next for an objective: a ticket to link, what comes next for the first that is not
    resolved, or to close it."""
    from yoi_cli.errors import YoiError
    from yoi_cli.objectives.service import show_objective

    try:
        view = show_objective(session.store, session.objectives, objective)
    except YoiError:
        return "`yoi objective doctor` says what is wrong with it."
    if view.objective.is_finished:
        return "`yoi next` shows what else may start."
    if not view.tickets:
        return f"`yoi objective link {objective} TICKET` links the tickets that serve it."
    left = [one.id for one in view.tickets if not one.is_resolved]
    found = next((said for one in left if (said := next_action(session, one)) is not None), None)
    if found is not None:
        return f"{left[0]}: {found.text}"
    if left:
        return f"`yoi objective show {objective}` shows tickets that cannot be read."
    return f"`yoi objective close {objective}` says that it is achieved."


def _has_acceptance(session: Session, ticket: TicketId) -> bool:
    from yoi_cli.model.intent import has_acceptance

    return has_acceptance(session.store.item(ticket).body)


def _of_queued(session: Session, ticket: TicketId) -> NextAction:
    from yoi_cli.routing.open import reading_router

    with reading_router(session, caller=None) as router:
        said = router.route(ticket).classified
    return NextAction(said.turn, said.next_action)
