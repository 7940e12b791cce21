"""`yoi hook install`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import start_of
from yoi_cli.cli.hooks_text import say_changed
from yoi_cli.cli.options import JsonOption
from yoi_cli.hooks.open import install_hooks


def install(
    ctx: typer.Context,
    pre_push: Annotated[
        bool,
        typer.Option("--pre-push", help="Let only tickets be pushed that are ready, as well."),
    ] = False,
    global_path: Annotated[
        bool,
        typer.Option(
            "--global-hooks-path",
            help="Install even where core.hooksPath lies outside of this repository.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Install git hooks that record commits on the tickets they are for.

    What stands there stays: it is kept beside ours as NAME.yoi-chained, and runs first.
    Doing it again changes nothing. `yoi hook uninstall` puts everything back.
    """
    report = install_hooks(start_of(ctx), pre_push=pre_push, global_path=global_path)
    return say_changed("installed", report, as_json=as_json)
