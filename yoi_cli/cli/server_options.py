"""The options of what serves over HTTP, which `serve` and `runtime serve` share."""

from __future__ import annotations

from typing import Annotated

import typer

MIB = 1 << 20

BindOption = Annotated[
    str,
    typer.Option(
        "--bind", metavar="ADDRESS", help="HOST:PORT or unix:PATH; port 0 takes a free one."
    ),
]
TokenFileOption = Annotated[
    str, typer.Option("--token-file", metavar="FILE", help="A file that holds the token.")
]
TokenEnvOption = Annotated[
    str,
    typer.Option("--token-env", metavar="NAME", help="The variable that holds the token."),
]
MaxBodyOption = Annotated[
    int,
    typer.Option(
        "--max-body", metavar="BYTES", min=1, max=256 * MIB, help="The largest body taken."
    ),
]
BehindProxyOption = Annotated[
    bool,
    typer.Option("--behind-proxy", help="A proxy in front of it has TLS; needs --host."),
]
HostsOption = Annotated[
    list[str] | None,
    typer.Option("--host", metavar="NAME", help="Another name it is asked for by."),
]
CertificateOption = Annotated[
    str, typer.Option("--tls-certificate", metavar="FILE", help="Serve with TLS, as FILE says.")
]
KeyOption = Annotated[
    str, typer.Option("--tls-key", metavar="FILE", help="The key of the certificate.")
]
