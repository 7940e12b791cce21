"""`yoi profile list`."""

from __future__ import annotations

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.worker.profiles_text import say_profiles
from yoi_cli.workers.profile_checks import list_profiles
from yoi_cli.workspace.settings import settings_of


def list_(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List the profiles of the configuration and the presets, with the roles they work as."""
    settings = settings_of(session_of(ctx))
    say_profiles(list_profiles(settings), settings.foreign_roles, as_json=as_json)
