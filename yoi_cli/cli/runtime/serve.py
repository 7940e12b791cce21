"""`yoi runtime serve` and `token`: the workers of a clone over HTTP."""

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


def token(
    ctx: typer.Context,
    kind: Annotated[
        str, typer.Option("--kind", metavar="KIND", help="owner, viewer or worker.")
    ] = "owner",
    worker: Annotated[
        str | None, typer.Option("--worker", metavar="ID", help="The worker that it is for.")
    ] = None,
    hours: Annotated[
        float,
        typer.Option("--hours", metavar="HOURS", min=0.01, max=720, help="How long it is good."),
    ] = 1.0,
    as_json: JsonOption = False,
) -> None:
    """Print a token for the runtime server that runs for this clone.

    The owner's may do all, a viewer's reads, and a worker's sees that worker alone.
    """
    load("server.runtime.token:print_token")(
        session=session_of(ctx), kind=kind, worker=worker, hours=hours, as_json=as_json
    )


def serve(
    ctx: typer.Context,
    bind: BindOption = "127.0.0.1:0",
    runtime_id: Annotated[
        str, typer.Option("--runtime-id", metavar="ID", help="The runtime's id, for clients.")
    ] = "local",
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="A label for people.")] = "",
    token_file: TokenFileOption = "",
    token_env: TokenEnvOption = "",
    max_body: MaxBodyOption = MIB,
    behind_proxy: BehindProxyOption = False,
    host: HostsOption = None,
    certificate: CertificateOption = "",
    key: KeyOption = "",
    as_json: JsonOption = False,
) -> None:
    """Serve the workers of this clone over HTTP, until SIGTERM. It ends no worker.

    It prints one line of JSON once it listens; --json has errors as JSON, too.
    """
    del as_json  # the line is JSON anyway, and errors are told elsewhere
    load("server.runtime.serve:serve")(
        session=session_of(ctx),
        bind=bind,
        runtime_id=runtime_id,
        name=name,
        token_file=token_file,
        token_env=token_env,
        max_body=max_body,
        behind_proxy=behind_proxy,
        hosts=tuple(host or ()),
        certificate=certificate,
        key=key,
    )
