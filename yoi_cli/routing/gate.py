"""The gate: whether tickets have what a pipeline requires of them (docs/routing.md).

The answer fails closed. A store from which nothing should be decided differs from one that
says no, because the one is repaired and the other waited for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, NotFoundError, UsageError, YoiError
from yoi_cli.model import events, states
from yoi_cli.model.commits import ticket_words
from yoi_cli.model.ids import TicketId
from yoi_cli.model.routing import APPROVED, IN_PROGRESS, REQUIREMENTS, REVIEW_NEEDED
from yoi_cli.model.wording import Wording
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.routing.messages import sentence
from yoi_cli.routing.rules import Reason, blocker_code
from yoi_cli.tickets.lookup import identify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from yoi_cli.model.events import Event
    from yoi_cli.routing.router import Decision, Router, WaitTree
    from yoi_cli.routing.rules import ChainedBlocker
    from yoi_cli.tickets.doubts import Doubt


_NOT_READY = 5
_UNTRUSTED = 6
_UNDER_WAY = frozenset({IN_PROGRESS, REVIEW_NEEDED})
_SHA = re.compile(r"[0-9a-f]{7,64}")

#: The reasons that only the gate gives; `{about}` is what the sentence is about.
_SENTENCES: Mapping[str, Wording] = {
    "is_done": Wording("It is {about}.", "{about} です。"),
    "not_done": Wording("It is {about}, not done.", "{about} であり、まだ done ではありません。"),
    "not_reviewed": Wording("Nobody has reviewed it.", "まだレビューされていません。"),
    "review_asks_for_changes": Wording(
        "The newest review, by {about}, asks for changes.",
        "最新のレビュー（{about}）が変更を求めています。",
    ),
    "review_unbound": Wording(
        "The newest review, by {about}, is bound to no commit.",
        "最新のレビュー（{about}）はどの commit にも紐付いていません。",
    ),
    "review_elsewhere": Wording(
        "The newest review approves another commit than the head: {about}.",
        "最新のレビューは head と異なる commit を承認しています: {about}。",
    ),
    "review_approves": Wording(
        "The newest review, by {about}, approves the head commit.",
        "最新のレビュー（{about}）が head commit を承認しています。",
    ),
}


class GateAnswer(NamedTuple):
    """The gate's answer about one ticket.

    `ticket` is the id, or the word that names none. `is_trusted` is False where nothing should
    be decided from what is on disk; then it is never ready. `decision` is None where the
    ticket could not be routed.
    """

    ticket: str
    is_ready: bool
    is_trusted: bool
    reasons: tuple[Reason, ...]
    decision: Decision | None = None

    @property
    def verdict(self) -> str:
        """The answer in one word that scripts may compare: ready, not_ready or untrusted."""
        if not self.is_trusted:
            return "untrusted"
        return "ready" if self.is_ready else "not_ready"


class GateResult(NamedTuple):
    """The gate's answer about every ticket that it was asked about."""

    required: str
    head: str | None
    tickets: tuple[GateAnswer, ...]

    @property
    def is_ready(self) -> bool:
        """Whether every ticket has what is required; so it is where there is none."""
        return all(gated.is_ready for gated in self.tickets)

    @property
    def is_trusted(self) -> bool:
        """Whether the store is sound around every one of the tickets."""
        return all(gated.is_trusted for gated in self.tickets)

    @property
    def exit_code(self) -> int:
        """0 ready, 5 not ready, 6 for a store that cannot be trusted."""
        if not self.is_trusted:
            return _UNTRUSTED
        return 0 if self.is_ready else _NOT_READY


class GateReport(NamedTuple):
    """The gate's answer; `tree` gives, for a ticket, what it and what is behind it wait for."""

    result: GateResult
    tree: Callable[[str], WaitTree]


