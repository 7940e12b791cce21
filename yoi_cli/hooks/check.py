"""The hooks that git asks for leave: a commit's message, its holder, and a push."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.hooks import refusals as checks
from yoi_cli.hooks.git.commit_facts import GitCommits
from yoi_cli.hooks.git.context import is_elsewhere, message_of, now_ms, session_at
from yoi_cli.hooks.ports import HookOutcome
from yoi_cli.model import hooks as hook_files
from yoi_cli.model.naming import ticket_of_branch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.git.checkout import Checkout
    from yoi_cli.hooks.ports import HookCall
    from yoi_cli.routing.gate import GateResult
    from yoi_cli.workspace.session import Session


def check_hook(call: HookCall, checkout: Checkout) -> HookOutcome:
    """Let pass, or raise the error by which the hook refuses."""
    if call.name == hook_files.PRE_PUSH:
        session = session_at(call, checkout)
        gate = None if session is None else _gate(call, checkout, session)
        return HookOutcome(call.name, gate=gate)
    if not call.arguments:
        return HookOutcome(call.name)
    message = message_of(call, checkout)
    ticket = ticket_of_branch(GitCommits(checkout).branch() or "")
    if call.name == hook_files.PREPARE_COMMIT_MSG:
        source = call.arguments[1] if len(call.arguments) > 1 else ""
        if ticket is None or not checks.wants_trailer(source):
            return HookOutcome(call.name)
        message.add_trailer(ticket)
        return HookOutcome(call.name, (ticket,))
    if checks.is_only_trailer(message.said_lines()):
        raise checks.message_empty()
    session = session_at(call, checkout)
    if session is not None:
        checks.check_trailers(session.store, message.trailers())
        if ticket is not None:
            _check_claim(call, checkout, session, ticket)
    return HookOutcome(call.name, () if ticket is None else (ticket,))


def _check_claim(call: HookCall, checkout: Checkout, session: Session, ticket: str) -> None:
    try:
        standing = session.claims.get(ticket)
    except (YoiError, OSError):  # whose it is cannot be told
        return
    holder = _holder(call.environment, checkout)
    elsewhere = standing is not None and is_elsewhere(standing, checkout)
    checks.check_fence(ticket, standing, holder, now_ms=now_ms(), elsewhere=elsewhere)


def _holder(environment: Mapping[str, str], checkout: Checkout) -> checks.Holder:
    number = environment.get("YOI_GENERATION", "")
    is_number = number.isascii() and number.isdigit() and len(number) < 10
    return checks.Holder(
        environment.get("YOI_TICKET") or None, int(number) if is_number else None, checkout.root
    )


def _gate(call: HookCall, checkout: Checkout, session: Session) -> GateResult:
    """Whether the tickets of what is pushed are ready, by branch names and trailers."""
    from yoi_cli.hooks.git.pushed import pushed
    from yoi_cli.model.states import READY
    from yoi_cli.routing.gate import Gate
    from yoi_cli.routing.open import open_router

    remote = call.arguments[0] if call.arguments else ""
    found = pushed(checkout.root, remote, call.stdin())
    gate = Gate(open_router(session, caller=None), READY)
    return gate.ask_commits([*found.branches, *found.trailers])
