"""The tools about work: what comes next, claims, workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import NotFoundError, UsageError
from yoi_cli.mcp.answer import Answer, known_id, word
from yoi_cli.mcp.reading import candidates, titles
from yoi_cli.mcp.schema import refuse_unused
from yoi_cli.mcp.writing import warned

if TYPE_CHECKING:
    from yoi_cli.api.session import Session
    from yoi_cli.api.workers import WorkerView
    from yoi_cli.errors import Json
    from yoi_cli.mcp.arguments import Claim, Control, Next, Tail
    from yoi_cli.model.claim import Claim as HeldClaim

#: So many tickets are named that may start.
_MOST_NEXT = 5
_MOST_WORKERS = 50


def next_(session: Session, asked: Next) -> Answer:
    from yoi_cli.api import claims

    if asked.claim:
        taken = claims.claim_next(session)
        found = taken.candidates[:_MOST_NEXT]
        facts: dict[str, Json] = {"candidates": candidates(found)}
        if taken.claim is not None:
            facts["claim"] = _claim(taken.claim)
        return Answer(facts, titles(found))
    found = claims.next_tickets(session, limit=_MOST_NEXT)
    return Answer({"candidates": candidates(found)}, titles(found))


def claim(session: Session, asked: Claim) -> Answer:
    from yoi_cli.api import claims

    if asked.action in ("start", "take"):
        refuse_unused("to renew or release", generation=asked.generation)
    if asked.action == "start":
        return _start(session, asked.ticket)
    if asked.action == "take":
        return Answer({"claim": _claim(claims.claim(session, asked.ticket))})
    if asked.generation is None:
        raise UsageError(
            "generation_missing",
            f"To {asked.action} a claim needs its generation.",
            hint="Give the generation that the claim was answered with.",
        )
    if asked.action == "renew":
        held = claims.renew(session, asked.ticket, asked.generation)
    else:
        held = claims.release(session, asked.ticket, generation=asked.generation)
    return Answer({"claim": _claim(held)})


def _start(session: Session, ticket: str) -> Answer:
    """Take a ticket up, under one lock, and give the contract for it."""
    from yoi_cli.api.claims import accept
    from yoi_cli.model.intent import render_packet
    from yoi_cli.model.routing import GivenDecision

    done = accept(session, ticket, GivenDecision(), {})
    facts: dict[str, Json] = {
        "ticket": done.ticket,
        "state": "inprogress",
        "changed": done.changed,
        "claim": _claim(done.claim),
    }
    plan = f"branch: {done.plan.branch}\nworktree: {done.plan.worktree}"
    return Answer(facts | warned(done.warnings), (plan, render_packet(done.packet)))


def _claim(held: HeldClaim) -> Json:
    from yoi_cli.model.time import stamp

    return {
        "ticket": held.ticket,
        "generation": held.generation,
        "expires_at": stamp(held.expires_at),
        "released": held.is_released,
    }


def control(session: Session, asked: Control) -> Answer:
    from yoi_cli.api import workers

    if asked.action != "input":
        refuse_unused("for input", text=asked.text)
    if asked.action not in ("list", "tail"):
        refuse_unused("for list and tail", ticket=asked.ticket)
    if asked.action == "list":
        refuse_unused("for one worker", worker=asked.worker)
        return _list(session, asked.ticket)
    if asked.action == "tail":
        return _tail(session, asked.worker, asked.ticket, asked.max_bytes)
    if not asked.worker:
        raise _worker_missing()
    if asked.action == "show":
        view = workers.show(session, asked.worker)
        told = workers.report(session, asked.worker)
        texts = [view.evidence, *((told.last_message, told.error) if told is not None else ())]
        return Answer(_worker(view), tuple(text for text in texts if text))
    if asked.action == "input":
        workers.give_input(session, asked.worker, asked.text.encode("utf-8", "replace"))
        return Answer(_worker(workers.show(session, asked.worker)))
    ended = workers.stop(session, asked.worker)
    return Answer({**_worker(ended.worker), **warned(ended.warnings)})


def _list(session: Session, ticket: str) -> Answer:
    from yoi_cli.api.workers import list_workers

    found = list_workers(session, ticket=ticket or None)
    shown = found.workers[-_MOST_WORKERS:]
    return Answer(
        {
            "count": len(shown),
            "total": len(found.workers),
            "truncated": len(shown) < len(found.workers),
            "workers": [_worker(one) for one in shown],
        }
    )


def tail(session: Session, asked: Tail) -> Answer:
    return _tail(session, asked.worker, asked.ticket, asked.max_bytes)


def _tail(session: Session, worker: str, ticket: str, most: int) -> Answer:
    """The end of what a worker wrote; of a coding agent, what it says and does as text."""
    from yoi_cli.api import workers

    if worker:
        refuse_unused("without worker", ticket=ticket)
    name = worker or _newest(session, ticket)
    view = workers.show(session, name)
    worker_id, part = workers.output(session, name, since=-most if not view.agent else -_TAIL)
    agent = workers.transcript(session, name)
    if agent is None:
        text = part.data.decode("utf-8", "replace")
    else:
        text = agent.feed(part.data) + agent.rest()
        text = text.encode("utf-8", "replace")[-most:].decode("utf-8", "ignore")
    facts: dict[str, Json] = {
        "worker": worker_id,
        "state": view.state,
        "output_bytes": view.output_size,
        "shown": len(text.encode("utf-8", "replace")),
    }
    return Answer(facts, (text,) if text else ())


#: So much of an agent's own lines is read for the text at its end.
_TAIL = 1 << 18


def _newest(session: Session, ticket: str) -> str:
    from yoi_cli.api.workers import list_workers

    if not ticket:
        raise _worker_missing()
    found = list_workers(session, ticket=ticket).workers
    if not found:
        raise NotFoundError(
            "worker_not_found",
            "The ticket has no worker.",
            hint="ticket_show has what happened to it.",
        )
    return found[-1].worker_id


def _worker_missing() -> UsageError:
    return UsageError(
        "worker_missing", "No worker is named.", hint="Give its id, or where it can be, a ticket."
    )


def _worker(view: WorkerView) -> dict[str, Json]:
    return {
        "worker": view.worker_id,
        "state": view.state,
        "ticket": known_id(view.ticket),
        "role": word(view.role),
        "exit_code": view.exit_code,
        "cause": view.cause,
        "output_bytes": view.output_size,
    }
