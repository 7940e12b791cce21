"""`yoi ticket relation add`, `remove` and `list`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import relations
from yoi_cli.cli.candidates import complete_words
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import (
    AuthorOption,
    CommitOption,
    DatesOption,
    JsonOption,
    NoteOption,
    ticket_argument,
    ticket_option,
)
from yoi_cli.cli.text.report import report_json, report_lines, warn, with_next, write_next
from yoi_cli.cli.text.table import ID, TEXT, TIME, Column, Row, print_table
from yoi_cli.errors import UsageError
from yoi_cli.model.relations import KINDS
from yoi_cli.model.text import one_of

if TYPE_CHECKING:
    from yoi_cli.api.relations import RelationChange
    from yoi_cli.api.session import Session
    from yoi_cli.model.relations import Relation

complete_kinds = complete_words(KINDS)

TicketWord = Annotated[str | None, ticket_argument("The ticket that has the relation.")]
KindWord = Annotated[
    str | None,
    typer.Argument(
        metavar="[KIND]",
        help=f"{one_of(KINDS)}.",
        autocompletion=complete_kinds,
        show_default=False,
    ),
]
TargetWord = Annotated[str | None, ticket_argument("The target of the relation.", "[TARGET]")]
TicketOption = Annotated[str | None, ticket_option("--ticket", "The same as TICKET.")]
KindOption = Annotated[
    str | None,
    typer.Option("--kind", metavar="KIND", help="The same as KIND.", autocompletion=complete_kinds),
]
TargetOption = Annotated[
    str | None, ticket_option("--target", "The same as TARGET.", metavar="TARGET")
]


def add(
    ctx: typer.Context,
    ticket_word: TicketWord = None,
    kind_word: KindWord = None,
    target_word: TargetWord = None,
    ticket: TicketOption = None,
    kind: KindOption = None,
    target: TargetOption = None,
    note: NoteOption = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> None:
    """Add a relation: `A depends_on B`, or with --ticket, --kind and --target.

    One that would make tickets wait for each other is refused, and the cycle is named.

    \b
    Example:
      yoi ticket relation add 00001M7WFCYE0 depends_on 00001M7WFCY38
    """
    words, options = (ticket_word, kind_word, target_word), (ticket, kind, target)
    session = session_of(ctx)
    related = relations.add(
        session, *ends_of(words, options), note=note, author=author, commit=commit
    )
    print_related(session, related, removed=False, as_json=as_json)


def remove(
    ctx: typer.Context,
    ticket_word: TicketWord = None,
    kind_word: KindWord = None,
    target_word: TargetWord = None,
    ticket: TicketOption = None,
    kind: KindOption = None,
    target: TargetOption = None,
    note: NoteOption = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> None:
    """Remove a relation: `A depends_on B`, or with --ticket, --kind and --target.

    An event in the ticket's log records the removal, and --note why.
    """
    words, options = (ticket_word, kind_word, target_word), (ticket, kind, target)
    session = session_of(ctx)
    related = relations.remove(
        session, *ends_of(words, options), note=note, author=author, commit=commit
    )
    print_related(session, related, removed=True, as_json=as_json)


def list_(
    ctx: typer.Context,
    ticket: Annotated[
        str | None, ticket_argument("Only those around this ticket, in both directions.")
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind", metavar="KIND", help="Only of this kind.", autocompletion=complete_kinds
        ),
    ] = None,
    dates: DatesOption = False,
    as_json: JsonOption = False,
) -> None:
    """List relations: a ticket's own and those that name it, or all of the store."""
    found = relations.list_relations(session_of(ctx), ticket, kind=kind)
    around, outgoing, incoming, unreadable = found
    if as_json:
        from yoi_cli.api.documents.relations import relation_list_document

        document = relation_list_document(around, outgoing, incoming, unreadable)
        report_json("relations", document)
    else:
        rows = map(_row, (*outgoing, *incoming))
        print_table(_COLUMNS, rows, empty="No relations.", dates=dates)
    warn(f"The relations of {other} cannot be read." for other in unreadable)


def ends_of(
    words: tuple[str | None, str | None, str | None],
    options: tuple[str | None, str | None, str | None],
) -> tuple[str, str, str]:
    """The ticket, kind and target that the words, or the options, or both together name.

    Raises `UsageError` where a part is missing or is given twice.
    """
    given = [word for word in words if word is not None]
    missing = [index for index, option in enumerate(options) if option is None]
    if len(given) != len(missing):
        raise UsageError(
            "relation_incomplete",
            "A relation is a ticket, a kind and a target.",
            hint="Write `A depends_on B`, or --ticket A --kind depends_on --target B.",
        )
    parts = [option or "" for option in options]
    for index, word in zip(missing, given, strict=True):
        parts[index] = word
    return parts[0], parts[1], parts[2]


_COLUMNS = (
    Column("ticket", ID, style="bold"),
    Column("kind"),
    Column("target", ID, style="bold"),
    Column("note", TEXT),
    Column("author"),
    Column("at", TIME, style="dim"),
)


def _row(relation: Relation) -> Row:
    return (
        relation.ticket_id,
        relation.kind,
        relation.target,
        relation.note or "",
        relation.author,
        relation.at,
    )


def print_related(
    session: Session, related: RelationChange, *, removed: bool, as_json: bool
) -> None:
    """A relation was recorded, stood already, or was taken away."""
    relation = related.relation
    row = ("relation", relation.ticket_id, relation.kind, relation.target)
    if as_json:
        from yoi_cli.api.documents.relations import related_document

        document = related_document(related, removed=removed)
        report_json("relation", with_next(session, relation.ticket_id, document))
    else:
        word = "Removed" if removed else "Recorded" if related.changed else "Recorded already"
        report_lines([row], [f"{word}: {' '.join(row[1:])}"])
        write_next(session, relation.ticket_id)
    warn(related.committed.warnings)
