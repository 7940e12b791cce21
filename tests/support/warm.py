"""Commands of `yoi` by a server that forks them: each has a process, but no new interpreter.

To start Python and load the modules is most of what a command costs, and so of what the tests
cost. `YOI_TEST_COLD=1` starts every command as a new program (CONTRIBUTING.md says when).
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from subprocess import PIPE, CompletedProcess

#: `yoi` of the tree under test; `-P`, as the installed script has no cwd on its path. A script of
#: the tests that runs `yoi` in a way of its own is called as `python -P PATH.py`.
YOI = (sys.executable, "-P", "-m", "yoi_cli")
#: What an interpreter, or a module while it loads, reads of its environment: where these are not
#: as the server had them, a command is started as a new program.
_READ_AT_START = (
    *("PYTHON", "LC_", "LANG", "TZ", "LD_", "COVERAGE_"),
    *("FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS", "TERMINAL_WIDTH", "TYPER_", "_TYPER_"),
)
#: Longer arguments a system may refuse to a new program, and a longer input may fill its pipe.
_LONG = 50_000
_CHUNK = 1 << 16
#: Read before the tests get an environment of their own.
IS_COLD = bool(os.environ.get("YOI_TEST_COLD"))
_PROGRAM = Path(__file__).with_name("warm_server.py")


def run_warm(
    command: Sequence[str], cwd: Path, env: Mapping[str, str], stdin: bytes, timeout: float
) -> CompletedProcess[bytes] | None:
    """Run a command to its end, if it is `yoi` or a script that runs it; None where it must be
    started as a new program.

    The exit code is negative where a signal ended the command; the output is all that came until
    nobody had stdout and stderr open any more. Raises subprocess.TimeoutExpired as
    `subprocess.run` does.
    """
    script, begin = "", len(YOI)
    if tuple(command[:2]) == YOI[:2] and command[2].endswith(".py"):
        script, begin = command[2], 3
    elif tuple(command[:begin]) != YOI:
        return None
    words = [*command, *env.values()]
    is_long = max(sum(map(len, words)), len(stdin)) > _LONG
    is_odd = not cwd.is_dir() or any("\0" in word for word in words)
    if IS_COLD or is_long or is_odd or not hasattr(socket, "send_fds"):
        return None
    server = _server_for(env)
    if server.read_at_start != _read_at_start(env):
        return None
    asked = {
        "script": script,
        "arguments": [*command[begin:]],
        "cwd": str(cwd.absolute()),
        "env": {**env},
    }
    return server.run(asked, stdin, timeout)


class _Server:
    """`warm_server.py`, started with the environment `env`; it ends when this process does."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.owner = os.getpid()
        self.read_at_start = _read_at_start(env)
        self._socket, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-P", str(_PROGRAM), str(theirs.fileno())]
            # Pipes, as a command has them: the interpreter makes its streams by what they are.
            self._process = subprocess.Popen(
                command, env=env, stdin=PIPE, stdout=PIPE, stderr=PIPE, pass_fds=[theirs.fileno()]
            )

    def run(
        self, asked: Mapping[str, object], stdin: bytes, timeout: float
    ) -> CompletedProcess[bytes]:
        """Run what is `asked`, in the form that the server wants."""
        with ExitStack() as kept:
            ours, theirs = socket.socketpair()
            answer = kept.enter_context(ours)
            stdin_read, stdin_write = os.pipe()
            out_read, out_write = os.pipe()
            err_read, err_write = os.pipe()
            for descriptor in (out_read, err_read):
                kept.callback(os.close, descriptor)
            handed_over = [stdin_read, out_write, err_write, theirs.detach()]
            socket.send_fds(self._socket, [b"."], handed_over)
            for descriptor in handed_over:
                os.close(descriptor)
            answer.sendall(json.dumps(asked).encode() + b"\n")
            with open(stdin_write, "wb", buffering=0) as pipe, suppress(BrokenPipeError):
                pipe.write(stdin)
            told, out, err = _read_to_end([answer.fileno(), out_read, err_read], timeout)
        if told.count(b"\n") != 2:
            raise RuntimeError(f"the server of warm commands is gone: {self._process.poll()}")
        code = os.waitstatus_to_exitcode(int(told.split()[1]))
        return CompletedProcess(["yoi"], code, out, err)

    def end(self) -> None:
        self._socket.close()
        self._process.communicate()


def _read_to_end(descriptors: Sequence[int], timeout: float) -> list[bytes]:
    """What comes from each until all are closed. The first tells a process to kill in the end."""
    read = dict.fromkeys(descriptors, b"")
    end = time.monotonic() + timeout
    with selectors.DefaultSelector() as selector:
        for descriptor in descriptors:
            selector.register(descriptor, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select(max(0.0, end - time.monotonic())):
                chunk = os.read(key.fd, _CHUNK)
                read[key.fd] += chunk
                if not chunk:
                    selector.unregister(key.fd)
            if time.monotonic() > end:
                os.kill(int(read[descriptors[0]].split()[0]), signal.SIGKILL)
                raise subprocess.TimeoutExpired("yoi", timeout)
    return [read[descriptor] for descriptor in descriptors]


def _read_at_start(env: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in env.items() if name.startswith(_READ_AT_START)}


_servers: list[_Server] = []


def _server_for(env: Mapping[str, str]) -> _Server:
    """The server of this process, started when it is first asked for."""
    if not _servers or _servers[-1].owner != os.getpid():
        _servers.append(_Server(env))
    return _servers[-1]


def end_servers() -> None:
    """End what was started here, and wait for it."""
    while _servers:
        server = _servers.pop()
        if server.owner == os.getpid():
            server.end()
