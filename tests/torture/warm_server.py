"""A `yoi` for git to start thousands of times: a shell script that asks a process which has
the program's modules already, and forks.

As with `warm_yoi`, what the command does is the program's own; only loading Python is spared.
"""

from __future__ import annotations

import os
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from torture.warm import preload, warm_yoi

_SCRIPT = """\
#!/usr/bin/env bash
exec 3<>/dev/tcp/127.0.0.1/{port} || exit 70
{{ printf '%s\\0' "$PWD" "$#" "$@"; env -0; printf '\\0'; }} >&3
IFS= read -r code <&3
cat <&3 >&2
exit "$code"
"""


@contextmanager
def warm_program(folder: Path) -> Iterator[Path]:
    """A folder for PATH, with the script, while the server behind it runs."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    script = folder / "yoi"
    folder.mkdir(parents=True, exist_ok=True)
    script.write_text(_SCRIPT.format(port=listener.getsockname()[1]), encoding="ascii")
    script.chmod(0o755)
    server = os.fork()
    if server == 0:
        try:
            _serve(listener)
        finally:
            os._exit(1)
    try:
        yield folder
    finally:
        os.kill(server, signal.SIGKILL)
        os.waitpid(server, 0)
        listener.close()


def _serve(listener: socket.socket) -> None:
    preload()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                _answer(connection)
            finally:
                os._exit(0)
        connection.close()


def _answer(connection: socket.socket) -> None:
    """Run one command: its folder, how many arguments, these, then the environment."""
    data = b""
    while not data.endswith(b"\0\0"):
        more = connection.recv(1 << 16)
        if not more:
            return
        data += more
    fields = data.removesuffix(b"\0\0").split(b"\0")
    cwd, count = os.fsdecode(fields[0]), int(fields[1])
    arguments = [os.fsdecode(field) for field in fields[2 : 2 + count]]
    pairs = (os.fsdecode(field).partition("=") for field in fields[2 + count :])
    done = warm_yoi(*arguments, cwd=Path(cwd), env={name: value for name, _, value in pairs})
    with tempfile.TemporaryFile() as said:
        said.write(f"{done.code}\n".encode() + done.err_bytes)
        said.seek(0)
        connection.sendfile(said)
    connection.close()
