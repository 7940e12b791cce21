"""A program on a real terminal, inside tmux."""

from __future__ import annotations

import shlex
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_SECONDS = 90.0


class Terminal:
    """A terminal of a tmux server of its own."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    def tmux(self, *arguments: str) -> str:
        return self._run(*arguments).stdout

    def begin(self, *arguments: str) -> None:
        """Give what begins a session, which a server that is about to end refuses."""
        began = time.monotonic()
        while (done := self._run(*arguments)).returncode:
            assert time.monotonic() - began < _SECONDS, done.stderr
            time.sleep(0.02)

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["tmux", "-f", "/dev/null", "-S", str(self._socket), *arguments],
            capture_output=True,
            text=True,
            check=False,
        )

    def keys(self, *names: str) -> None:
        """Press keys, as tmux calls them."""
        self.tmux("send-keys", "-t", "0", *names)

    def type(self, text: str) -> None:
        self.tmux("send-keys", "-t", "0", "-l", "--", text)

    @property
    def text(self) -> str:
        return self.tmux("capture-pane", "-p", "-t", "0")

    def shows(self, *words: str) -> float:
        """Wait until the terminal shows all of `words`; how many seconds it took."""
        began = time.monotonic()
        while True:
            shown = self.text
            if all(word in shown for word in words):
                return time.monotonic() - began
            assert time.monotonic() - began < _SECONDS, f"never came: {words}\n{shown}"
            time.sleep(0.02)

    @property
    def pid(self) -> int:
        """The process that runs on it."""
        return int(self._socket.with_name("pid").read_text())

    @property
    def exit_code(self) -> str:
        """The exit code of what ran; empty while it runs."""
        path = self._socket.with_name("code")
        return path.read_text().strip() if path.exists() else ""

    def ends(self) -> float:
        """Wait until what runs has ended; how many seconds it took."""
        began = time.monotonic()
        while not self.exit_code:
            assert time.monotonic() - began < _SECONDS, f"it goes on\n{self.text}"
            time.sleep(0.005)
        return time.monotonic() - began


@contextmanager
def terminal(
    command: list[str],
    folder: Path,
    environment: Mapping[str, str],
    socket: Path,
    size: tuple[int, int] = (80, 24),
) -> Iterator[Terminal]:
    """Run a command on a terminal; what is left of it ends with the block."""
    found = Terminal(socket)
    variables = [f"{name}={value}" for name, value in environment.items() if name != "TERM"]
    program = f"exec env -i {shlex.join(variables)} TERM=$TERM {shlex.join(command)}"
    pid, code = (shlex.quote(str(socket.with_name(name))) for name in ("pid", "code"))
    # The shell stays, so that what the program leaves behind on the screen can be read.
    line = f"sh -c {shlex.quote(f'echo $$ > {pid}; {program}')}; echo $? > {code}; exec sleep 600"
    width, height = size
    start = ["new-session", "-d", "-x", str(width), "-y", str(height), "-c", str(folder), line]
    found.begin(*start, ";", "set-option", "-g", "escape-time", "0")
    try:
        yield found
    finally:
        found.tmux("kill-server")
