"""`yoi ticket relation list`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption, ticket_argument
from yoi_cli.cli.ticket.relation_link import complete_kinds
from yoi_cli.cli.ticket.relations_text import say_relations
from yoi_cli.tickets.relations import check_kind, list_all_relations, list_relations


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
        say_relations(None, found.relations, (), found.unreadable, kind, as_json=as_json)
    else:
        full_id, around = list_relations(store, ticket)
        say_relations(
            full_id, around.outgoing, around.incoming, around.unreadable, kind, as_json=as_json
        )
