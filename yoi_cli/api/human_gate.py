"""The human gate: a person says whether a ticket may be queued, and a surface asks them
(docs/mcp.md, "The human gate").

Who types `yoi ticket state ID queued` is that person. A surface that speaks for a program asks
first, shows what was asked about, and hands over the answer together with what was shown: where
the ticket has changed since, nothing is queued.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.states import QUEUED, READY
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from yoi_cli.errors import ConflictError
    from yoi_cli.model.ids import TicketId
    from yoi_cli.store.values import Committed
    from yoi_cli.tickets.move import Moved
    from yoi_cli.workspace.session import Session


class GateQuestion(NamedTuple):
    """What a person is asked about. `shown` follows from all that the ticket says at that instant:
    an answer counts for nothing else. Title and `description` are their author's text."""

    ticket: TicketId
    title: str
    description: str
    shown: str


def question(session: Session, ticket: str, *, expect: str) -> GateQuestion:
    """What a person is to be asked, before `ticket` may be queued.

    Raises `ConflictError`: `queue_not_yours` in a worker of this clone, `state_unexpected` where
    the ticket is not in the state `expect`, and where it may not be queued what the move would say
    (`move_illegal`, `blocked`, `store_untrusted`).
    """
    from hashlib import sha256

    from yoi_cli.model.states import check_state
    from yoi_cli.tickets.lookup import check_expectation, state_of

    _check_outside_of_workers(session)
    check_state(expect)
    store = session.store
    full_id, folded = state_of(store, ticket)
    check_expectation(full_id, folded.state, expect)
    _check_queueable(session, full_id)
    item, events = store.item(full_id), store.thread(full_id).events
    said = [item.title, item.body, *(f"{one.identity} {one.line}" for one in events)]
    shown = sha256("\0".join(said).encode("utf-8", "surrogatepass")).hexdigest()
    return GateQuestion(full_id, item.title, item.body, shown)


def check_unchanged(asked: GateQuestion, now: GateQuestion) -> None:
    """Raise `ConflictError` (`item_changed`) where the ticket is not what the person was shown."""
    from yoi_cli.errors import ConflictError

    if asked.shown != now.shown:
        raise ConflictError(
            "item_changed",
            f"{now.ticket} was changed while the person was asked.",
            hint="Ask again: the answer was about another text.",
            details={"ticket": now.ticket},
        )


def queue(session: Session, asked: GateQuestion, *, through: str, comment: str = "") -> Moved:
    """Queue the ticket, since the person said yes; what they said stands in its log.

    `through` names the program that asked them. Raises what `api.tickets.move` raises.
    """
    from yoi_cli.api.tickets import move

    text = _with_comment(f"A person agreed to queueing it, asked through {through}.", comment)
    return move(session, asked.ticket, QUEUED, text=text, reason="person_asked", expect=READY)


def refuse(session: Session, asked: GateQuestion, *, through: str, comment: str = "") -> Committed:
    """Record that the person said no; the ticket stays ready."""
    from yoi_cli.api.tickets import comment as add_comment

    text = _with_comment(f"A person refused to queue it, asked through {through}.", comment)
    return add_comment(session, asked.ticket, text)


def person_needed(ticket: str) -> ConflictError:
    """The refusal where no person can be asked (`person_needed`), with the command to type."""
    from yoi_cli.errors import ConflictError

    command = f"yoi ticket state {ticket} {QUEUED}"
    return ConflictError(
        "person_needed",
        f"A person decides whether {ticket} is queued, and none could be asked here.",
        hint=f"Ask the person you work for to type: {command}",
        details={"ticket": ticket, "command": command},
    )


def _with_comment(sentence: str, comment: str) -> str:
    return f"{sentence}\n\n{comment.strip()}" if comment.strip() else sentence


def _check_queueable(session: Session, ticket: str) -> None:
    from yoi_cli.api.moves import moves
    from yoi_cli.errors import ConflictError
    from yoi_cli.orchestration.moves import QUEUE

    found = next((one for one in moves(session, ticket).moves if one.action == QUEUE), None)
    if found is not None and not found.is_enabled:
        raise ConflictError(found.code, found.why, hint=found.hint, details={"ticket": ticket})


def _check_outside_of_workers(session: Session) -> None:
    from yoi_cli.errors import ConflictError

    worker = session.worker_above()
    if worker is not None:
        raise ConflictError(
            "queue_not_yours",
            f"This runs within the worker {worker}, and people queue tickets.",
            hint="Say on the ticket what you think should be queued, and why.",
            details={"worker": worker},
        )
