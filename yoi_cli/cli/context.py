"""What a command knows of the invocation it is part of."""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

import typer

from yoi_cli.api.session import Session, Start, open_session
from yoi_cli.errors import UsageError


class Invocation(NamedTuple):
    """The options that stand before the command."""

    folder: str | None = None
    here: bool = False


def start_of(ctx: typer.Context) -> Start:
    """Where this invocation starts from, and what it is called."""
    given = ctx.obj if isinstance(ctx.obj, Invocation) else Invocation()
    return Start(given.folder, given.here, ctx.command_path, os.environ)


def session_of(ctx: typer.Context) -> Session:
    """The workspace that this invocation works on. Raises what `open_session` raises."""
    return open_session(start_of(ctx))


def stdin_text() -> str:
    """Everything on standard input. Raises `UsageError` where it is not UTF-8."""
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise UsageError(
            "input_not_utf8",
            "Standard input is not UTF-8 text.",
            hint="Convert it first; nothing was written.",
        ) from error
