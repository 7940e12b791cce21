"""What routing says of a ticket, in one word, what a gate may require, and how a ticket stands by
the headers of its thread alone (docs/routing.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model import events, states
from yoi_cli.model.fold import fold
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yoi_cli.model.events import Event, Thread
    from yoi_cli.model.fold import Move

CLOSED_OR_NOOP = "closed_or_noop"
CLOSE_READY = "close_ready"
REVIEW_NEEDED = "review_needed"
IN_PROGRESS = "in_progress"
REQUIREMENTS_SYNC_NEEDED = "requirements_sync_needed"
BLOCKED = "blocked_by_dependency_or_missing_authority"
WAITING = "waiting"
IMPLEMENTATION_READY = "implementation_ready"
RETURN_TO_PLANNING = "return_to_planning"
SPIKE_NEEDED = "spike_needed"

#: What is computed, in the order in which it is evaluated: the earliest next action wins.
COMPUTED = (
    CLOSED_OR_NOOP,
    CLOSE_READY,
    REVIEW_NEEDED,
    IN_PROGRESS,
    REQUIREMENTS_SYNC_NEEDED,
    BLOCKED,
    WAITING,
    IMPLEMENTATION_READY,
)
#: What only a person or an agent can judge.
JUDGED = (RETURN_TO_PLANNING, SPIKE_NEEDED)
CLASSIFICATIONS = (*COMPUTED, *JUDGED)

#: Whose turn it is: a word for people and agents beside the classification.
IMPLEMENTER, REVIEWER, MERGER, PERSON, NOBODY = (
    "implementer",
    "reviewer",
    "merger",
    "person",
    "nobody",
)
TURNS = (IMPLEMENTER, REVIEWER, MERGER, PERSON, NOBODY)

#: What an orchestrator waits for; also the words for the steps in which it says so.
NEEDS_PERSON = "person"
NEEDS_ANSWER = "needs_answer"
NEEDS_MERGE = "pull_request"
_NEEDS = frozenset({NEEDS_PERSON, NEEDS_ANSWER, NEEDS_MERGE})

#: What a gate may require of a ticket.
APPROVED = "approved"
REQUIREMENTS = (states.READY, APPROVED, states.DONE)

#: How many tickets a tree of waiting follows: more than a person reads, and few enough that the
#: trees of a whole store stay small.
MOST_IN_TREE = 100


class GivenDecision(NamedTuple):
    """What a person or an agent says by hand; a classification of None leaves it computed.

    The last four are what returning to planning must say.
    """

    classification: str | None = None
    reason: str | None = None
    missing: str | None = None
    checked: str | None = None
    beyond_latitude: str | None = None
    next_question: str | None = None

    @property
    def lacking(self) -> tuple[str, ...]:
        """The names of the parts that returning to planning needs and that are not said."""
        parts = {
            "missing": self.missing,
            "checked": self.checked,
            "beyond-latitude": self.beyond_latitude,
            "next-question": self.next_question,
        }
        return tuple(name for name, said in parts.items() if not said)


class Review(NamedTuple):
    """How work and reviews of a ticket in progress stand.

    `has_work` is whether anything was reported since it began; `is_unreviewed` whether the
    newest of it is newer than the newest review; `asks_for_changes` and `approves` are what
    the newest review says. `needs` is what an orchestrator waits for, by its newest step or a
    question: an answer, another word of a person, the merge of the request at `url`, or nothing.
    """

    has_work: bool = False
    is_unreviewed: bool = False
    asks_for_changes: bool = False
    approves: bool = False
    needs: str = ""
    url: str = ""


class ThreadSummary(NamedTuple):
    """The state of a ticket, whether moves of it were set aside, and the review of its work.

    A ticket that is not in progress has an empty review. `is_damaged` says that not all that
    was recorded in the thread can be read, so that the rest may say otherwise.
    """

    state: str
    is_diverged: bool = False
    review: Review = Review()
    is_damaged: bool = False


def summary_of(thread: Sequence[Event]) -> ThreadSummary:
    """The summary of a thread's events; headings and bodies say nothing about it."""
    state, moves, diverged = fold(thread)
    review = review_of(thread, moves) if state == states.INPROGRESS else Review()
    return ThreadSummary(state, bool(diverged), review)


def summary_of_thread(thread: Thread) -> ThreadSummary:
    """The summary of a thread, with whether all of it could be read."""
    return summary_of(thread.events)._replace(is_damaged=thread.is_damaged)


def review_of(thread: Iterable[Event], moves: Iterable[Move]) -> Review:
    """How work and reviews stand since the ticket last came into progress.

    Work is a report, a commit or a worker's result; the order is that of the log.
    """
    started = max((m.line for m in moves if m.target == states.INPROGRESS), default=0)
    last_work, last_review, verdict, needs, url = 0, 0, "", "", ""
    for event in thread:
        if event.line < started:
            continue
        if is_work(event):
            last_work = event.line
        elif event.kind == events.REVIEW and event.status:
            last_review, verdict = event.line, event.status
        needs = _needs(needs, event)
        url = event.attributes.get("url", url) if needs == NEEDS_MERGE else ""
    return Review(
        has_work=last_work > 0,
        is_unreviewed=last_work > last_review,
        asks_for_changes=verdict == events.REQUEST_CHANGES,
        approves=verdict == events.APPROVE,
        needs=needs,
        url=url,
    )


def has_question(thread: Iterable[Event]) -> bool:
    """Whether somebody asked what nobody has answered, in whatever state the ticket is."""
    needs = ""
    for event in thread:
        needs = _needs(needs, event)
    return needs == NEEDS_ANSWER


def _needs(needs: str, event: Event) -> str:
    """What is waited for after `event`, where it was `needs` before."""
    step = event.attributes.get("step")
    if step is not None:
        return step if step in _NEEDS else ""
    if event.kind == events.QUESTION:
        return NEEDS_ANSWER
    if needs == NEEDS_MERGE and event.status == events.APPROVE:
        return needs
    is_word = event.kind in (events.ANSWER, events.REVIEW)
    return "" if is_word else needs


def is_work(event: Event) -> bool:
    """Whether `event` says that something was done, and may be looked at."""
    kind = events.KINDS.get(event.kind)
    return kind is not None and kind.is_work and kind.is_work_without not in event.attributes
