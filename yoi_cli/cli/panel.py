"""`yoi panel`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import start_of
from yoi_cli.cli.surfaces import load
from yoi_cli.errors import UsageError


def panel(
    ctx: typer.Context,
    closed: Annotated[bool, typer.Option("--closed", help="Show closed tickets, too.")] = False,
    backend: Annotated[
        str,
        typer.Option(
            "--backend",
            metavar="URL|NAME",
            help="Show what `yoi serve` serves there; `local` is the one of this clone.",
        ),
    ] = "",
    token_file: Annotated[
        str, typer.Option("--token-file", metavar="FILE", help="A file that holds its token.")
    ] = "",
    token_env: Annotated[
        str, typer.Option("--token-env", metavar="NAME", help="The variable that holds its token.")
    ] = "",
) -> None:
    """Show tickets and workers in a panel of the terminal, and work on them there.

    F1 shows its keys. It needs the extra `panel`: pip install 'yoi[panel]'; with --backend the
    extra `server` as well.
    """
    start = start_of(ctx)
    if not backend:
        if token_file or token_env:
            raise UsageError(
                "usage", "A token is for --backend.", hint="Name the server by --backend, too."
            )
        load("tui.app:run")(start=start, closed=closed)
        return
    load("tui.served:run")(
        start=start, closed=closed, backend=backend, token_file=token_file, token_env=token_env
    )
