"""`yoi ticket list`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.filter_options import (
    AssigneesOption,
    BlockedOption,
    DueByOption,
    PrioritiesOption,
    ReverseOption,
    SearchOption,
    SortOption,
    TagsOption,
)
from yoi_cli.cli.options import DatesOption, JsonOption, LimitOption, StatesOption
from yoi_cli.cli.plain.list import list_tickets
from yoi_cli.cli.saved_filters import run_with_saved
from yoi_cli.errors import UsageError

if TYPE_CHECKING:
    from yoi_cli.api.session import Session


def list_(
    ctx: typer.Context,
    saved: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[@FILTER]...",
            help="Filters that [filters] of the settings saves.",
            show_default=False,
        ),
    ] = None,
    closed_too: Annotated[
        bool, typer.Option("--all", "-a", help="Include closed tickets.")
    ] = False,
    state: StatesOption = None,
    tag: TagsOption = None,
    assignee: AssigneesOption = None,
    priority: PrioritiesOption = None,
    blocked: BlockedOption = False,
    due: DueByOption = None,
    search: SearchOption = None,
    tree: Annotated[
        bool, typer.Option("--tree", help="Below their parents, with how far these have come.")
    ] = False,
    sort: SortOption = "updated",
    reverse: ReverseOption = False,
    limit: LimitOption = None,
    dates: DatesOption = False,
    as_json: JsonOption = False,
) -> None:
    """List tickets: the open ones, newest change first, unless asked otherwise.

    --state, --assignee and --priority take several, for any of what they name: repeated, or with
    commas between. @NAME stands for the options that `[filters] NAME = "…"` in
    .yoi/ticket.config.toml saves; what is typed besides goes before them.

    \b
    Examples:
      yoi ticket list -s ready,queued --sort priority
      yoi ticket list --all --tag bug --json
      yoi ticket list @mine --due week
    """
    if saved:
        _list_saved(ctx, session_of(ctx), saved)
        return
    list_tickets(
        ctx,
        closed_too=closed_too,
        state=state,
        tag=tag,
        assignee=assignee,
        priority=priority,
        blocked=blocked,
        due=due,
        search=search,
        tree=tree,
        sort=sort,
        reverse=reverse,
        limit=limit,
        dates=dates,
        as_json=as_json,
    )


def _list_saved(ctx: typer.Context, session: Session, saved: list[str]) -> None:
    """List by saved filters: what was typed takes the place of what they say."""
    for one in saved:
        if not one.startswith("@"):
            raise UsageError(
                "filter_invalid",
                f"{one[:40]!r} is no filter; those begin with @.",
                hint=f"Write @{one[:40]}, or --search {one[:40]} for tickets that say it.",
            )
    run_with_saved(ctx, session, "saved", saved, ())
