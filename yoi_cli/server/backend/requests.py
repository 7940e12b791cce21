"""What the routes of the backend take: queries and bodies."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from yoi_cli.model.workers.order import Name
from yoi_cli.server.http.paging import PageQuery

Word = Annotated[str, Meta(max_length=200)]
Words = Annotated[str, Meta(max_length=2000)]
Text = Annotated[str, Meta(max_length=1 << 20)]
Title = Annotated[str, Meta(max_length=1000)]
Label = Annotated[str, Meta(min_length=1, max_length=120)]
List = Annotated[tuple[Word, ...], Meta(max_length=100)]
State = Literal["planning", "ready", "queued", "inprogress", "done", "closed"]
Sort = Literal["updated", "created", "priority", "board"]


class TicketFilter(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which tickets: in one of the `states`, with all of the `tags`, with one of the `priorities`
    and `assignees` ("" for none), of an `objective`; `blocked`, `claimed` and `mine` are true or
    false; `text` stands in the title, the id or a tag. In the order of `sort`."""

    states: Annotated[tuple[State, ...], Meta(max_length=6)] = ()
    tags: List = ()
    priorities: List = ()
    assignees: List = ()
    objective: Word | None = None
    blocked: bool | None = None
    claimed: bool | None = None
    mine: bool = False
    text: Word = ""
    sort: Sort = "updated"


class TicketsQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same in a query: several states, tags, priorities or assignees with commas between."""

    state: Words = ""
    tag: Words = ""
    priority: Words | UnsetType = UNSET
    assignee: Words | UnsetType = UNSET
    objective: Word | UnsetType = UNSET
    blocked: bool | UnsetType = UNSET
    claimed: bool | UnsetType = UNSET
    mine: bool = False
    text: Word = ""
    sort: Sort = "updated"


class OverviewQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came since the revision `since`; with `closed` tickets, or without them where all is
    told."""

    since: Word = ""
    closed: bool = False


class TicketQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With the newest `events` only, or with all."""

    events: Annotated[int, Meta(ge=0)] | UnsetType = UNSET


class PatchQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At most the first `limit` bytes."""

    limit: Annotated[int, Meta(ge=1, le=1 << 24)] = 1 << 21


class DoctorQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is wrong with a `ticket`, or with all."""

    ticket: Word | UnsetType = UNSET


class SearchQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At most `limit` lines of titles, descriptions and threads that have `text`."""

    text: Word
    open_only: bool = False
    limit: int = 50


class CreateTicket(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new ticket; without a `description` it has the template's."""

    title: Title
    description: Text | None = None
    priority: Word | None = None
    assignee: Word | None = None
    tags: List = ()
    acceptance: Annotated[tuple[Title, ...], Meta(max_length=100)] = ()
    depends_on: List = ()
    objective: Word | None = None


class EditTicket(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be different; null takes a value away. `expected_revision` is that of the ticket
    as it was seen."""

    expected_revision: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    title: Title | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    priority: Word | UnsetType | None = UNSET
    assignee: Word | UnsetType | None = UNSET
    tags: List | UnsetType = UNSET


class EventsQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which events, the `oldest` or the `newest` first."""

    order: Literal["oldest", "newest"] = "oldest"


class Comment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something to be written on a ticket."""

    text: Text
    kind: Literal["comment", "plan", "decision", "implementation_report", "question", "answer"] = (
        "comment"
    )


class Said(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is said with a move, and the state in which the ticket was `seen`."""

    text: Text = ""
    seen: State | None = None


class MoveTo(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `state` that a ticket is to be in; a `reason`, where one is needed."""

    state: State
    text: Text | None = None
    reason: Title | None = None
    seen: State | None = None


class Review(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A review of the `commit` that was looked at."""

    verdict: Literal["approve", "request_changes"]
    text: Text
    commit: Annotated[str, Meta(pattern=r"^[0-9a-f]{4,64}\Z")] | None = None
    seen: State | None = None


class Act(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A move by its name, as the ticket's moves have it; `worker` is the one that is meant."""

    action: Word
    text: Text = ""
    seen: State | None = None
    commit: Annotated[str, Meta(pattern=r"^[0-9a-f]{4,64}\Z")] | None = None
    worker: Word | None = None


class Relate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A relation of a ticket to the ticket `target`."""

    kind: Word
    target: Word
    note: Title | None = None


class Plan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan record of a ticket: that something comes first, or must not run beside it."""

    ticket: Word
    kind: Word
    related: Word | None = None
    note: Title | None = None


class PlanQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Plan records of a `ticket`, or of all."""

    ticket: Word | UnsetType = UNSET


class GraphQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The graph around a `ticket`, or of all; with closed ones, with relations that order
    nothing."""

    ticket: Word | UnsetType = UNSET
    closed: bool = False
    related: bool = False


class ObjectivesQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With objectives that are `finished`, or without."""

    finished: bool = False


class CreateObjective(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new objective that links `tickets`; without a `text` it has the template's."""

    title: Title
    text: Text | None = None
    tickets: List = ()


class LinkTickets(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tickets that an objective is to link, or with `remove` not any more."""

    tickets: Annotated[tuple[Word, ...], Meta(min_length=1, max_length=100)]
    remove: bool = False


class ClaimsQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With claims that were given back (`every`), or without."""

    every: bool = False


class WorkersQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which workers: of a `state`, for a `ticket`, in a `role`, with a `profile`."""

    state: Literal["queued", "running", "exited", "killed", "lost"] | UnsetType = UNSET
    ticket: Word | UnsetType = UNSET
    role: Word | UnsetType = UNSET
    profile: Word | UnsetType = UNSET


class CreateWorker(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A worker to be started on a runtime: with a `profile`, for a `ticket`, told a `text`. The
    same order with the same `name` is the same worker."""

    profile: Name
    ticket: Word | None = None
    name: Label | None = None
    text: Text | None = None
    input: bool = False


class CreateWorkerAnywhere(CreateWorker, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same on the runtime `runtime_id`."""

    runtime_id: Label


class Pin(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a worker is to be kept."""

    pinned: bool


class AddRuntime(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A runtime on another machine. Its token is in the server's variable `token_env`, and never
    sent; a file can be named only at the machine itself, by `yoi runtime add`. Without a
    `runtime_id`, one is made of its `name`."""

    url: Words
    token_env: Annotated[str, Meta(pattern=r"^YOI_[A-Z0-9_]*TOKEN[A-Z0-9_]*\Z", max_length=120)]
    runtime_id: Label | None = None
    name: Label | None = None
    kind: Word = "http"
    timeout: Annotated[float, Meta(gt=0, le=600)] = 10.0
    workspaces: List = ()


class Login(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code that was printed, or the owner's token."""

    code: Word | None = None
    token: Words | None = None


class LoginQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The code that was printed."""

    code: Word | UnsetType = UNSET
