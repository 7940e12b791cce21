"""`yoi ticket list`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.completion.candidates import complete_words
from yoi_cli.cli.context import session_of
from yoi_cli.cli.filters import LimitOption, StatesOption, chosen_states
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.ticket.listing_text import say_listing
from yoi_cli.errors import UsageError
from yoi_cli.tickets.listing import SORTS, Selection, list_tickets


def list_(
    ctx: typer.Context,
    closed_too: Annotated[bool, typer.Option("--all", "-a", help="Closed ones too.")] = False,
    state: StatesOption = None,
    tag: Annotated[
        list[str] | None,
        typer.Option("--tag", metavar="TAG", help="Only with this tag; repeated, with every one."),
    ] = None,
    assignee: Annotated[
        list[str] | None,
        typer.Option("--assignee", metavar="NAME", help="Only of NAME; '' for nobody's."),
    ] = None,
    priority: Annotated[
        list[str] | None,
        typer.Option("--priority", metavar="P0..P4", help="Only of this priority."),
    ] = None,
    blocked: Annotated[
        bool, typer.Option("--blocked", help="Only those that an unresolved blocker holds up.")
    ] = False,
    sort: Annotated[
        str,
        typer.Option(
            "--sort",
            metavar="KEY",
            help=", ".join(SORTS) + ".",
            autocompletion=complete_words(SORTS),
        ),
    ] = "updated",
    reverse: Annotated[bool, typer.Option("--reverse", "-r", help="Turn the order.")] = False,
    limit: LimitOption = None,
    as_json: JsonOption = False,
) -> None:
    """List tickets: the open ones, newest change first, unless asked otherwise.

    --state, --assignee and --priority may be repeated, for any of what they name.

    \b
    Examples:
      yoi ticket list -s ready,queued --sort priority
      yoi ticket list --all --tag bug --json
    """
    if sort not in SORTS:
        raise UsageError(
            "sort_unknown",
            f"Tickets cannot be sorted by {sort[:40]!r}.",
            hint=f"Sort by {', '.join(SORTS)}.",
        )
    selection = Selection(
        states=chosen_states(state),
        closed_too=closed_too,
        tags=frozenset(tag or ()),
        assignees=frozenset(assignee or ()),
        priorities=frozenset(name.upper() for name in priority or ()),
        only_blocked=blocked,
        sort=sort,
        reverse=reverse,
        limit=limit,
    )
    say_listing(list_tickets(session_of(ctx).store, selection), as_json=as_json)
