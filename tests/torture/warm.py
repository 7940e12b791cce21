"""`yoi` in a process that has its modules already: forked from here, and gone afterwards.

A campaign looks at thousands of states through several commands each. What a command does is
the program's own; only the loading of Python is spared. The command that is killed or fails
is always a new process.
"""

from __future__ import annotations

import gc
import importlib
import os
import pkgutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NoReturn

from support.process import Result

import yoi_cli

_PATIENCE = 60


def warm_yoi(
    *arguments: str, cwd: Path, env: Mapping[str, str] | None = None, stdin: bytes = b""
) -> Result:
    """Run a command in the folder `cwd` to its end. `env` adds variables."""
    preload()
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        given.write(stdin)
        given.seek(0)
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            for stream, descriptor in ((given, 0), (out, 1), (err, 2)):
                os.dup2(stream.fileno(), descriptor)
            _become(arguments, cwd, env or {})
        status = os.waitpid(pid, 0)[1]
        out.seek(0)
        err.seek(0)
        code = os.waitstatus_to_exitcode(status)
        return Result(f"yoi {' '.join(arguments)}", code, out.read(), err.read())


def in_child(work: Callable[[], str]) -> str:
    """What `work` returns, done in a process of its own: nothing it replaces outlives it.

    Raises RuntimeError where the process did not come to an end of its own.
    """
    with tempfile.TemporaryFile() as answer:
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                os.write(answer.fileno(), work().encode())
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        if os.waitpid(pid, 0)[1] != 0:
            raise RuntimeError("the control broke")
        answer.seek(0)
        return answer.read().decode()


@cache
def preload() -> None:
    """Load every module of the program, and what those load at once.

    What is forked afterwards has them; what was forked before loads them each time.
    """
    for module in pkgutil.walk_packages(yoi_cli.__path__, "yoi_cli."):
        if module.name == "yoi_cli.__main__":
            continue
        # One that cannot be loaded is for the command to fail over that needs it.
        with suppress(Exception):
            importlib.import_module(module.name)
    gc.collect()
    gc.freeze()


def _become(arguments: tuple[str, ...], cwd: Path, env: Mapping[str, str]) -> NoReturn:
    code = 70
    try:
        signal.alarm(_PATIENCE)
        os.chdir(cwd)
        os.environ.update(env)
        from yoi_cli.cli.main import run

        code = run(list(arguments))
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)
