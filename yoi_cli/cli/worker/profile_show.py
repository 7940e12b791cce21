"""`yoi profile show`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.worker.profile_options import complete_profiles
from yoi_cli.cli.worker.profiles_text import say_profile
from yoi_cli.workers.profile_checks import find_profile
from yoi_cli.workspace.settings import settings_of


def show(
    ctx: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="The profile.",
            autocompletion=complete_profiles,
            show_default=False,
        ),
    ],
    as_toml: Annotated[
        bool, typer.Option("--toml", help="Print its table for ticket.config.toml.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show one profile: its command, and the names of the variables that it is given."""
    row = find_profile(settings_of(session_of(ctx)), name)
    say_profile(row, as_toml=as_toml, as_json=as_json)
