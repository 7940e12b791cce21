"""`yoi where`."""

from __future__ import annotations

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.text.report import report


def where(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Say which workspace and store are used from here, and why."""
    session = session_of(ctx)
    checkout = session.checkout
    facts = {
        "workspace": session.workspace,
        "store": session.location.path,
        "why": session.why,
        "checkout": checkout.root if checkout else None,
        "linked": checkout.is_linked if checkout else False,
        "authority": session.config.authority,
        "language": session.config.language,
        "lock": session.location.lock,
    }
    rows = [(key, str(value)) for key, value in facts.items() if value is not None]
    report(
        as_json,
        "where",
        facts,
        piped=rows,
        spoken=[f"{key:<10} {value}" for key, value in rows],
    )
