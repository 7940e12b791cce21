"""Showing a long text as git does: in the person's pager, on a terminal only."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from yoi_cli.cli.text.console import is_dumb, write_stdout

if TYPE_CHECKING:
    from collections.abc import Callable

#: As git sets them where they are not: a short text is not paged, and colours are shown.
_DEFAULTS = {"LESS": "FRX", "LV": "-c"}


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
    command = ["sh", "-c", pager]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, env={**_DEFAULTS, **os.environ})
    try:
        process.communicate(text.encode("utf-8", "backslashreplace"))
    except KeyboardInterrupt:
        process.wait()
