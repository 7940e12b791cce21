"""A real sshd on this machine, with keys and settings of its own, and the ssh that reaches it."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:" + os.environ.get("PATH", ""))
SSH = shutil.which("ssh")
PATIENCE = 60.0


class Sshd:
    """An sshd below `folder`, whose path is short, since sockets stand there.

    `environment` has an `ssh` on its PATH that knows it as `far`, with a key that it takes, and
    nothing of this machine's own settings. `variables` are what it sets for who logs in.
    """

    def __init__(
        self, folder: Path, environment: Mapping[str, str], variables: Mapping[str, str]
    ) -> None:
        self.folder = folder
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        for name in ("host", "user"):
            _make_key(folder / name)
        shutil.copy(folder / "user.pub", folder / "authorized")
        self.far_home = folder / "home"
        for made in (self.far_home, folder / "bin", folder / "run"):
            made.mkdir(mode=0o700)
        name = "[user]\nname = Far Away\nemail = far@example.com\n"
        (self.far_home / ".gitconfig").write_text(name)
        self.known = folder / "known"
        self.trust(folder / "host.pub")
        self._write_settings({"HOME": str(self.far_home), **variables})
        self._write_ssh()
        self.environment = {
            **environment,
            "PATH": f"{folder}/bin:{environment['PATH']}",
            "XDG_RUNTIME_DIR": str(folder / "run"),
        }

    def trust(self, key: Path) -> None:
        """Let ssh know the host by the public key in that file."""
        kind, text, *_ = key.read_text().split()
        self.known.write_text(f"[127.0.0.1]:{self.port} {kind} {text}\n")

    def start(self) -> None:
        """Listen. Raises AssertionError where it does not."""
        assert SSHD is not None
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [SSHD, "-D", "-e", "-f", str(self.folder / "sshd_config")],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        end = time.monotonic() + PATIENCE
        while True:
            assert self._process.poll() is None, (self.folder / "log").read_text()
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                assert time.monotonic() < end
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """End it, and every connection that it has, by SIGKILL."""
        for pid in self.connections():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def connections(self) -> list[int]:
        """The processes that serve its connections."""
        if self._process is None:
            return []
        named = {pid for pid, words in _commands() if words[0].startswith(b"sshd")}
        return [pid for pid in _below(self._process.pid) if pid in named]

    def programs(self) -> list[int]:
        """The programs of ours that run for who logged in."""
        if self._process is None:
            return []
        here = {pid: words for pid, words in _commands() if b"-I" in words and b"-X" in words}
        return [pid for pid in _below(self._process.pid) if pid in here]

    def masters(self) -> list[int]:
        """The processes of ssh that hold connections to it."""
        config = str(self.folder / "ssh_config").encode()
        return [pid for pid, words in _commands() if config in words and b"-M" in words]

    def kill_masters(self) -> None:
        """End every connection that is kept to it, by SIGKILL."""
        for pid in self.masters():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _write_settings(self, variables: Mapping[str, str]) -> None:
        lines = [
            f"Port {self.port}",
            "ListenAddress 127.0.0.1",
            f"HostKey {self.folder}/host",
            f"AuthorizedKeysFile {self.folder}/authorized",
            "PidFile none",
            "StrictModes no",
            "UsePAM no",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "PermitRootLogin yes",
            "SetEnv " + " ".join(f'"{name}={value}"' for name, value in variables.items()),
        ]
        (self.folder / "sshd_config").write_text("\n".join(lines) + "\n")

    def _write_ssh(self) -> None:
        config = self.folder / "ssh_config"
        lines = [
            "Host far",
            "HostName 127.0.0.1",
            f"Port {self.port}",
            f"User {pwd.getpwuid(os.geteuid()).pw_name}",
            f"IdentityFile {self.folder}/user",
            "IdentitiesOnly yes",
            f"UserKnownHostsFile {self.known}",
            "GlobalKnownHostsFile none",
        ]
        config.write_text("\n".join(lines) + "\n")
        program = self.folder / "bin/ssh"
        program.write_text(f'#!/bin/sh\nexec {SSH} -F {config} "$@"\n')
        program.chmod(0o755)


@contextlib.contextmanager
def running_sshd(environment: Mapping[str, str], **variables: str) -> Iterator[Sshd]:
    """An sshd that listens, and that is ended with all that was reached by it."""
    if SSHD is None or SSH is None:
        pytest.skip("openssh-server and openssh-client are not installed")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="y", dir="/tmp"))
    made = Sshd(folder, environment, variables)
    try:
        made.start()
        yield made
    finally:
        made.kill_masters()
        made.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as unused:
        port: int = unused.getsockname()[1]
        return port


def _make_key(path: Path) -> None:
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)],
        check=True,
        capture_output=True,
    )


def _commands() -> Iterator[tuple[int, list[bytes]]]:
    """Every process, with its command line."""
    for name in os.listdir("/proc"):
        if name.isdecimal():
            try:
                words = Path(f"/proc/{name}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")
            except OSError:
                continue
            yield int(name), words


def _below(root: int) -> list[int]:
    """Every process that descends from `root`."""
    parents: dict[int, int] = {}
    for pid, _ in _commands():
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
            parents[pid] = int(fields[1])
    found = []
    for pid in list(parents):
        above = pid
        while above not in (0, root):
            above = parents.get(above, 0)
        if above == root and pid != root:
            found.append(pid)
    return found
