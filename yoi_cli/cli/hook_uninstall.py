"""`yoi hook uninstall`."""

from __future__ import annotations

import typer

from yoi_cli.cli.context import start_of
from yoi_cli.cli.hooks_text import say_changed
from yoi_cli.cli.options import JsonOption
from yoi_cli.hooks.open import uninstall_hooks


def uninstall(ctx: typer.Context, as_json: JsonOption = False) -> int:
    """Take our hooks away, and put back what stood there, byte for byte.

    A hook that somebody changed or replaced is left alone, and named.
    """
    return say_changed("uninstalled", uninstall_hooks(start_of(ctx)), as_json=as_json)
