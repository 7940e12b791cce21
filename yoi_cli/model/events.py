"""Events of a ticket's log (docs/format.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import UsageError
from yoi_cli.model.ids import can_be_followed
from yoi_cli.named_tuple import NamedTuple

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
COMMIT = "commit"
CLAIM = "claim"
WORKER = "worker"
RELATION_REMOVED = "relation_removed"
QUESTION = "question"
ANSWER = "answer"
WITHDRAWN = "withdrawn"

#: The attribute by which an event names those that it takes back.
UNDOES = "undoes"

APPROVE = "approve"
REQUEST_CHANGES = "request_changes"

#: Values of a state_changed event's `field` that speak of the ticket's state.
STATE_FIELDS = frozenset({"state", "workflow_state"})


class EventKind(NamedTuple):
    """A kind of event.

    `heading` stands above its text, `japanese` in stores whose records are Japanese where one
    is settled; `headings` are those by the event's status. `attributes` are what its header may
    say. `is_role` is whether `comment --role` writes it. `is_work` is whether it says that
    something was done and may be looked at, but for events with the attribute `is_work_without`.
    `is_driving` says that orchestration goes by it, so that a clone remembers which it wrote.
    """

    name: str
    heading: str
    japanese: str = ""
    attributes: tuple[str, ...] = ()
    headings: Mapping[str, str] = {}
    is_role: bool = False
    is_work: bool = False
    is_work_without: str = ""
    is_driving: bool = False


#: Every known kind by its name. Other words are read, kept and shown as they are.
KINDS: Mapping[str, EventKind] = {
    kind.name: kind
    for kind in (
        EventKind(CREATE, "Created", "作成"),
        EventKind(COMMENT, "Comment", attributes=("commit", "worker", "message"), is_role=True),
        EventKind(PLAN, "Plan", attributes=("commit", "worker", "message"), is_role=True),
        EventKind(
            DECISION,
            "Decision",
            attributes=(
                *("classification", "commit", "step", "holder", "generation", "merge", "old"),
                *("worker", "message"),
            ),
            is_role=True,
            is_driving=True,
        ),
        EventKind(
            IMPLEMENTATION_REPORT,
            "Implementation report",
            attributes=(
                *("commit", "step", "status", "round", "worker", "holder", "generation", "merge"),
                "message",
            ),
            is_role=True,
            is_work=True,
            is_driving=True,
        ),
        EventKind(
            REVIEW,
            "Review",
            attributes=("status", "commit", "round", "worker", "forge", "nonce", "signature"),
            headings={APPROVE: "Review: approve", REQUEST_CHANGES: "Review: request changes"},
            is_driving=True,
        ),
        EventKind(
            STATE_CHANGED, "State changed", attributes=("from", "to", "reason", "field", UNDOES)
        ),
        EventKind(INTAKE_SUMMARY, "Intake summary"),
        EventKind("status_changed", "Status changed"),
        EventKind(CLOSE, "Closed", "完了", attributes=("status", "reason", UNDOES)),
        # A merge of the branch brings nothing new.
        EventKind(
            COMMIT,
            "Commit",
            attributes=("commit", "rewrite", "replaces", "merged", "into", "branch"),
            is_work=True,
            is_work_without="into",
        ),
        EventKind(CLAIM, "Claim", attributes=("status", "holder", "generation"), is_driving=True),
        # The steps that an orchestrator records before it makes them are no results.
        EventKind(
            WORKER,
            "Worker",
            attributes=(
                *("status", "worker", "profile", "result", "cause", "exit"),
                *("step", "holder", "generation"),
            ),
            is_work=True,
            is_work_without="step",
            is_driving=True,
        ),
        EventKind(QUESTION, "Question", "質問", attributes=("worker", "message")),
        EventKind(ANSWER, "Answer", "回答", is_driving=True),
        EventKind(RELATION_REMOVED, "Relation removed", attributes=("relation", "target")),
        EventKind(WITHDRAWN, "Withdrawn", "取り消し", attributes=(UNDOES,)),
    )
}

#: The kinds that `comment --role` writes.
COMMENT_ROLES = tuple(kind.name for kind in KINDS.values() if kind.is_role)


def check_role(role: str) -> None:
    """Raise `UsageError` (`role_unknown`) for a word that no comment may be written as."""
    if role not in COMMENT_ROLES:
        raise UsageError(
            "role_unknown",
            f"{role[:40]!r} is not a role.",
            hint=f"The roles are {', '.join(COMMENT_ROLES)}.",
        )


def heading_for(kind: str, *, japanese: bool = False, status: str = "") -> str:
    """The heading under which an event of `kind` is written."""
    known = KINDS.get(kind)
    if known is None:
        return kind.replace("_", " ").capitalize()
    return (japanese and known.japanese) or known.headings.get(status, known.heading)


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


class Author(NamedTuple):
    """Who writes an event, and whether records are kept in Japanese."""

    author: str
    japanese: bool = False


class NewEvent(NamedTuple):
    """An event to be written; the store gives it its `at` and `id`.

    `attributes` are written in their order, between `at` and `id`.
    """

    kind: str
    author: str
    heading: str
    body: str
    attributes: tuple[tuple[str, str], ...] = ()


def new_event(
    kind: str, by: Author, body: str, attributes: tuple[tuple[str, str], ...] = ()
) -> NewEvent:
    """An event that `by` writes, under the heading of its kind."""
    status = dict(attributes).get("status", "")
    heading = heading_for(kind, japanese=by.japanese, status=status)
    return NewEvent(kind, by.author, heading, body, attributes)


#: Faults by which something that was recorded is not read, or cannot be told from another.
LOSSES = frozenset({"torn", "event_id_conflict", "event_disfigured", "thread_not_utf8"})


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
    def is_damaged(self) -> bool:
        """Whether it holds no event, or not all that was recorded in it can be read."""
        return not self.events or any(fault.code in LOSSES for fault in self.faults)

    @property
    def greatest_id(self) -> str:
        """The greatest event id in it that another can follow, or the empty string."""
        ids = (event.id for event in self.events if event.id is not None)
        return max(filter(can_be_followed, ids), default="")

    @property
    def last_at(self) -> str:
        """The `at` of the newest event, or the empty string."""
        return max((event.at for event in self.events), default="")


def order_of(event: Event) -> tuple[str, str]:
    """The key by which events of several threads are put in order: time, then identity."""
    return (event.at, event.identity)
