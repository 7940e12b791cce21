"""Starting a shim, and hearing what became of it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import NamedTuple

from yoi_cli.workers.local.shim.launch import OF_SHIM, Launch, pack

_ENTRY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "shim")
_ANSWER_SECONDS = 30.0


class Answer(NamedTuple):
    """The shim's word: `ready`, `queued`, `failed`, `ended`; empty where it died unheard."""

    word: str
    number: int = 0
    missing: str = ""


def start_shim(launch: Launch) -> Answer:
    """Start a shim that inherits the descriptor `launch.lock`, and wait for its answer.

    No argument and no variable of it tells more than the worker's id.
    """
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", _ENTRY, launch.worker_id],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={OF_SHIM: launch.worker_id},
        cwd="/",
        pass_fds=(launch.lock,),
        start_new_session=True,
    )
    with process:
        try:
            answer, _ = process.communicate(pack(launch), _ANSWER_SECONDS)
        except subprocess.TimeoutExpired:
            return Answer("")
    words = answer.decode(errors="replace").split(None, 2)
    if len(words) == 3:
        return Answer(words[0], int(words[1]), words[2].strip())
    return Answer(words[0] if words else "")
