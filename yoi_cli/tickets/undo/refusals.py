"""What cannot be taken back, and why not (docs/undo.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError
from yoi_cli.model import events
from yoi_cli.model.fold import fold
from yoi_cli.model.ids import TicketId
from yoi_cli.model.states import CLOSED, DONE, INPROGRESS
from yoi_cli.model.time import stamp
from yoi_cli.tickets.blocking import store_graph

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yoi_cli.model.events import Event
    from yoi_cli.model.noted import NotedCommand, NotedWrite
    from yoi_cli.store.ports import TicketReader

#: Commands that are not taken back, by their last word, and what helps instead.
_COMMANDS: Mapping[str, str] = {
    "import": "Close what should not be here: `yoi ticket close ID -m TEXT`.",
    "doctor": "What it mended was wrong before; `yoi ticket doctor` says what is now.",
    "resolve": "Look at what was merged with `git diff`, and edit what should be otherwise.",
    "finish": "Work that was merged is taken up anew with `yoi ticket reopen ID --reason TEXT`.",
}
#: Kinds of events that others go by at once, and what helps instead.
_KINDS: Mapping[str, str] = {
    events.REVIEW: "Say otherwise: `yoi ticket review {ticket} --request-changes -m TEXT`, or "
    "--approve; the newest review counts.",
    events.IMPLEMENTATION_REPORT: "Report again: `yoi ticket comment {ticket} --role "
    "implementation_report -m TEXT`; the newest report counts.",
    events.QUESTION: "Answer it yourself: `yoi ticket answer {ticket} -m TEXT`.",
    events.ANSWER: "Say what is different: `yoi ticket comment {ticket} -m TEXT`.",
    events.WITHDRAWN: "Say it again: `yoi ticket comment {ticket} -m TEXT`.",
}
#: Kinds that are taken back, each in its way.
_TAKEN_BACK = frozenset(
    {
        *(events.CREATE, events.COMMENT, events.PLAN, events.DECISION, events.INTAKE_SUMMARY),
        *(events.STATE_CHANGED, events.CLOSE, events.CLAIM, events.RELATION_REMOVED),
    }
)
#: What its own author may have said since without anybody having gone by it.
_HARMLESS = frozenset({events.COMMENT, events.PLAN, events.COMMIT})
_BEGUN = frozenset({INPROGRESS, DONE, CLOSED})


def impossible(ticket: str, what: str, hint: str) -> ConflictError:
    """The error for what the log cannot take back."""
    return ConflictError("undo_impossible", what, hint=hint, details={"ticket": ticket})


def overtaken(ticket: str, what: str) -> ConflictError:
    """The error for what somebody went on from."""
    return ConflictError(
        "undo_overtaken",
        what,
        hint=f"Nothing was written; `yoi show {ticket}` shows what stands, and a command of its "
        "own changes it.",
        details={"ticket": ticket},
    )


def check_command(noted: NotedCommand) -> None:
    """Raise `ConflictError` (`undo_impossible`) for a command that is never taken back."""
    word = noted.command.rpartition(" ")[2]
    if word in _COMMANDS:
        raise impossible(
            noted.tickets[0], f"`{noted.command}` cannot be taken back.", _COMMANDS[word]
        )


def check_kinds(ticket: str, written: Sequence[Event]) -> None:
    """Raise `ConflictError` (`undo_impossible`) for events that nobody can take back."""
    for event in written:
        step = "step" in event.attributes
        if event.kind in _TAKEN_BACK and not step:
            continue
        name = event.kind.replace("_", " ")
        what = f"A {name} cannot be taken back: others may have gone by it."
        if event.kind == events.WITHDRAWN:
            what = "What was withdrawn is not put back by the same event."
        usual = f"`yoi ticket comment {ticket} -m TEXT` says what is different."
        raise impossible(ticket, what, _KINDS.get(event.kind, usual).format(ticket=ticket))


def check_noted(ticket: str, writes: Sequence[NotedWrite], written: Sequence[Event]) -> None:
    """Raise `ConflictError` (`undo_impossible`) where not all is known that the writes changed."""
    ids = {event_id for one in writes for event_id in one.event_ids}
    if any(one.is_import or not one.is_whole for one in writes):
        what = f"What {ticket} was before is too much to be kept for this."
        hint = "Git may have it: `git log -p` on the ticket's folder."
        raise impossible(ticket, what, hint)
    if len(ids) != len(written):
        what = f"Not all that the command recorded stands in the log of {ticket}."
        raise impossible(ticket, what, "`yoi ticket doctor` says what became of it.")


def check_nothing_since(
    ticket: str,
    thread: Sequence[Event],
    writes: Sequence[NotedWrite],
    author: str,
    *,
    only_says: bool,
) -> None:
    """Raise `ConflictError` (`undo_overtaken`) where somebody acted on the ticket since.

    What `author` only said itself does not count, and where nothing was done but to say something,
    nothing that it did.
    """
    own = {event_id for one in writes for event_id in (*one.event_ids, one.last_id) if event_id}
    last = max((n for n, event in enumerate(thread) if event.id in own), default=-1)
    for event in thread[last + 1 :]:
        is_own = event.author == author and (only_says or event.kind in _HARMLESS)
        if not is_own and event.id is not None:
            name = event.kind.replace("_", " ")
            what = f"{event.author} has acted on {ticket} since: {name} at {event.at}."
            raise overtaken(ticket, what)


def check_nobody_began(reader: TicketReader, ticket: TicketId, since_ms: int) -> None:
    """Raise `ConflictError` (`undo_overtaken`) where a ticket that waited for this one was begun
    since it was resolved."""
    since = stamp(since_ms)
    for other, blocking in store_graph(reader).items():
        if ticket not in blocking or not reader.exists(other):
            continue
        folded = fold(reader.thread(TicketId(other)).events)
        begun = [one.at for one in folded.moves if one.target == INPROGRESS and one.at >= since]
        if begun and folded.state in _BEGUN:
            what = f"{other} waited for {ticket}, and was begun since, at {begun[-1]}."
            raise overtaken(ticket, what)
