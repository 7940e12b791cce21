"""`yoi sync`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.plain.sync import share_store


def sync(
    ctx: typer.Context,
    remote: Annotated[
        str | None,
        typer.Option(
            "--remote",
            metavar="NAME",
            help="The remote; default from [sync], the branch, or origin.",
        ),
    ] = None,
    branch: Annotated[
        str | None,
        typer.Option(
            "--branch",
            metavar="NAME",
            help="A separate branch for the store; default from [sync].",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be sent and received.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Share the store with other clones through a git remote.

    Commits the store and nothing else, merges what others sent, pushes, and brings the
    tickets here up to date. Nothing outside the store is touched, committed or pushed. The
    store travels on the branch that is checked out, or on one of its own ([sync] branch).
    """
    share_store(ctx, remote=remote, branch=branch, dry_run=dry_run, as_json=as_json)
