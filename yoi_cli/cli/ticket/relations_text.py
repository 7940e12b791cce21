"""Relations as rows, a table or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api.documents.relations import relation_list_document
from yoi_cli.cli.text.report import report_json, warn
from yoi_cli.cli.text.table import Cell, Column, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.model.relations import Relation

_COLUMNS = (
    Column("ticket", style="bold", no_wrap=True),
    Column("kind", no_wrap=True),
    Column("target", style="bold", no_wrap=True),
    Column("note", ratio=1),
    Column("author", no_wrap=True),
    Column("at", style="dim", no_wrap=True),
)


def say_relations(
    ticket: str | None,
    outgoing: Sequence[Relation],
    incoming: Sequence[Relation],
    unreadable: Sequence[str],
    kind: str | None = None,
    *,
    as_json: bool,
) -> None:
    """Print relations, only those of `kind` where one is given."""
    outgoing = [relation for relation in outgoing if kind in (None, relation.kind)]
    incoming = [relation for relation in incoming if kind in (None, relation.kind)]
    if as_json:
        document = relation_list_document(ticket, outgoing, incoming, unreadable)
        report_json("relations", document)
    else:
        rows = [_row(relation) for relation in (*outgoing, *incoming)]
        print_table(_COLUMNS, rows, empty="No relations.")
    warn(f"The relations of {other} cannot be read." for other in unreadable)


def _row(relation: Relation) -> list[Cell]:
    cells = (
        relation.ticket_id,
        relation.kind,
        relation.target,
        relation.note or "",
        relation.author,
        relation.at,
    )
    return [Cell(text) for text in cells]
