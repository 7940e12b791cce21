"""What the profile commands share."""

from __future__ import annotations

import typer

from yoi_cli.cli.completion.candidates import completing_session
from yoi_cli.errors import YoiError


def complete_profiles(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Names of profiles that begin with what is typed, with what they are."""
    from yoi_cli.workspace.settings import settings_of

    try:
        profiles = settings_of(completing_session(ctx)).profiles.values()
    except (YoiError, OSError):
        return []
    return [(one.name, one.description) for one in profiles if one.name.startswith(incomplete)]
