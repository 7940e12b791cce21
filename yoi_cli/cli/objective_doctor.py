"""`yoi objective doctor`."""

from __future__ import annotations

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.objectives_text import say_objective_findings
from yoi_cli.cli.options import JsonOption
from yoi_cli.doctor.objectives import examine_objectives
from yoi_cli.doctor.rules import ERROR
from yoi_cli.errors import StoreInvalidError


def doctor(ctx: typer.Context, as_json: JsonOption = False) -> int:
    """Find what is wrong with objectives: what cannot be read, is missing or leads nowhere.

    The exit code is 6 where an objective cannot be read.
    """
    session = session_of(ctx)
    found = examine_objectives(session.store, session.objectives)
    say_objective_findings(found, as_json=as_json)
    broken = any(one.severity == ERROR for one in found)
    return StoreInvalidError.exit_code if broken else 0
