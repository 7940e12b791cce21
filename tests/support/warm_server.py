"""A process that has `yoi`'s modules already and forks one child for every command.

    python -P warm_server.py SOCKET

SOCKET is the descriptor of a socket. Every byte that comes on it carries four descriptors: stdin,
stdout and stderr of a command, and a socket on which a line of JSON says the rest (`script`, the
path of a program that is not `yoi` itself or "", `arguments`, `cwd`, `env`). There the server
answers with a line for the child's pid, and one for its status, as `os.wait` has it, when it has
ended. The server ends when the other side of SOCKET is closed.

Each child is as a new interpreter: no command has run in it, and it has the environment, folder,
descriptors, arguments and signal handlers that a new process would get. Only the modules of
`yoi_cli`, and what those load at once, are there before it asks for them.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import runpy
import selectors
import signal
import socket
import sys
from contextlib import suppress

import yoi_cli
from yoi_cli import __main__ as program

_DESCRIPTORS = 4
#: What is large and few commands load: a fork copies the page tables of all that is there.
_LEFT_OUT = tuple(f"yoi_cli.{name}" for name in ("mcp", "server", "tui", "web"))


class _NotYet:
    """Keeps GitPython from loading, which asks for git by the PATH that it finds then."""

    def find_spec(self, name: str, *_: object) -> None:
        if name == "git":
            raise ImportError(name)


def main() -> None:
    """Serve until nobody is left who could ask. In each child, run what was asked for."""
    _preload()
    asked = _serve(socket.socket(fileno=int(sys.argv[1])))
    if asked is not None:
        _run(*asked)


def _preload() -> None:
    not_yet = _NotYet()
    sys.meta_path.insert(0, not_yet)
    for module in pkgutil.walk_packages(yoi_cli.__path__, "yoi_cli."):
        # One that cannot be loaded here is loaded by the command that needs it, or fails there.
        with suppress(Exception):
            if not module.name.endswith(".__main__") and not module.name.startswith(_LEFT_OUT):
                importlib.import_module(module.name)
    sys.meta_path.remove(not_yet)
    gc.collect()
    gc.freeze()


def _serve(asking: socket.socket) -> list[int] | None:
    """Fork for everybody who asks; None at the end, in a child the descriptors it was given."""
    # A Ctrl-C at the terminal is for the test runner.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    woken, waking = os.pipe()
    os.set_blocking(waking, False)
    signal.set_wakeup_fd(waking)
    children: dict[int, socket.socket] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(asking, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in selector.select()}
            if woken in ready:
                os.read(woken, 4096)
                _answer_for_ended(children)
            if asking in ready:
                message, descriptors, _, _ = socket.recv_fds(asking, 1, _DESCRIPTORS)
                if not message:
                    return None
                pid = os.fork()
                if pid == 0:
                    return descriptors
                for descriptor in descriptors[:3]:
                    os.close(descriptor)
                children[pid] = socket.socket(fileno=descriptors[3])
                with suppress(OSError):
                    children[pid].sendall(b"%d\n" % pid)


def _answer_for_ended(children: dict[int, socket.socket]) -> None:
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            with children.pop(pid) as answer, suppress(OSError):
                answer.sendall(b"%d\n" % status)


def _run(*descriptors: int) -> None:
    """Become the process that was asked for, and run its program."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with open(descriptors[3], "rb", closefd=False) as stream:
        asked = json.loads(stream.readline())
    for number, descriptor in enumerate(descriptors[:3]):
        os.dup2(descriptor, number)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.environ.clear()
    os.environ.update(asked["env"])
    os.chdir(asked["cwd"])
    script, arguments = asked["script"], asked["arguments"]
    sys.argv = [script or str(program.__file__), *arguments]
    sys.orig_argv = [sys.executable, "-P", *([script] if script else ["-m", "yoi_cli"]), *arguments]
    if script:
        runpy.run_path(script, run_name="__main__")
    else:
        program.main()


if __name__ == "__main__":
    main()
