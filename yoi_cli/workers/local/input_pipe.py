"""Whether a worker's input is there to be written to."""

from __future__ import annotations

import os
import stat

from yoi_cli.workers.local.shim import files

CLOSE_INPUT = "close-input"


def has_pipe(folder: int) -> bool:
    """Whether the worker whose folder is open has a pipe by which input comes to it."""
    try:
        return stat.S_ISFIFO(os.lstat(files.STDIN, dir_fd=folder).st_mode)
    except OSError:
        return False


def is_closed(folder: int) -> bool:
    """Whether somebody closed its input for good."""
    try:
        with files.closing(files.open_folder(files.COMMANDS, folder)) as commands:
            return any(name.endswith(f".{CLOSE_INPUT}") for name in os.listdir(commands))
    except OSError:
        return True
