"""`yoi worker recover`."""

from __future__ import annotations

import typer

from yoi_cli.bootstrap.workers import open_runtime
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.worker_options import tell_tickets
from yoi_cli.render.report import warn
from yoi_cli.render.workers import say_recovery


def command(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Look after workers whose shim died: adopt what lives, settle what is over."""
    session = session_of(ctx)
    runtime = open_runtime(session)
    found = runtime.recover()
    tell_tickets(session, *runtime.all())
    say_recovery(found, as_json=as_json)
    warn(error.message for error in runtime.unreadable())
