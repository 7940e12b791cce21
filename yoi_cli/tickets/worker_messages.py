"""What confined workers said, made events under their names, each once (docs/workers.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model.events import Author, new_event
from yoi_cli.model.ids import TicketId
from yoi_cli.model.worker_message import MESSAGE
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.values import Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yoi_cli.model.worker_message import Sender, WorkerMessage
    from yoi_cli.store.ports import NoteWriter, Spooled, WaitingNotes


def settle_messages(
    writer: NoteWriter, sender: Sender, messages: Iterable[WorkerMessage], *, japanese: bool
) -> tuple[str, ...]:
    """Write what a worker said, in its order; the names of those that are in the store now.

    What it may not say, and what cannot be written, stays where it is.
    """
    done = []
    by = Author(sender.author, japanese)
    for message in messages:
        if not sender.may_say(message.role, message.ticket):
            continue
        try:
            _write(writer, sender, message, by)
        except (YoiError, OSError):
            continue
        done.append(message.name)
    return tuple(done)


def _write(writer: NoteWriter, sender: Sender, message: WorkerMessage, by: Author) -> None:
    ticket = TicketId(message.ticket)
    # A writer that was killed between the event and the removal of its file.
    if message.name.encode() in writer.raw(ticket, "thread.md"):
        return
    said = (("commit", message.commit), ("worker", sender.worker), (MESSAGE, message.name))
    attributes = tuple((name, value) for name, value in said if value)
    event = new_event(message.role, by, message.text, attributes)
    writer.commit(ticket, Change(events=(event,)))


class SentNotes(NamedTuple):
    """What the git hooks of one worker noted: of its own ticket alone, and under its name,
    whatever the notes say."""

    spool: WaitingNotes
    sender: Sender

    def pending(self) -> Sequence[Spooled]:
        return [
            row._replace(note=row.note._replace(author=self.sender.author))
            for row in self.spool.pending()
            if row.note.ticket == self.sender.ticket
        ]

    def remove(self, names: Iterable[str]) -> None:
        self.spool.remove(names)
