"""`yoi sync`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from yoi_cli.cli.context import session_of, start_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.sync_text import Listening, say_synced
from yoi_cli.cli.text.report import warn
from yoi_cli.sync.open import SyncRequest, open_sync, pause
from yoi_cli.sync.service import sync_store


def sync(
    ctx: typer.Context,
    remote: Annotated[
        str | None,
        typer.Option(
            "--remote",
            metavar="NAME",
            help="The remote; else that of [sync], of the branch, or origin.",
        ),
    ] = None,
    branch: Annotated[
        str | None,
        typer.Option(
            "--branch",
            metavar="NAME",
            help="A branch of the store's own; else that of [sync].",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be sent and received.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Share the store with other clones through a git remote.

    Commits the store and nothing else, merges what others sent, pushes, and brings the
    tickets here up to date. Nothing outside the store is touched, committed or pushed. The
    store travels on the branch that is checked out, or on one of its own ([sync] branch).
    """
    session, start = session_of(ctx), start_of(ctx)
    with Listening() as listening:
        request = SyncRequest(remote, branch, sys.stdin.isatty(), listening.hear)
        with open_sync(session, start, request) as syncing:
            report = sync_store(syncing.store, syncing.remote, pause, is_dry_run=dry_run)
    say_synced(report, syncing.target.remote, syncing.target.branch, as_json=as_json)
    warn(syncing.warnings)
