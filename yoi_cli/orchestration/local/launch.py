"""Starting `yoi orchestrate` so that it outlives whoever asked for it (docs/orchestrate.md)."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class StartedRun(NamedTuple):
    """A run that was started: its process, and the file that it tells its steps to."""

    pid: int
    output: str


def start_run(
    workspace: str, folder: str, arguments: Sequence[str], environment: Mapping[str, str]
) -> StartedRun:
    """Start `yoi orchestrate ARGUMENTS` on a workspace, in a session of its own.

    What it tells is added to a file in `folder`.
    """
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "run.log")
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
    output = os.open(path, flags, 0o600)
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "yoi_cli", "-C", workspace, "orchestrate", *arguments],
            cwd=workspace,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    finally:
        os.close(output)
    # Whoever looks on for long leaves no zombie behind.
    threading.Thread(target=process.wait, name="run", daemon=True).start()
    return StartedRun(process.pid, path)
