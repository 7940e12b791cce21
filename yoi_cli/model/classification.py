"""What routing says of a ticket, in one word, and what a gate may require (docs/routing.md)."""

from __future__ import annotations

from typing import NamedTuple

from yoi_cli.model import states

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

#: What a gate may require of a ticket.
APPROVED = "approved"
REQUIREMENTS = (states.READY, APPROVED, states.DONE)


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
