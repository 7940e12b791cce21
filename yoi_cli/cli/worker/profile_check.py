"""`yoi profile check`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.worker.profile_options import complete_profiles
from yoi_cli.cli.worker.profiles_text import say_checks
from yoi_cli.workers.local.machine import machine_of
from yoi_cli.workers.profile_checks import check_profiles
from yoi_cli.workspace.settings import settings_of


def check(
    ctx: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="The profile; those that roles use, where none is named.",
            autocompletion=complete_profiles,
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Say what a profile lacks on this machine: its program, or a variable that it requires.

    Exits 0 where it can run, else 1. Of variables only the names are shown. Where no role has
    a profile, all are looked at, and one that can run is enough.
    """
    session = session_of(ctx)
    checked = check_profiles(settings_of(session), machine_of(session), name)
    say_checks(checked, as_json=as_json)
    return 0 if checked.is_enough else 1
