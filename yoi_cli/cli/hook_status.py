"""`yoi hook status`."""

from __future__ import annotations

import typer

from yoi_cli.cli.context import start_of
from yoi_cli.cli.hooks_text import say_hooks
from yoi_cli.cli.options import JsonOption
from yoi_cli.hooks.open import report_hooks


def status(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Say of every hook whether it is installed, what it chains, and where it stands."""
    say_hooks(report_hooks(start_of(ctx)), as_json=as_json)
