"""`yoi panel`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import start_of
from yoi_cli.cli.surfaces import load


def panel(
    ctx: typer.Context,
    closed: Annotated[bool, typer.Option("--closed", help="Show closed tickets, too.")] = False,
) -> None:
    """Show tickets and workers in a panel of the terminal, and work on them there.

    F1 shows its keys. It needs the extra `panel`: pip install 'yoi[panel]'.
    """
    load("tui.app:run")(start=start_of(ctx), closed=closed)
