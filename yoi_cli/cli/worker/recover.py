"""`yoi worker recover`."""

from __future__ import annotations

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.text.report import warn
from yoi_cli.cli.worker.options import tell_tickets
from yoi_cli.cli.worker.text import say_recovery
from yoi_cli.workers.open import open_runtime


def recover(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Look after workers whose shim died: adopt what lives, settle what is over."""
    session = session_of(ctx)
    runtime = open_runtime(session)
    found = runtime.recover()
    tell_tickets(session, *runtime.all())
    say_recovery(found, as_json=as_json)
    warn(error.message for error in runtime.unreadable())
