"""The arguments of the tools: their schemas are made from these types, and calls are held against
them, so that what is advertised is what counts."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

#: Bytes of an answer's text that are shown unless more is asked for, and at most.
SHOWN_TEXT, MOST_SHOWN = 16_384, 65_536

Ticket = Annotated[str, Meta(max_length=26, description="id, or 4+ characters of its end")]
Line = Annotated[str, Meta(min_length=1, max_length=500)]
Text = Annotated[str, Meta(min_length=1, max_length=65_536)]
Commit = Annotated[str, Meta(min_length=4, max_length=64)]
Tags = Annotated[tuple[Annotated[str, Meta(max_length=100)], ...], Meta(max_length=20)]
Priority = Literal["P0", "P1", "P2", "P3", "P4"]
State = Literal["planning", "ready", "queued", "inprogress", "done", "closed"]
RelationWord = Literal["depends_on", "blocks", "related", "supersedes", "duplicate_of", "parent"]
PlanWord = Literal[
    "before",
    "after",
    "blocked_by",
    "blocks",
    "conflicts_with",
    "do_not_parallelize",
    "waiting_capacity_note",
    "accepted_plan",
]


class Arguments(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every tool takes: nothing."""


class Find(Arguments, frozen=True, kw_only=True):
    states: Annotated[tuple[State, ...], Meta(description="default: all open")] = ()
    text: Annotated[str, Meta(max_length=200, description="search titles, texts, logs")] = ""
    tag: Annotated[str, Meta(max_length=100)] = ""
    related_to: Annotated[
        str, Meta(max_length=26, description="its relations and plan records instead")
    ] = ""
    limit: Annotated[int, Meta(ge=1, le=100)] = 50


class Show(Arguments, frozen=True, kw_only=True):
    ticket: Ticket
    events: Annotated[int, Meta(ge=0, le=100, description="latest n")] = 20
    artifacts: Annotated[int, Meta(ge=0, le=200)] = 50
    max_bytes: Annotated[int, Meta(ge=0, le=MOST_SHOWN, description="of each text")] = SHOWN_TEXT


class Route(Arguments, frozen=True, kw_only=True):
    tickets: Annotated[
        tuple[Ticket, ...], Meta(max_length=20, description="none: all open, in short")
    ] = ()


class Write(Arguments, frozen=True, kw_only=True):
    ticket: Ticket
    kind: Literal["comment", "plan", "decision", "implementation_report", "question"]
    body: Text
    commit: Annotated[str, Meta(max_length=64, description="that a report is about")] = ""


class Next(Arguments, frozen=True, kw_only=True):
    claim: Annotated[bool, Meta(description="claim the first")] = False


class Claim(Arguments, frozen=True, kw_only=True):
    action: Annotated[
        Literal["take", "start", "renew", "release"],
        Meta(
            description="take: only claim; start: claim and take up, gives the intent; "
            "renew, release: with the generation"
        ),
    ]
    ticket: Ticket
    generation: Annotated[int, Meta(ge=1)] | None = None


class Create(Arguments, frozen=True, kw_only=True):
    title: Line
    description: Annotated[
        str, Meta(max_length=65_536, description="markdown with ## Acceptance criteria")
    ] = ""
    priority: Priority | None = None
    assignee: Annotated[str, Meta(max_length=200)] = ""
    tags: Tags = ()
    depends_on: Annotated[tuple[Ticket, ...], Meta(max_length=20)] = ()


class Edit(Arguments, frozen=True, kw_only=True):
    ticket: Ticket
    title: Line | None = None
    description: (
        Annotated[str, Meta(max_length=65_536, description="whole; needs version")] | None
    ) = None
    version: Annotated[str, Meta(max_length=64, description="from ticket_show")] = ""
    priority: Priority | None = None
    assignee: Annotated[str, Meta(max_length=200)] | None = None
    add_tags: Tags = ()
    remove_tags: Tags = ()


class Ready(Arguments, frozen=True, kw_only=True):
    ticket: Ticket
    summary: Annotated[str, Meta(min_length=1, max_length=65_536, description="what was settled")]


class Move(Arguments, frozen=True, kw_only=True):
    ticket: Ticket
    origin: Annotated[State, Meta(description="its state now, else refused")] = field(name="from")
    to: Annotated[
        Literal["planning", "queued", "inprogress", "done", "closed"],
        Meta(description="queued: a person is asked"),
    ]
    reason: Annotated[str, Meta(max_length=500, description="needed for planning")] = ""
    body: Annotated[str, Meta(max_length=65_536, description="closed: the resolution")] = ""


class Relate(Arguments, frozen=True, kw_only=True):
    action: Literal["add", "remove"]
    ticket: Ticket
    kind: RelationWord
    target: Ticket
    note: Annotated[str, Meta(max_length=1000)] = ""


class Plan(Arguments, frozen=True, kw_only=True):
    ticket: Ticket
    kind: PlanWord
    related: Annotated[str, Meta(max_length=26, description="the other ticket")] = ""
    note: Annotated[str, Meta(max_length=16_384)] = ""
    summary: Annotated[str, Meta(max_length=16_384, description="accepted_plan only")] = ""
    branch: Annotated[str, Meta(max_length=1024)] = ""


class Review(Arguments, frozen=True, kw_only=True):
    ticket: Ticket
    commit: Commit
    verdict: Literal["approve", "request_changes"]
    body: Text


class Tail(Arguments, frozen=True, kw_only=True):
    worker: Annotated[str, Meta(max_length=28, description="its id")] = ""
    ticket: Annotated[str, Meta(max_length=26, description="or its ticket's: the newest")] = ""
    max_bytes: Annotated[int, Meta(ge=1, le=MOST_SHOWN)] = 4096


class Control(Arguments, frozen=True, kw_only=True):
    action: Literal["list", "show", "tail", "input", "stop"]
    worker: Annotated[str, Meta(max_length=28, description="all but list")] = ""
    ticket: Annotated[str, Meta(max_length=26, description="list, tail: of this ticket")] = ""
    text: Annotated[str, Meta(max_length=65_536, description="input: one line or more")] = ""
    max_bytes: Annotated[int, Meta(ge=1, le=MOST_SHOWN)] = 4096


class Doctor(Arguments, frozen=True, kw_only=True):
    ticket: Annotated[str, Meta(max_length=26)] = ""
    limit: Annotated[int, Meta(ge=1, le=500)] = 100
