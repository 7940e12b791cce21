"""Showing a long text as git does: in the person's pager, on a terminal only."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from yoi_cli.cli.text.console import is_dumb, is_terminal, size, write_stdout

if TYPE_CHECKING:
    from collections.abc import Callable

#: As git sets them where they are not: a short text is not paged, and colours are shown.
_DEFAULTS = {"LESS": "FRX", "LV": "-c"}


_configured: list[Callable[[], str]] = []


def page_by(configured: Callable[[], str] | None) -> None:
    """Let long texts be shown in the pager that `configured` names, None for in none."""
    _configured[:] = [] if configured is None else [configured]


def write_long(text: str) -> None:
    """Print `text`, which is fit for a terminal, as git prints a log: paged where it is longer than
    the terminal, and never in a pipe."""
    is_long = is_terminal(sys.stdout) and text.count("\n") >= size(sys.stdout)[1]
    if is_long and _configured:
        show_paged(text, _configured[0])
    else:
        write_stdout(text)


def show_paged(text: str, configured: Callable[[], str]) -> None:
    """Print `text`, which is fit for a terminal, through GIT_PAGER or what git has `configured`.

    Without a pager (`cat`, nothing, a terminal that cannot) it is printed as it is.
    """
    pager = os.environ.get("GIT_PAGER")
    if pager is None:
        pager = configured()
    if pager.strip() in ("", "cat") or is_dumb():
        write_stdout(text)
        return
    import subprocess

    command = ["sh", "-c", pager]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, env={**_DEFAULTS, **os.environ})
    try:
        process.communicate(text.encode("utf-8", "backslashreplace"))
    except KeyboardInterrupt:
        process.wait()
