"""`yoi web`: the board of this workspace in a browser."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.surfaces import load


def web(
    ctx: typer.Context,
    bind: Annotated[
        str,
        typer.Option("--bind", metavar="ADDRESS", help="HOST:PORT; port 0 takes a free one."),
    ] = "127.0.0.1:0",
    name: Annotated[
        str, typer.Option("--name", metavar="TEXT", help="What pages call the workspace.")
    ] = "",
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the address, and open nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Serve this workspace's pages until Ctrl-C, and open them in the browser.

    Where there is no browser, it prints an address that lets one in once, within a minute. Where
    the workspace is served already, it opens that. `yoi serve` has the same pages, and takes
    addresses beyond this machine.
    """
    load("server.pages.serve:web")(
        session=session_of(ctx), bind=bind, name=name, opens=not no_browser, as_json=as_json
    )
