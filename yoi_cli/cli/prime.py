"""`yoi prime`."""

from __future__ import annotations

import typer

from yoi_cli.api.prime import Primer
from yoi_cli.api.prime import prime as collect
from yoi_cli.api.prime_facts import branch_here, find_session
from yoi_cli.cli.context import start_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.prime_text import say_prime
from yoi_cli.cli.routing.options import routing_context
from yoi_cli.cli.text.report import warn
from yoi_cli.errors import YoiError
from yoi_cli.workspace.session import Start


def prime(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Tell a coding agent how to work with the tickets here, and what stands now.

    For a hook at the beginning of a session: it says nothing outside of a workspace, and what
    goes wrong is one line on standard error. It exits with 0 either way.
    """
    primer = None
    try:
        primer = _primer(start_of(ctx))
    except YoiError as error:
        warn([f"yoi prime says nothing: {error.message} [{error.code}]"])
    except OSError as error:
        warn([f"yoi prime says nothing: {error}"])
    say_prime(primer, as_json=as_json)


def _primer(start: Start) -> Primer | None:
    session = find_session(start)
    if session is None:
        return None
    told = start.environment.get("YOI_TICKET", "")
    return collect(
        session.store,
        routing_context(session),
        places=(session.workspace, session.location.path),
        told=told,
        branch="" if told else branch_here(start),
    )
