"""What routing says of a ticket, in one word (docs/routing.md)."""

from __future__ import annotations

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
