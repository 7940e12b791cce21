"""`yoi mcp`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import start_of
from yoi_cli.cli.surfaces import load
from yoi_cli.errors import UsageError

ROLES = ("reader", "worker", "intake", "orchestrator")


def mcp(
    ctx: typer.Context,
    role: Annotated[
        str,
        typer.Option(
            "--role", metavar="ROLE", help="Whose tools: reader, worker, intake or orchestrator."
        ),
    ] = "reader",
    workspace: Annotated[
        str | None,
        typer.Option("--workspace", metavar="DIR", help="Look for the workspace from DIR."),
    ] = None,
) -> None:
    """Serve the tickets as tools for a coding agent, by the Model Context Protocol.

    The agent starts it and speaks with it by stdin and stdout. Needs the extra `mcp`:
    pip install 'yoi[mcp]'. docs/mcp.md has the tools of each role, and how agents are configured.

    \b
    Example:
      claude mcp add yoi -- yoi mcp --role worker
    """
    if role not in ROLES:
        raise UsageError(
            "role_unknown",
            f"Unknown role {role[:40]!r}.",
            hint=f"The roles are {', '.join(ROLES)}.",
        )
    start = start_of(ctx)
    if workspace is not None:
        start = start._replace(folder=workspace)
    load("mcp.server:serve")(start=start, role=role)
