"""`yoi runtime serve` and `token`: the workers of a clone over HTTP."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.surfaces import load

_MIB = 1 << 20


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
    bind: Annotated[
        str,
        typer.Option(
            "--bind", metavar="ADDRESS", help="HOST:PORT or unix:PATH; port 0 takes a free one."
        ),
    ] = "127.0.0.1:0",
    runtime_id: Annotated[
        str, typer.Option("--runtime-id", metavar="ID", help="The runtime's id, for clients.")
    ] = "local",
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="A label for people.")] = "",
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
    ] = _MIB,
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
