"""Filters of lists that `[filters]` of the settings saves: `@NAME` among the words of a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api import queries
from yoi_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import typer

    from yoi_cli.api.session import Session


def run_with_saved(
    ctx: typer.Context, session: Session, parameter: str, saved: Sequence[str], words: Sequence[str]
) -> object:
    """Run the command again with what the filters `saved` (`@NAME`) say: what was typed takes the
    place of that, and its argument `parameter` is `words`. Returns what the command returns."""
    typed = {
        name: value
        for name, value in ctx.params.items()
        if (source := ctx.get_parameter_source(name)) is not None and source.name != "DEFAULT"
    }
    said = [word for one in saved for word in queries.saved_filter(session, one[1:])]
    with ctx.command.make_context(ctx.info_name, said, parent=ctx.parent) as meant:
        if meant.params.get(parameter):
            raise UsageError(
                "filter_invalid",
                "A saved filter names another, or a ticket.",
                hint="Write out its options in [filters] of .yoi/ticket.config.toml.",
            )
        if ctx.command.callback is None:
            return None
        return ctx.command.callback(**{**meant.params, **typed, parameter: list(words)})
