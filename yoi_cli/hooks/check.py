"""The hooks that may refuse: a commit's message, its holder, and a push."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.hooks.git.commit_facts import GitCommits
from yoi_cli.hooks.git.context import is_elsewhere, message_of, now_ms, session_of, sessions_at
from yoi_cli.hooks.ports import HookOutcome
from yoi_cli.hooks.refusals import (
    Holder,
    check_fence,
    check_trailers,
    is_only_trailer,
    message_empty,
)
from yoi_cli.model import hooks as hook_files
from yoi_cli.model.claim import parse_generation
from yoi_cli.model.naming import ticket_of_branch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yoi_cli.git.checkout import Checkout
    from yoi_cli.hooks.ports import HookCall
    from yoi_cli.routing.gate import GateResult
    from yoi_cli.routing.router import Router
    from yoi_cli.workspace.session import Session

#: Where a message comes from, in git's words, that is not to name its ticket.
_NO_TRAILER_FOR = frozenset({"merge", "squash"})


def check_hook(call: HookCall, checkout: Checkout) -> HookOutcome:
    """Let pass, or raise the error by which the hook refuses."""
    if call.name == hook_files.PRE_PUSH:
        return HookOutcome(call.name, gate=_gate(call, checkout, sessions_at(call, checkout)))
    if not call.arguments:
        return HookOutcome(call.name)
    message = message_of(call, checkout)
    ticket = ticket_of_branch(GitCommits(checkout).branch() or "")
    if call.name == hook_files.PREPARE_COMMIT_MSG:
        source = call.arguments[1] if len(call.arguments) > 1 else ""
        if ticket is None or source in _NO_TRAILER_FOR:
            return HookOutcome(call.name)
        message.add_trailer(ticket)
        return HookOutcome(call.name, (ticket,))
    if is_only_trailer(message.said_lines()):
        raise message_empty()
    sessions = sessions_at(call, checkout)
    for trailer in message.trailers() if sessions else ():
        session = session_of(sessions, trailer)
        if session is not None:
            check_trailers(session.store, [trailer])
    session = None if ticket is None else session_of(sessions, ticket)
    if ticket is not None and session is not None:
        _check_claim(call, checkout, session, ticket)
    return HookOutcome(call.name, () if ticket is None else (ticket,))


def _check_claim(call: HookCall, checkout: Checkout, session: Session, ticket: str) -> None:
    try:
        claim = session.claims.get(ticket)
    except (YoiError, OSError):  # nobody knows whose it is
        return
    holder = _holder(call.environment, checkout)
    elsewhere = claim is not None and is_elsewhere(claim, checkout)
    check_fence(ticket, claim, holder, now_ms=now_ms(), elsewhere=elsewhere)


def _holder(environment: Mapping[str, str], checkout: Checkout) -> Holder:
    generation = parse_generation(environment.get("YOI_GENERATION", ""))
    return Holder(environment.get("YOI_TICKET") or None, generation, checkout.root)


def _gate(call: HookCall, checkout: Checkout, sessions: Sequence[Session]) -> GateResult | None:
    """Whether the tickets of what is pushed are ready, by branch names and trailers; each is asked
    of the workspace that has it. None where there is no workspace. Raises as `yoi gate` does where
    git is at work on the store's files."""
    from functools import partial

    from yoi_cli.model.states import READY
    from yoi_cli.routing.gate import Gate
    from yoi_cli.routing.open import ask_undisturbed, open_router

    if not sessions:
        return None
    remote = call.arguments[0] if call.arguments else ""
    from yoi_cli.hooks.git.pushed import pushed

    found = pushed(checkout.root, remote, call.stdin())
    words: dict[str, list[str]] = {sessions[0].workspace: []}
    for word in [*found.branches, *found.trailers]:
        session = session_of(sessions, word) or sessions[0]
        words.setdefault(session.workspace, []).append(word)

    def ask(session: Session) -> tuple[GateResult, Router]:
        router = open_router(session, caller=None)
        return Gate(router, READY).ask_commits(words[session.workspace]), router

    results = [
        ask_undisturbed(partial(ask, session))[0]
        for session in sessions
        if session.workspace in words
    ]
    answers = tuple(answer for result in results for answer in result.tickets)
    return results[0]._replace(tickets=answers)
