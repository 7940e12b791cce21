"""Whole tickets on their way out: all that is known of each, and its files byte for byte."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.tickets.blocking import RelationIndex
from yoi_cli.tickets.lookup import identify
from yoi_cli.tickets.show import TicketView, view, what_can_be_read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from yoi_cli.model.ids import TicketId
    from yoi_cli.store.ports import ThreadViewer

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


def chosen_tickets(reader: ThreadViewer, words: Sequence[str]) -> Sequence[TicketId]:
    """The tickets that `words` mean, each once, or all of them where there is no word.

    Raises what `identify` raises.
    """
    if not words:
        return reader.ids()
    return tuple(dict.fromkeys(identify(reader, word) for word in words))


def export_tickets(
    reader: ThreadViewer, tickets: Sequence[TicketId], *, with_files: bool = True
) -> Iterator[ExportedTicket]:
    """Each of `tickets` in turn; one that is broken comes with its error and its files.

    Without `with_files` the files are left out, which a format of another tool has no place for.
    """
    neighbours = RelationIndex(reader)
    for ticket in tickets:
        try:
            around = neighbours.around(ticket)
            files = reader.files(ticket) if with_files else _NO_FILES
            yield ExportedTicket(view(reader, ticket, around), files)
        except YoiError as error:
            known, _ = what_can_be_read(reader, ticket, neighbours.incoming(ticket))
            files = _files(reader, ticket) if with_files else _NO_FILES
            yield ExportedTicket(known, files, error)


def _files(reader: ThreadViewer, ticket: TicketId) -> Mapping[str, bytes]:
    try:
        return reader.files(ticket)
    except YoiError:
        return _NO_FILES
