"""`yoi serve`: a workspace for pages, panels and scripts."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.surfaces import load

_MIB = 1 << 20


def serve(
    ctx: typer.Context,
    bind: Annotated[
        str,
        typer.Option(
            "--bind", metavar="ADDRESS", help="HOST:PORT or unix:PATH; port 0 takes a free one."
        ),
    ] = "127.0.0.1:0",
    name: Annotated[
        str, typer.Option("--name", metavar="TEXT", help="What pages call the workspace.")
    ] = "",
    token_file: Annotated[
        str, typer.Option("--token-file", metavar="FILE", help="A file that holds the token.")
    ] = "",
    token_env: Annotated[
        str,
        typer.Option("--token-env", metavar="NAME", help="The variable that holds the token."),
    ] = "",
    max_body: Annotated[
        int,
        typer.Option(
            "--max-body", metavar="BYTES", min=1, max=256 * _MIB, help="The largest body taken."
        ),
    ] = 2 * _MIB,
    behind_proxy: Annotated[
        bool,
        typer.Option("--behind-proxy", help="A proxy in front of it has TLS; needs --host."),
    ] = False,
    host: Annotated[
        list[str] | None,
        typer.Option("--host", metavar="NAME", help="Another name it is asked for by."),
    ] = None,
    certificate: Annotated[
        str, typer.Option("--tls-certificate", metavar="FILE", help="Serve with TLS, as FILE says.")
    ] = "",
    key: Annotated[
        str, typer.Option("--tls-key", metavar="FILE", help="The key of the certificate.")
    ] = "",
    login: Annotated[
        bool,
        typer.Option(
            "--login", help="Print an address that lets a browser in at the one that runs."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Serve this workspace and its runtimes to browsers and panels, until SIGTERM.

    It prints one line of JSON once it listens; `login` in it lets a browser in once, within a
    minute. --json has errors as JSON, too.
    """
    del as_json  # the line is JSON anyway, and errors are told elsewhere
    session = session_of(ctx)
    if login:
        load("server.backend.new_login:print_login")(session=session)
        return
    load("server.pages.serve:serve")(
        session=session,
        bind=bind,
        name=name,
        token_file=token_file,
        token_env=token_env,
        max_body=max_body,
        behind_proxy=behind_proxy,
        hosts=tuple(host or ()),
        certificate=certificate,
        key=key,
    )
