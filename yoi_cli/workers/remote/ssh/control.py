"""One connection a host, which all commands share: the system's ssh, with its user's own
configuration (docs/machines.md).

It is held by a process of ssh's that outlives the command which needed it first, for as long as
somebody uses it and a while longer. Nobody is ever asked anything.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shlex
import shutil
import stat
import subprocess
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from yoi_cli.workers.remote.ssh.errors import error_of_ssh, ssh_error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: Nothing is asked, keys have to be known, a silent host is given up; and nothing of the user's
#: own configuration that is about sessions of theirs.
_OPTIONS = (
    "BatchMode=yes",
    "StrictHostKeyChecking=yes",
    "ConnectTimeout=10",
    "ServerAliveInterval=15",
    "ServerAliveCountMax=3",
    "ClearAllForwardings=yes",
    "ForwardX11=no",
    "RemoteCommand=none",
    "RequestTTY=no",
    "LogLevel=ERROR",
)
#: So long a connection stays that nobody uses.
_PERSIST_SECONDS = 300
#: What ssh may take to connect and to log in, through whatever hosts lie between.
_CONNECT_SECONDS = 45.0
_QUICK_SECONDS = 10.0
_MOST_SAID = 1 << 16
#: A socket's name has 104 bytes at least; ssh adds its own to the folder's, while it makes it.
_LONGEST_FOLDER = 45
_PLAIN = re.compile(r"/[A-Za-z0-9_./-]*")


class ControlConnection:
    """The connection to `host`, as `environment` finds ssh. `runtime_id` is whose it is, in
    errors."""

    def __init__(self, host: str, environment: Mapping[str, str], runtime_id: str) -> None:
        self.host = host
        self._environment = environment
        self._runtime_id = runtime_id

    def connect(self) -> None:
        """Have the connection, made now or by somebody before. Raises `OperationError`
        (`runtime_unreachable`, `runtime_auth_failed`, `runtime_host_key_refused`,
        `runtime_ssh_missing`, `runtime_control_unsafe`)."""
        with self._locked():
            if self._run(["-O", "check"], _QUICK_SECONDS)[0] == 0:
                return
            persist = f"ControlPersist={_PERSIST_SECONDS}"
            code, said = self._run(["-M", "-N", "-f", "-o", persist], _CONNECT_SECONDS)
        if code != 0:
            raise error_of_ssh(self._runtime_id, said)

    def disconnect(self) -> None:
        """Let the connection go, with all that goes through it."""
        self._run(["-O", "exit"], _QUICK_SECONDS)

    def session(self, command: str) -> Sequence[str]:
        """The command line that runs `command` there, through the connection."""
        return [*self._ssh(), "-T", "-o", "ControlMaster=no", "--", self.host, command]

    def git_command(self) -> str:
        """The same for git, as its GIT_SSH_COMMAND."""
        return shlex.join([*self._ssh(), "-o", "ControlMaster=no"])

    @property
    def environment(self) -> dict[str, str]:
        """What ssh is started with: its agent is found by it, and nobody is asked by it."""
        kept = {**self._environment}
        for name in ("SSH_ASKPASS", "DISPLAY", "WAYLAND_DISPLAY"):
            kept.pop(name, None)
        return kept

    def _ssh(self) -> list[str]:
        program = shutil.which("ssh", path=self._environment.get("PATH", os.defpath))
        if program is None:
            raise ssh_error("runtime_ssh_missing", self._runtime_id)
        control = f"ControlPath={self._folder()}/%C"
        options = [word for one in (*_OPTIONS, control) for word in ("-o", one)]
        return [program, *options]

    def _run(self, words: Sequence[str], seconds: float) -> tuple[int, str]:
        """The exit code of a command of ssh's own, and what it said. Its connection goes on in
        the background and keeps what it was started with open: so that is a file, of which nobody
        waits for the end."""
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(
                [*self._ssh(), *words, "--", self.host],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                env=self.environment,
                start_new_session=True,
            )
            try:
                code = process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                return 255, "Connection timed out"
            said.seek(0)
            return code, said.read(_MOST_SAID).decode("utf-8", "replace")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Nobody else makes the connection to this host meanwhile."""
        name = hashlib.sha256(self.host.encode()).hexdigest()[:16]
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(os.path.join(self._folder(), f"{name}.lock"), flags, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _folder(self) -> str:
        """The folder of the sockets, which is nobody else's. Whoever could write there could
        speak through the connection."""
        own = self._environment.get("XDG_RUNTIME_DIR", "")
        path = os.path.join(own, "yoi-ssh")
        if not _PLAIN.fullmatch(path) or len(path) > _LONGEST_FOLDER or not os.path.isdir(own):
            path = f"/tmp/yoi-ssh-{os.geteuid()}"  # noqa: S108 - looked at before it is used
        try:
            os.mkdir(path, 0o700)
        except FileExistsError:
            pass
        except OSError as error:
            raise ssh_error("runtime_control_unsafe", self._runtime_id) from error
        found = os.lstat(path)
        is_own = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
        if not is_own or found.st_mode & 0o077:
            raise ssh_error("runtime_control_unsafe", self._runtime_id)
        return path
