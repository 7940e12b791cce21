"""`yoi ticket relation add`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api.autocommit import commit_if_asked
from yoi_cli.cli.completion.candidates import complete_words
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import (
    AuthorOption,
    CommitOption,
    JsonOption,
    NoteOption,
    ticket_argument,
    ticket_option,
)
from yoi_cli.cli.text.report import report_json, warn
from yoi_cli.cli.text.table import Cell, Column, print_table
from yoi_cli.cli.ticket.outcomes import print_related
from yoi_cli.errors import UsageError
from yoi_cli.model.relations import KINDS
from yoi_cli.model.text import one_of
from yoi_cli.tickets.relations import (
    Link,
    add_relation,
    check_kind,
    list_all_relations,
    list_relations,
    remove_relation,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.model.relations import Relation


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
    """Record a relation: `A depends_on B`, or with --ticket, --kind and --target.

    One that would make tickets wait for each other is refused, and the cycle is named.

    \b
    Example:
      yoi ticket relation add 00001M7WFCYE0 depends_on 00001M7WFCY38
    """
    session = session_of(ctx)
    by = session.author(author)
    words, options = (ticket_word, kind_word, target_word), (ticket, kind, target)
    related = add_relation(session.store, link_of(words, options, note), by)
    print_related(related, removed=False, as_json=as_json)
    what = f"add {related.relation.kind} {related.relation.target}"
    warn(commit_if_asked(session, related.relation.ticket_id, what, asked=commit))


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
TargetWord = Annotated[str | None, ticket_argument("The ticket that it names.", "[TARGET]")]
TicketOption = Annotated[str | None, ticket_option("--ticket", "The same as TICKET.")]
KindOption = Annotated[
    str | None,
    typer.Option("--kind", metavar="KIND", help="The same as KIND.", autocompletion=complete_kinds),
]
TargetOption = Annotated[
    str | None, ticket_option("--target", "The same as TARGET.", metavar="TARGET")
]


def link_of(
    words: tuple[str | None, str | None, str | None],
    options: tuple[str | None, str | None, str | None],
    note: str | None,
) -> Link:
    """The relation that the words, or the options, or both together name.

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
    return Link(parts[0], parts[1], parts[2], note)


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
    as_json: JsonOption = False,
) -> None:
    """List relations: a ticket's own and those that name it, or all of the store."""
    store = session_of(ctx).store
    if kind is not None:
        check_kind(kind)
    if ticket is None:
        found = list_all_relations(store)
        print_relations(None, found.relations, (), found.unreadable, kind, as_json=as_json)
    else:
        full_id, around = list_relations(store, ticket)
        print_relations(
            full_id, around.outgoing, around.incoming, around.unreadable, kind, as_json=as_json
        )


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
    """Take a relation away: `A depends_on B`, or with --ticket, --kind and --target.

    An event in the ticket's log keeps that it stood, and --note why it went.
    """
    session = session_of(ctx)
    by = session.author(author)
    words, options = (ticket_word, kind_word, target_word), (ticket, kind, target)
    related = remove_relation(session.store, link_of(words, options, note), by)
    print_related(related, removed=True, as_json=as_json)
    what = f"remove {related.relation.kind} {related.relation.target}"
    warn(commit_if_asked(session, related.relation.ticket_id, what, asked=commit))


_COLUMNS = (
    Column("ticket", style="bold", no_wrap=True),
    Column("kind", no_wrap=True),
    Column("target", style="bold", no_wrap=True),
    Column("note", ratio=1),
    Column("author", no_wrap=True),
    Column("at", style="dim", no_wrap=True),
)


def print_relations(
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
        from yoi_cli.api.documents.relations import relation_list_document

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
