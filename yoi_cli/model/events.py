"""Events of a ticket's log (docs/format.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

CREATE = "create"
COMMENT = "comment"
PLAN = "plan"
DECISION = "decision"
IMPLEMENTATION_REPORT = "implementation_report"
REVIEW = "review"
STATE_CHANGED = "state_changed"
INTAKE_SUMMARY = "intake_summary"
CLOSE = "close"
RELATION_REMOVED = "relation_removed"

KNOWN_KINDS = frozenset(
    {
        CREATE,
        COMMENT,
        PLAN,
        DECISION,
        IMPLEMENTATION_REPORT,
        REVIEW,
        STATE_CHANGED,
        INTAKE_SUMMARY,
        "status_changed",
        CLOSE,
        "commit",
        "claim",
        "worker",
        RELATION_REMOVED,
    }
)

#: The kinds that `comment --role` writes.
COMMENT_ROLES = (COMMENT, PLAN, DECISION, IMPLEMENTATION_REPORT)

#: Events that say that something was done and may be looked at: a report, a commit on the
#: ticket's branch, a worker's result.
WORK_KINDS = frozenset({IMPLEMENTATION_REPORT, "commit", "worker"})

APPROVE = "approve"
REQUEST_CHANGES = "request_changes"

#: Values of a state_changed event's `field` that speak of the ticket's state.
STATE_FIELDS = frozenset({"state", "workflow_state"})

_ENGLISH = {
    CREATE: "Created",
    COMMENT: "Comment",
    PLAN: "Plan",
    DECISION: "Decision",
    IMPLEMENTATION_REPORT: "Implementation report",
    STATE_CHANGED: "State changed",
    INTAKE_SUMMARY: "Intake summary",
    CLOSE: "Closed",
    "commit": "Commit",
    "claim": "Claim",
    "worker": "Worker",
    RELATION_REMOVED: "Relation removed",
}
_JAPANESE = {CREATE: "作成", CLOSE: "完了"}
_REVIEW_HEADINGS = {APPROVE: "Review: approve", REQUEST_CHANGES: "Review: request changes"}


def heading_for(kind: str, *, japanese: bool = False, status: str = "") -> str:
    """The heading under which an event of `kind` is written."""
    if kind == REVIEW:
        return _REVIEW_HEADINGS.get(status, "Review")
    if japanese and kind in _JAPANESE:
        return _JAPANESE[kind]
    return _ENGLISH.get(kind, kind.replace("_", " ").capitalize())


class Event(NamedTuple):
    """One entry of a thread, as read.

    `id` is the ULID, or None in an event of an older store. `identity` tells events apart
    in either case: the id, or `at` with the SHA-256 of the block. `attributes` holds every
    header pair but event, author, at and id, in the order of the header. `line` is the
    1-based line of the header.
    """

    kind: str
    author: str
    at: str
    heading: str | None
    body: str
    attributes: Mapping[str, str]
    id: str | None
    identity: str
    line: int

    @property
    def is_older(self) -> bool:
        """Whether it was written before events carried ids."""
        return self.id is None

    @property
    def status(self) -> str:
        """A review's result or a close's status; one old review says `result` instead."""
        return self.attributes.get("status") or self.attributes.get("result", "")


class NewEvent(NamedTuple):
    """An event to be written; the store gives it its `at` and `id`.

    `attributes` are written in their order, between `at` and `id`.
    """

    kind: str
    author: str
    heading: str
    body: str
    attributes: tuple[tuple[str, str], ...] = ()


class Fault(NamedTuple):
    """Something in a thread that a reader passes over: `code`, 1-based `line`, a sentence."""

    code: str
    line: int
    message: str


class Thread(NamedTuple):
    """A ticket's event log, as read: its events in file order, and what was passed over."""

    events: tuple[Event, ...]
    faults: tuple[Fault, ...] = ()

    @property
    def greatest_id(self) -> str:
        """The greatest event id in it, or the empty string."""
        return max((event.id for event in self.events if event.id is not None), default="")

    @property
    def last_at(self) -> str:
        """The `at` of the newest event, or the empty string."""
        return max((event.at for event in self.events), default="")


def order_of(event: Event) -> tuple[str, str]:
    """The key by which events of several threads are put in order: time, then identity."""
    return (event.at, event.identity)
