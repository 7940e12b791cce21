"""Every place of every writing command that takes a text, and where it is found again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from yoi_cli.model.events import Event
from yoi_cli.model.item import Item

Words = Callable[[str, str, str], tuple[str, ...]]
Written = Callable[["Read"], object]


@dataclass(frozen=True, slots=True)
class Read:
    """What stands in the store after a command: one ticket's item, thread and the rest."""

    item: Item
    events: tuple[Event, ...]
    resolution: str | None
    notes: tuple[str | None, ...]

    @property
    def last(self) -> Event:
        return self.events[-1]

    @property
    def own_words(self) -> str:
        """The body of the newest event that carries a person's words."""
        said = [event for event in self.events if event.kind != "state_changed"]
        return said[-1].body


@dataclass(frozen=True, slots=True)
class Place:
    """One place of one command that takes a text.

    `words` makes the arguments of ticket, other ticket and text; `written` finds the text
    again; `state` is where the command takes the ticket. `kind` says what else may happen to
    the text on its way: a `body` loses blank lines at its ends, a `line` the white space
    there, a `value` nothing.
    """

    words: Words
    written: Written
    kind: str
    state: str = "planning"


PLACES = {
    "comment body": Place(
        lambda one, _, text: ("ticket", "comment", one, f"--message={text}"),
        lambda read: read.last.body,
        "body",
    ),
    "comment author": Place(
        lambda one, _, text: ("ticket", "comment", one, "-mx", f"--author={text}"),
        lambda read: read.last.author,
        "value",
    ),
    "comment commit": Place(
        lambda one, _, text: ("ticket", "comment", one, "-mx", f"--sha={text}"),
        lambda read: read.last.attributes["commit"],
        "value",
    ),
    "decision body": Place(
        lambda one, _, text: ("ticket", "comment", one, "--role=decision", f"--message={text}"),
        lambda read: read.last.body,
        "body",
    ),
    "review body": Place(
        lambda one, _, text: ("ticket", "review", one, "--approve", f"--message={text}"),
        lambda read: read.last.body,
        "body",
    ),
    "review author": Place(
        lambda one, _, text: ("ticket", "review", one, "--approve", "-mx", f"--author={text}"),
        lambda read: read.last.author,
        "value",
    ),
    "intake summary": Place(
        lambda one, _, text: ("ticket", "intake", one, f"--message={text}"),
        lambda read: read.own_words,
        "body",
        "ready",
    ),
    "intake reason": Place(
        lambda one, _, text: ("ticket", "intake", one, "-mx", f"--reason={text}"),
        lambda read: read.last.attributes["reason"],
        "value",
        "ready",
    ),
    "state message": Place(
        lambda one, _, text: ("ticket", "state", one, "ready", f"--message={text}"),
        lambda read: read.own_words,
        "body",
        "ready",
    ),
    "state reason": Place(
        lambda one, _, text: ("ticket", "state", one, "ready", f"--reason={text}"),
        lambda read: read.last.attributes["reason"],
        "value",
        "ready",
    ),
    "state author": Place(
        lambda one, _, text: ("ticket", "state", one, "ready", f"--author={text}"),
        lambda read: read.last.author,
        "value",
        "ready",
    ),
    "resolution": Place(
        lambda one, _, text: ("ticket", "close", one, f"--resolution={text}"),
        lambda read: read.last.body,
        "body",
        "closed",
    ),
    "close author": Place(
        lambda one, _, text: ("ticket", "close", one, "-mx", f"--author={text}"),
        lambda read: read.last.author,
        "value",
        "closed",
    ),
    "reopen reason": Place(
        lambda _, closed, text: ("ticket", "reopen", closed, f"--reason={text}"),
        lambda read: read.last.attributes["reason"],
        "value",
    ),
    "relation note": Place(
        lambda one, other, text: (
            *("ticket", "relation", "add", one, "related", other),
            f"--note={text}",
        ),
        lambda read: read.notes[0],
        "value",
    ),
    "edited title": Place(
        lambda one, _, text: ("ticket", "edit", one, f"--title={text}"),
        lambda read: read.item.title,
        "line",
    ),
    "edited description": Place(
        lambda one, _, text: ("ticket", "edit", one, f"--message={text}"),
        lambda read: read.item.body,
        "body",
    ),
    "edited tag": Place(
        lambda one, _, text: ("ticket", "edit", one, f"--tag={text}"),
        lambda read: read.item.texts("tags")[-1],
        "value",
    ),
    "edited assignee": Place(
        lambda one, _, text: ("ticket", "edit", one, f"--assignee={text}"),
        lambda read: read.item.text("assignee"),
        "value",
    ),
}
CREATING = {
    "title": Place(
        lambda _, __, text: ("ticket", "create", f"--title={text}"),
        lambda read: read.item.title,
        "line",
    ),
    "description": Place(
        lambda _, __, text: ("ticket", "create", "-tx", f"--message={text}"),
        lambda read: read.item.body,
        "body",
    ),
    "tag": Place(
        lambda _, __, text: ("ticket", "create", "-tx", f"--tag={text}"),
        lambda read: read.item.texts("tags")[-1],
        "value",
    ),
    "assignee": Place(
        lambda _, __, text: ("ticket", "create", "-tx", f"--assignee={text}"),
        lambda read: read.item.text("assignee"),
        "value",
    ),
    "creator": Place(
        lambda _, __, text: ("ticket", "create", "-tx", f"--author={text}"),
        lambda read: read.last.author,
        "value",
    ),
}