class Gate(NamedTuple):
    """What is asked: `required` of `REQUIREMENTS`, and for approval the full sha `head`."""

    router: Router
    required: str
    head: str | None = None

    def ask(self, words: Iterable[str]) -> GateResult:
        """The answer about the tickets that `words` name, each once.

        One that is broken never hides the others. Raises `NotFoundError` and its kin only
        where a single word names no ticket.
        """
        words = tuple(dict.fromkeys(words))
        if len(words) == 1:
            words = (identify(self.router.reader, words[0]),)
        return self._answer(words)

    def ask_commits(self, trailers: Iterable[str]) -> GateResult:
        """The answer about the tickets in the values of `Ticket:` trailers.

        A value that names no ticket is not ready: a commit that claims one is not let through.
        """
        return self._answer(ticket_words(trailers))

    def _answer(self, words: Sequence[str]) -> GateResult:
        gated = {answer.ticket: answer for answer in map(self._gate, words)}
        return GateResult(self.required, self.head, tuple(gated.values()))

    def _gate(self, word: str) -> GateAnswer:
        try:
            ticket = identify(self.router.reader, word)
        except (NotFoundError, UsageError, ConflictError) as error:
            return GateAnswer(word, False, True, (Reason(error.code, error.message),))
        try:
            return self._answer_for(self.router.route(ticket))
        except YoiError as error:
            return GateAnswer(ticket, False, False, (Reason(error.code, error.message, ticket),))

    def _answer_for(self, decision: Decision) -> GateAnswer:
        doubts = tuple(map(self._doubted, self.router.all_doubts(decision.ticket)))
        if doubts:
            return GateAnswer(decision.ticket, False, False, doubts, decision)
        is_ready, reasons = self._judge(decision)
        return GateAnswer(decision.ticket, is_ready, True, reasons, decision)

    def _doubted(self, doubt: Doubt) -> Reason:
        state = self.router.dependencies.status(doubt.ticket).state
        return Reason(doubt.code, doubt.text(japanese=self._japanese), doubt.ticket, state)

    def _judge(self, decision: Decision) -> tuple[bool, tuple[Reason, ...]]:
        if self.required == states.DONE:
            is_done = decision.state in states.RESOLVED_STATES
            reason = self._own_reason("is_done" if is_done else "not_done", decision.state)
            return is_done, (reason,)
        if self.required == APPROVED:
            return self._judge_review(self.router.reader.thread(TicketId(decision.ticket)).events)
        return self._judge_readiness(decision)

    def _judge_readiness(self, decision: Decision) -> tuple[bool, tuple[Reason, ...]]:
        """Ready is what may start, what is rightly under way, and what is finished."""
        classified = decision.classified
        if decision.state in states.RESOLVED_STATES or classified.is_ready:
            return True, classified.reasons
        if classified.classification not in _UNDER_WAY:
            return False, classified.reasons
        if decision.blockers:
            return False, tuple(self._blocked(blocker) for blocker in decision.blockers)
        return True, classified.reasons

    def _judge_review(self, thread: Sequence[Event]) -> tuple[bool, tuple[Reason, ...]]:
        """Approved is what the newest review approves, bound to the head commit."""
        reviews = [event for event in thread if event.kind == events.REVIEW and event.status]
        head = self.head or ""
        if not reviews:
            return False, (self._own_reason("not_reviewed"),)
        newest = reviews[-1]
        commit = newest.attributes.get("commit", "").lower()
        if newest.status != events.APPROVE:
            return False, (self._own_reason("review_asks_for_changes", newest.author),)
        if not commit:
            return False, (self._own_reason("review_unbound", newest.author),)
        if not (_SHA.fullmatch(commit) and head.startswith(commit)):
            return False, (self._own_reason("review_elsewhere", f"{commit[:12]} ({head[:12]})"),)
        return True, (self._own_reason("review_approves", newest.author),)

    def _blocked(self, blocker: ChainedBlocker) -> Reason:
        about = f"{blocker.ticket} ({blocker.state})" if blocker.state else blocker.ticket
        code = blocker_code(blocker)
        text = sentence(code, japanese=self._japanese, about=about)
        return Reason(code, text, blocker.ticket, blocker.state)

    def _own_reason(self, code: str, about: str = "") -> Reason:
        return Reason(code, _SENTENCES[code].text(japanese=self._japanese, about=about))

    @property
    def _japanese(self) -> bool:
        return self.router.context.japanese


def check_requirement(word: str) -> None:
    """Raise `UsageError` for a word that is none of `REQUIREMENTS`."""
    if word not in REQUIREMENTS:
        raise UsageError(
            "requirement_unknown",
            f"{word[:40]!r} cannot be required.",
            hint=f"Require one of {', '.join(REQUIREMENTS)}.",
        )
