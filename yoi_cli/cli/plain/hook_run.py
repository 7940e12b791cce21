"""`yoi hook run`, which the installed hooks call."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from yoi_cli.api import hooks
from yoi_cli.api.session import starting_folder
from yoi_cli.cli.context import Context, Invocation, start_of
from yoi_cli.cli.text.console import write_stderr
from yoi_cli.cli.text.report import report_json
from yoi_cli.model.text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.api.hooks import HookOutcome


def run_hook(
    ctx: Context, name: str, arguments: Sequence[str] | None = None, *, as_json: bool = False
) -> int:
    """Run the hook `name` with what git gave it; the exit code."""
    given = ctx.obj if isinstance(ctx.obj, Invocation) else Invocation()
    folder = starting_folder(start_of(ctx)) if given.folder else os.path.realpath(".")
    outcome = hooks.run(
        name,
        tuple(arguments or ()),
        folder=folder,
        environment=os.environ,
        stdin=sys.stdin.buffer.read,
    )
    return print_outcome(outcome, as_json=as_json)


def print_outcome(outcome: HookOutcome, *, as_json: bool) -> int:
    """What came of a hook; its exit code. A person who commits is told of trouble only."""
    gate = outcome.gate
    exit_code = 0 if gate is None else gate.exit_code
    if as_json:
        from yoi_cli.api.documents.hooks import hook_run_document

        report_json("hook_run", hook_run_document(outcome))
        return exit_code
    for sentence in outcome.said:
        write_stderr(f"yoi: {visible(sentence)}\n")
    if gate is not None and exit_code:
        for gated in gate.tickets:
            if not gated.is_ready:
                why = " ".join(reason.text for reason in gated.reasons)
                word = gated.verdict.replace("_", " ")
                write_stderr(f"yoi: {visible(f'{gated.ticket} is {word}: {why}')}\n")
        write_stderr("yoi: Nothing was pushed. `yoi gate` shows the same answer.\n")
    return exit_code
