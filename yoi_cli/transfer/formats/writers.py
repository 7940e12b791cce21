"""The formats of other tools that tickets go out in, each with what writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.transfer.formats.beads import BEADS
from yoi_cli.transfer.formats.beads_writing import beads_line, beads_name
from yoi_cli.transfer.formats.csv_writing import csv_header, csv_line
from yoi_cli.transfer.formats.github import GITHUB
from yoi_cli.transfer.formats.github_writing import github_issue, github_names
from yoi_cli.transfer.formats.markdown_writing import markdown_document
from yoi_cli.transfer.outgoing import Outgoing, names_there

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from yoi_cli.store.values import FieldsRow
    from yoi_cli.tickets.show import TicketView
    from yoi_cli.transfer.export import ExportedTicket


class Writer(NamedTuple):
    """How a format is written: the text of one ticket, and what stands around and between.

    `names` are what the tickets of a store go by there, by id; `tool` is whose import calls them
    so. With a `suffix`, tickets may be files of a folder.
    """

    tool: str
    one: Callable[[TicketView, Outgoing], str]
    names: Callable[[Iterable[FieldsRow]], Mapping[str, str]]
    opening: str = ""
    between: str = ""
    closing: str = ""
    suffix: str = ""


def _own_ids(rows: Iterable[FieldsRow]) -> Mapping[str, str]:
    return {row.id: row.id for row in rows}


def _beads_names(rows: Iterable[FieldsRow]) -> Mapping[str, str]:
    return names_there(rows, BEADS, beads_name)


WRITERS: Mapping[str, Writer] = {
    "beads": Writer(BEADS, beads_line, _beads_names),
    "github-json": Writer(GITHUB, github_issue, github_names, "[", ",\n", "]\n"),
    "markdown": Writer("", markdown_document, _own_ids, between="\n", suffix=".md"),
    "csv": Writer("", csv_line, _own_ids, opening=csv_header()),
}


class Written(NamedTuple):
    """The text of the ticket `id`."""

    id: str
    text: str


class ForeignExport:
    """Tickets on their way into a format; `out` counts what it has no place for, and `unreadable`
    are those that were left out, with the reason."""

    def __init__(self, form: str, rows: Iterable[FieldsRow], chosen: Collection[str]) -> None:
        self.writer = WRITERS[form]
        self.out = Outgoing(self.writer.tool, self.writer.names(rows), chosen)
        self.unreadable: dict[str, str] = {}
        self.count = 0

    def written(self, exported: Iterable[ExportedTicket]) -> Iterator[Written]:
        """The text of each ticket that can be read whole, one after another."""
        for one in exported:
            if one.error is not None:
                self.unreadable[one.view.id] = one.error.message
                continue
            self.count += 1
            yield Written(one.view.id, self.writer.one(one.view, self.out))

    def document(self, exported: Iterable[ExportedTicket]) -> Iterator[str]:
        """The texts of all of them as one document, piece by piece."""
        yield self.writer.opening
        for number, one in enumerate(self.written(exported)):
            yield self.writer.between + one.text if number else one.text
        yield self.writer.closing
