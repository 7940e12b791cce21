"""`yoi ticket relation add`, `remove` and `list`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import relations
from yoi_cli.cli.candidates import complete_words
from yoi_cli.cli.context import inferred_ticket, session_of
from yoi_cli.cli.options import (
    AuthorOption,
    CommitOption,
    DatesOption,
    JsonOption,
    MoreArgument,
    NoteOption,
    ticket_argument,
    ticket_option,
)
from yoi_cli.cli.several import for_each
from yoi_cli.cli.text.report import report_json, report_lines, warn, with_next, write_next
from yoi_cli.cli.text.table import ID, TEXT, TIME, Column, Row, print_table
from yoi_cli.errors import UsageError
from yoi_cli.model.relations import KINDS
from yoi_cli.model.text import one_of

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    more: MoreArgument = None,
    ticket: TicketOption = None,
    kind: KindOption = None,
    target: TargetOption = None,
    note: NoteOption = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> int:
    """Add a relation: `A depends_on B`, or with --ticket, --kind and --target.

    `A depends_on B C` and `A B depends_on C` are two; without A it is the ticket whose worktree one
    stands in.
    One that would make tickets wait for each other is refused, and the cycle is named.

    \b
    Example:
      yoi ticket relation add 00001M7WFCYE0 depends_on 00001M7WFCY38
    """
    words = (ticket_word, kind_word, target_word, *(more or ()))
    session, links = session_of(ctx), links_of(ctx, words, (ticket, kind, target))

    def run(name: str) -> RelationChange:
        return relations.add(session, *links[name], note=note, author=author, commit=commit)

    def show(change: RelationChange, in_json: bool) -> None:
        print_related(session, change, removed=False, as_json=in_json)

    return for_each(list(links), run, show, as_json=as_json)


def remove(
    ctx: typer.Context,
    ticket_word: TicketWord = None,
    kind_word: KindWord = None,
    target_word: TargetWord = None,
    more: MoreArgument = None,
    ticket: TicketOption = None,
    kind: KindOption = None,
    target: TargetOption = None,
    note: NoteOption = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> int:
    """Remove a relation: `A depends_on B`, or with --ticket, --kind and --target.

    An event in the ticket's log records the removal, and --note why. Several are
    named as for `add`.
    """
    words = (ticket_word, kind_word, target_word, *(more or ()))
    session, links = session_of(ctx), links_of(ctx, words, (ticket, kind, target))

    def run(name: str) -> RelationChange:
        return relations.remove(session, *links[name], note=note, author=author, commit=commit)

    def show(change: RelationChange, in_json: bool) -> None:
        print_related(session, change, removed=True, as_json=in_json)

    return for_each(list(links), run, show, as_json=as_json)


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


def links_of(
    ctx: typer.Context,
    words: Sequence[str | None],
    options: tuple[str | None, str | None, str | None],
) -> dict[str, tuple[str, str, str]]:
    """The relations that the words, or the options, or both together name: ticket, kind and target,
    each by the ticket that tells it from the others.

    Raises `UsageError` where a part is missing or is given twice, and for several tickets on both
    sides.
    """
    given = [word for word in words if word is not None]
    ticket, kind, target = options
    at = next((place for place, word in enumerate(given) if word in KINDS), None)
    if kind is None and at is not None:
        kind, before, after = given[at], given[:at], given[at + 1 :]
        if not before and ticket is None:
            before = [inferred_ticket(ctx)]
    else:  # in their order: a ticket, a kind that is none of ours, or a target
        before = [given.pop(0)] if ticket is None and given else []
        kind = given.pop(0) if kind is None and given else kind
        after = given
    tickets = [*([ticket] if ticket is not None else []), *before]
    targets = [*([target] if target is not None else []), *after]
    is_twice = (ticket is not None and before) or (target is not None and after)
    if (
        is_twice
        or kind is None
        or not tickets
        or not targets
        or min(map(len, (tickets, targets))) > 1
    ):
        raise UsageError(
            "relation_incomplete",
            "A relation is a ticket, a kind and a target.",
            hint="Write `A depends_on B`, or --ticket A --kind depends_on --target B; several may "
            "stand on one side.",
        )
    if len(tickets) > 1:
        return {one: (one, kind, targets[0]) for one in tickets}
    return {one: (tickets[0], kind, one) for one in targets}


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
