"""What may be done with a ticket now, why the rest may not, and doing it (docs/moves.md).

Every surface offers what this says, so that all say the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from yoi_cli.orchestration.moves import Move as Move
    from yoi_cli.orchestration.moves import TicketMoves as TicketMoves
    from yoi_cli.workspace.session import Session


class Request(NamedTuple):
    """A move that somebody makes.

    `text` is what they say, where the move needs it. `seen` is the state in which they saw the
    ticket: where it is in another by now nothing is done. `commit` is the commit that they looked
    at before a review, `worker` the one that is meant, `author` who writes.
    """

    text: str = ""
    seen: str | None = None
    commit: str | None = None
    worker: str | None = None
    author: str | None = None


class Outcome(NamedTuple):
    """What came of a move: a sentence, and what did not go as it should."""

    said: str
    warnings: tuple[str, ...] = ()


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


def act(session: Session, ticket: str, action: str, request: Request) -> Outcome:
    """Make the move that is called `action`, as its command does.

    What is not offered by now is refused with its reason, and so is what became wrong since: the
    use case looks again under the store's lock. A ticket that is queued is committed where
    `[git] autocommit` asks for that, and then what git would refuse is refused before anything is
    moved (`commit_check_failed`, which names the check). Raises `UsageError` for an unknown action
    (`action_unknown`) or an empty text, and what the command raises.
    """
    from yoi_cli.errors import UsageError

    does = _DOES.get(action)
    if does is None:
        raise UsageError(
            "action_unknown",
            f"{action[:40]!r} is no move.",
            hint=f"The moves are {', '.join(_DOES)}.",
        )
    _check_offered(session, ticket, action, request)
    return does(session, ticket, request)


def _check_offered(session: Session, ticket: str, action: str, request: Request) -> None:
    from yoi_cli.errors import ConflictError
    from yoi_cli.orchestration.moves import UNTRUSTED_FILES
    from yoi_cli.tickets.lookup import check_expectation

    found = moves(session, ticket)
    check_expectation(found.ticket, found.state, request.seen)
    for move in found.moves:
        is_meant = move.action == action and request.worker in (None, move.worker)
        if is_meant and not move.is_enabled and move.code in ("not_now", UNTRUSTED_FILES):
            raise ConflictError(move.code, move.why, hint=move.hint)


def _intake(session: Session, ticket: str, request: Request) -> Outcome:
    from yoi_cli.api import tickets

    done = tickets.intake(
        session, ticket, _text(request), expect=request.seen, author=request.author
    )
    return Outcome(f"{done.ticket} is {done.state} (was {done.origin}).", done.warnings)


def _queue(session: Session, ticket: str, request: Request) -> Outcome:
    from yoi_cli.tickets.lookup import identify

    if session.config.autocommit:
        from yoi_cli.orchestration.git.commit_checks import check_commit

        check_commit(session, identify(session.store, ticket))
    return _moved("queued")(session, ticket, request)


def _moved(state: str) -> Callable[[Session, str, Request], Outcome]:
    def move(session: Session, ticket: str, request: Request) -> Outcome:
        from yoi_cli.api import tickets

        text = request.text.strip() or None
        reason = text if state == "planning" else None
        done = tickets.move(
            session,
            ticket,
            state,
            text=text,
            reason=None if reason is None else reason.partition("\n")[0],
            expect=request.seen,
            author=request.author,
        )
        said = f"{done.ticket} is {done.state} (was {done.origin})."
        if done.unblocked:
            said += f" Unblocked: {', '.join(done.unblocked)}."
        return Outcome(said, done.warnings)

    return move


def _close(session: Session, ticket: str, request: Request) -> Outcome:
    from yoi_cli.api import tickets
    from yoi_cli.orchestration.moves import FINISHED

    text = request.text.strip() or FINISHED.text(japanese=session.config.is_japanese)
    done = tickets.close(session, ticket, text, expect=request.seen, author=request.author)
    said = f"{done.ticket} is closed."
    if done.unblocked:
        said += f" Unblocked: {', '.join(done.unblocked)}."
    return Outcome(said, done.warnings)


def _reopen(session: Session, ticket: str, request: Request) -> Outcome:
    from yoi_cli.api import tickets

    text = _text(request)
    reason = text.partition("\n")[0]
    done = tickets.reopen(session, ticket, reason, text=text, author=request.author)
    return Outcome(f"{done.ticket} is {done.state} (was {done.origin}).", done.warnings)


def _review(*, approve: bool) -> Callable[[Session, str, Request], Outcome]:
    def review(session: Session, ticket: str, request: Request) -> Outcome:
        from yoi_cli.api import tickets
        from yoi_cli.orchestration.open import open_inbox

        done = tickets.review(
            session,
            ticket,
            _text(request),
            approve=approve,
            sha=request.commit,
            author=request.author,
            sign=approve and open_inbox(session).approvals.is_signed,
            expect=request.seen,
        )
        said = "is approved" if approve else "was sent back with your words"
        return Outcome(f"{done.ticket} {said}.", done.warnings)

    return review


def _answer(session: Session, ticket: str, request: Request) -> Outcome:
    from yoi_cli.api import tickets

    done = tickets.answer(session, ticket, _text(request), author=request.author)
    return Outcome(f"The question of {done.ticket} is answered.", done.warnings)


def _comment(session: Session, ticket: str, request: Request) -> Outcome:
    from yoi_cli.api import tickets

    done = tickets.comment(session, ticket, _text(request), author=request.author)
    return Outcome(f"A comment stands on {done.ticket}.", done.warnings)


def _claim(session: Session, ticket: str, request: Request) -> Outcome:
    from yoi_cli.api import claims

    done = claims.claim(session, ticket, author=request.author)
    return Outcome(f"{done.ticket} is claimed by {done.holder}.")


def _release(session: Session, ticket: str, request: Request) -> Outcome:
    from yoi_cli.api import claims

    done = claims.release(session, ticket, author=request.author)
    return Outcome(f"{done.ticket} is given back.")


def _accept(session: Session, ticket: str, request: Request) -> Outcome:
    from yoi_cli.api import claims
    from yoi_cli.model.routing import GivenDecision

    done = claims.accept(session, ticket, GivenDecision(), {}, author=request.author)
    branch = f" on {done.plan.branch}" if done.plan.branch else ""
    return Outcome(f"{done.ticket} is taken up by {done.claim.holder}{branch}.", done.warnings)


def _start(*options: str) -> Callable[[Session, str, Request], Outcome]:
    def start(session: Session, ticket: str, request: Request) -> Outcome:
        from yoi_cli.api.orchestration import start_run
        from yoi_cli.tickets.lookup import identify

        full_id = identify(session.store, ticket)
        start_run(session, [full_id], options, author=request.author)
        return Outcome(f"A run of yoi orchestrate takes up {full_id}.")

    return start


def _input(session: Session, ticket: str, request: Request) -> Outcome:
    from yoi_cli.api import workers

    text = _text(request)
    data = text if text.endswith("\n") else f"{text}\n"
    worker = workers.give_input(session, request.worker or "", data.encode("utf-8", "replace"))
    return Outcome(f"The worker {worker} was sent your words.")


def _stop(session: Session, ticket: str, request: Request) -> Outcome:
    from yoi_cli.api import workers

    done = workers.stop(session, request.worker or "")
    return Outcome(f"The worker {done.worker.worker_id} {done.worker.ending}.", done.warnings)


def _text(request: Request) -> str:
    from yoi_cli.tickets.comment import check_text

    check_text(request.text)
    return request.text.strip("\n")


_DOES: dict[str, Callable[[Session, str, Request], Outcome]] = {
    "intake": _intake,
    "queue": _queue,
    "start": _start(),
    "retry": _start("--retry"),
    "answer": _answer,
    "approve": _review(approve=True),
    "request_changes": _review(approve=False),
    "comment": _comment,
    "claim": _claim,
    "release": _release,
    "accept": _accept,
    "done": _moved("done"),
    "return_to_planning": _moved("planning"),
    "reopen": _reopen,
    "close": _close,
    "input": _input,
    "stop": _stop,
}
