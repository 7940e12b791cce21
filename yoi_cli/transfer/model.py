"""A ticket of another tool, on its way in."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from yoi_cli.model.relations import KINDS, RELATED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yoi_cli.model.item import FieldValue

#: The kind of relation that stands for a parent; where there is none, a mere link does.
PARENT = "parent" if "parent" in KINDS else RELATED
#: A YAML or JSON value without types; null is the empty string.
Value: TypeAlias = "str | list[Value] | dict[str, Value]"
#: From the ids that a tool's tickets have to a look-up among them: the id that a name means there.
Finder: TypeAlias = Callable[[Collection[str]], Callable[[str], "str | None"]]


@dataclass(frozen=True, slots=True)
class ForeignNote:
    """A dated remark; `at` is `YYYY-MM-DDTHH:MM:SSZ`, or empty where the source has none."""

    author: str
    at: str
    body: str


@dataclass(frozen=True, slots=True)
class ForeignMilestone:
    """A milestone, which becomes an objective; `source_id` is what it goes by in its tool, and
    `due` a date or empty."""

    source_id: str
    title: str
    description: str = ""
    due: str = ""
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class ForeignTicket:
    """What another tool's ticket says, in `yoi`'s words.

    `state` is a `yoi` state, `fields` are its other fields, `links` are (relation kind, source
    id) pairs, times are `YYYY-MM-DDTHH:MM:SSZ`. `source_status` is the tool's own word for the
    state; `extra` holds the keys that have no place in a `yoi` ticket, so that nothing is lost.
    `link_notes` say of a link what its kind does not; `line` is where its record begins (from 1).
    """

    source_id: str
    source_path: str
    source_status: str
    title: str
    description: str
    state: str
    created_at: str
    updated_at: str
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    links: tuple[tuple[str, str], ...] = ()
    notes: tuple[ForeignNote, ...] = ()
    resolution: str | None = None
    extra: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    link_notes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    line: int | None = None
    milestone: ForeignMilestone | None = None


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """A file or record that gave no ticket: its path, the 1-based line if known, and why."""

    path: str
    line: int | None
    message: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file or record that was not to be a ticket: of which kind it is, and why it was not read.

    `path` names it; a record is named by its file, its line and its id.
    """

    kind: str
    reason: str
    path: str


def by_its_name(ids: Collection[str]) -> Callable[[str], str | None]:
    """A look-up for tools whose ids are written one way only."""
    return lambda name: name if name in ids else None


@dataclass(frozen=True, slots=True)
class ForeignTickets:
    """What was read of another tool's tickets; `tool` is its name in one word."""

    tool: str
    tickets: Sequence[ForeignTicket]
    problems: Sequence[ImportProblem] = ()
    left_out: Sequence[LeftOut] = ()
    finder: Finder = by_its_name

    def source(self, ticket: ForeignTicket) -> str:
        """What `ticket` goes by in a store."""
        return f"{self.tool}:{ticket.source_id}"

    def milestones(self) -> dict[str, tuple[ForeignMilestone, tuple[ForeignTicket, ...]]]:
        """The milestones by what they go by in a store, each with its tickets."""
        found: dict[str, tuple[ForeignMilestone, tuple[ForeignTicket, ...]]] = {}
        for ticket in self.tickets:
            if ticket.milestone is not None:
                name = f"{self.tool}:milestone:{ticket.milestone.source_id}"
                _, before = found.get(name, (None, ()))
                found[name] = (ticket.milestone, (*before, ticket))
        return found


class UnreadableTicketError(Exception):
    """This file gives no ticket; `line` is 1-based, or None."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def as_text(value: Value) -> str:
    """`value` as text: lists and mappings as JSON, what is empty as nothing."""
    import json

    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False) if value else ""
