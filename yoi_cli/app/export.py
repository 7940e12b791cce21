"""Whole tickets on their way out: all that is known of each, and its files byte for byte."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from yoi_cli.app.blocking import Surroundings, blockers, notices
from yoi_cli.app.identify import identify
from yoi_cli.app.neighbours import Neighbours
from yoi_cli.app.show import TicketView, view
from yoi_cli.domain.events import Thread
from yoi_cli.domain.fold import Folded, fold
from yoi_cli.domain.item import Item
from yoi_cli.errors import YoiError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from yoi_cli.app.ports import TicketReader
    from yoi_cli.domain.ids import TicketId

T = TypeVar("T")

_NO_FILES: Mapping[str, bytes] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ExportedTicket:
    """A ticket and its files by their path below its folder.

    With an `error`, `view` holds what could be read; its state is empty where the thread
    cannot be.
    """

    view: TicketView
    files: Mapping[str, bytes]
    error: YoiError | None = None


def chosen_tickets(reader: TicketReader, words: Sequence[str]) -> Sequence[TicketId]:
    """The tickets that `words` mean, each once, or all of them where there is no word.

    Raises what `identify` raises.
    """
    if not words:
        return reader.ids()
    return tuple(dict.fromkeys(identify(reader, word) for word in words))


def export_tickets(reader: TicketReader, tickets: Sequence[TicketId]) -> Iterator[ExportedTicket]:
    """Each of `tickets` in turn; one that is broken comes with its error and its files."""
    neighbours = Neighbours(reader)
    for ticket in tickets:
        try:
            around = neighbours.around(ticket)
            yield ExportedTicket(view(reader, ticket, around), reader.files(ticket))
        except YoiError as error:
            yield _what_can_be_read(reader, ticket, neighbours, error)


def _what_can_be_read(
    reader: TicketReader, ticket: TicketId, neighbours: Neighbours, error: YoiError
) -> ExportedTicket:
    thread = _try(lambda: reader.thread(ticket))
    around = _try(lambda: neighbours.around(ticket)) or Surroundings((), ())
    known = TicketView(
        id=ticket,
        item=_try(lambda: reader.item(ticket)) or Item({}, ""),
        thread=thread or Thread(()),
        folded=fold(thread.events) if thread else Folded(""),
        around=around,
        blockers=_try(lambda: blockers(reader, ticket, around)) or (),
        notices=notices(around),
        plan=_try(lambda: reader.plan(ticket)) or (),
        artifacts=_try(lambda: reader.artifacts(ticket)) or (),
        resolution=_try(lambda: reader.resolution(ticket)),
    )
    return ExportedTicket(known, _try(lambda: reader.files(ticket)) or _NO_FILES, error)


def _try(read: Callable[[], T]) -> T | None:
    """What `read` gives, or None where that cannot be read either."""
    try:
        return read()
    except YoiError:
        return None
