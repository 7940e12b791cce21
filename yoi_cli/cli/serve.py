"""`yoi serve`: a workspace for pages, panels and scripts."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.server_options import (
    MIB,
    BehindProxyOption,
    BindOption,
    CertificateOption,
    HostsOption,
    KeyOption,
    MaxBodyOption,
    TokenEnvOption,
    TokenFileOption,
)
from yoi_cli.cli.surfaces import load


def serve(
    ctx: typer.Context,
    bind: BindOption = "127.0.0.1:0",
    name: Annotated[
        str, typer.Option("--name", metavar="TEXT", help="What pages call the workspace.")
    ] = "",
    token_file: TokenFileOption = "",
    token_env: TokenEnvOption = "",
    max_body: MaxBodyOption = 2 * MIB,
    behind_proxy: BehindProxyOption = False,
    host: HostsOption = None,
    certificate: CertificateOption = "",
    key: KeyOption = "",
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
