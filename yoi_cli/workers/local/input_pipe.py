"""Whether a worker's input is there to be written to."""

from __future__ import annotations

import os
import stat

from yoi_cli.workers.local.shim import files

CLOSE_INPUT = "close-input"


def accepts_input(folder: int) -> bool:
    """Whether the worker whose folder is open may be given input: its pipe is there, and nobody
    closed it for good."""
    try:
        if not stat.S_ISFIFO(os.lstat(files.STDIN, dir_fd=folder).st_mode):
            return False
        with files.closing(files.open_folder(files.COMMANDS, folder)) as commands:
            return not any(name.endswith(f".{CLOSE_INPUT}") for name in os.listdir(commands))
    except OSError:
        return False
