"""Every key of the panel, declared once: what is bound, and what F1 shows, is made from this."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from textual.binding import Binding

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

_Bound: TypeAlias = Binding | tuple[str, str] | tuple[str, str, str]


class Key(NamedTuple):
    """A key: its names as the terminal gives them (comma-separated), how people write it, the
    action that it is bound to, and what it does."""

    names: str
    shown: str
    action: str
    does: str


#: Where letters go to the composer.
LIST = (
    Key("up", "Up", "move(-1)", "Select the line above."),
    Key("down", "Down", "move(1)", "Select the line below."),
    Key("pageup", "PageUp", "page(-1)", "Select a page further up."),
    Key("pagedown", "PageDown", "page(1)", "Select a page further down."),
    Key("home", "Home", "edge(-1)", "Select the first line."),
    Key("end", "End", "edge(1)", "Select the last line."),
    Key("enter", "Enter", "enter", "Do what the line below the list says."),
    Key("alt+enter,ctrl+j", "Alt+Enter", "newline", "Begin a new line of text."),
    Key("tab", "Tab", "target(1)", "Say something else with the text: planning, comment, filter."),
    Key("shift+tab", "Shift+Tab", "target(-1)", "The same the other way round."),
    Key("escape", "Esc", "back", "Clear the filter, then the selection, then close the panel."),
    Key("f1", "F1", "help", "Show these keys."),
    Key("f2", "F2", "detail", "Open the ticket that is selected."),
    Key("f3", "F3", "transcript", "Follow what its worker says, and answer it."),
    Key("f4", "F4", "moves", "Show all that may be done with it, and why the rest may not."),
    Key("f5", "F5", "refresh", "Read everything again."),
    Key("f6", "F6", "board", "Show the tickets in columns by state."),
    Key("f7", "F7", "graph", "Draw what it waits for."),
    Key("f8", "F8", "diff", "Show what its branch changes."),
    Key("f9", "F9", "inbox", "Show what waits for a person."),
    Key("f10", "F10", "orchestrate", "Start `yoi orchestrate --watch`, which outlives the panel."),
    Key("ctrl+c,ctrl+d", "Ctrl+C, Ctrl+D", "quit_now", "Close the panel."),
)

#: On pages of text: tickets, differences, graphs.
PAGE = (
    Key("up", "Up", "scroll(-1)", "A line up."),
    Key("down", "Down", "scroll(1)", "A line down."),
    Key("pageup", "PageUp", "scroll_page(-1)", "A page up."),
    Key("pagedown,space", "PageDown", "scroll_page(1)", "A page down."),
    Key("home", "Home", "scroll_edge(-1)", "To the beginning."),
    Key("end", "End", "scroll_edge(1)", "To the end."),
    Key("f5", "F5", "reload", "Read it again."),
    Key("f4", "F4", "moves", "Show all that may be done with the ticket."),
    Key("escape,q", "Esc", "close", "Back."),
)

#: In a worker's transcript, whose last line is for what is said to it.
TRANSCRIPT = (
    Key("pageup", "PageUp", "scroll_page(-1)", "A page up; the transcript is not followed then."),
    Key("pagedown", "PageDown", "scroll_page(1)", "A page down; at the end it is followed again."),
    Key("up", "Up", "scroll(-1)", "A line up."),
    Key("down", "Down", "scroll(1)", "A line down."),
    Key("home", "Home", "scroll_edge(-1)", "To the beginning of what is kept here."),
    Key("end", "End", "scroll_edge(1)", "To the end."),
    Key("enter", "Enter", "send", "Send the line to the worker."),
    Key("f4", "F4", "stop", "Stop the worker, with all that it started."),
    Key("escape", "Esc", "close", "Back."),
)

#: On the board.
BOARD = (
    Key("left", "Left", "column(-1)", "To the state before."),
    Key("right", "Right", "column(1)", "To the state behind."),
    Key("up", "Up", "move(-1)", "The ticket above."),
    Key("down", "Down", "move(1)", "The ticket below."),
    Key("pageup", "PageUp", "move(-10)", "Ten tickets up."),
    Key("pagedown", "PageDown", "move(10)", "Ten tickets down."),
    Key("home", "Home", "move(-1000000)", "The first of the column."),
    Key("end", "End", "move(1000000)", "The last of the column."),
    Key("enter,f2", "Enter", "detail", "Open the ticket."),
    Key("f4", "F4", "moves", "Show all that may be done with it."),
    Key("f5", "F5", "refresh", "Read everything again."),
    Key("escape,f6,q", "Esc", "close", "Back to the list, with that ticket selected."),
)

#: In the list of what may be done with a ticket.
MOVES = (
    Key("up", "Up", "move(-1)", "The line above."),
    Key("down", "Down", "move(1)", "The line below."),
    Key("enter", "Enter", "choose", "Do it, or say what has to be said first."),
    Key("escape,f4,q", "Esc", "close", "Back."),
)

#: Where something has to be said, or confirmed.
PROMPT = (
    Key("enter", "Enter", "submit", "Do it."),
    Key("alt+enter,ctrl+j", "Alt+Enter", "newline", "Begin a new line of text."),
    Key("escape", "Esc", "close", "Back; what was typed is kept."),
)

#: Every place with its keys, as F1 shows them.
PLACES = (
    ("The list", LIST),
    ("Pages", PAGE),
    ("A worker's transcript", TRANSCRIPT),
    ("The board", BOARD),
    ("Moves of a ticket", MOVES),
    ("Saying something", PROMPT),
)


def bindings(keys: Iterable[Key]) -> list[_Bound]:
    """The keys, bound."""
    return [Binding(key.names, key.action, key.does) for key in keys]
