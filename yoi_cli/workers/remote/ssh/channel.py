"""Asking the program on another machine, through whatever ends connections."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError
from yoi_cli.workers.remote.ssh.errors import ssh_error
from yoi_cli.workers.remote.ssh.program import COMMAND
from yoi_cli.workers.remote.ssh.session import BrokenSessionError, Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.workers.remote.ssh.control import ControlConnection
    from yoi_cli.workers.remote.ssh.frames import Frame

#: What it may take to start the program, and to send it where it is not there yet.
_OPEN_SECONDS = 30.0
_TRIES = 3


class Channel:
    """Asks the program in the clone that `folder` on the other machine lies in.

    Sessions are made when they are needed; several threads may ask at once, and share one.
    `timeout` is how many seconds an answer may take that needs nobody's work.
    """

    def __init__(
        self,
        control: ControlConnection,
        runtime_id: str,
        *,
        folder: str,
        python: str,
        timeout: float,
    ) -> None:
        self.control = control
        self.runtime_id = runtime_id
        self.timeout = timeout
        self._folder = folder
        self._python = python
        self._lock = threading.Lock()
        self._session: Session | None = None

    def ask(
        self,
        name: str,
        said: Mapping[str, object] | None = None,
        *,
        payload: bytes = b"",
        seconds: float = 0.0,
        is_repeatable: bool = True,
    ) -> Frame:
        """The answer to the question `name`, which may take `seconds` longer than others.

        Where the session ends before it is answered it is asked again, unless it is one that may
        be asked once only. Raises what the other side raises, and `OperationError` as
        `ControlConnection.connect`, `runtime_timeout`, and why the program cannot be there.
        """
        for left in reversed(range(_TRIES)):
            session = self._opened()
            until = time.monotonic() + self.timeout + seconds
            try:
                return session.ask({**(said or {}), "ask": name}, payload, until)
            except BrokenSessionError:
                self._drop(session)
                if not is_repeatable:  # nobody knows whether it was done
                    raise ssh_error("runtime_timeout", self.runtime_id) from None
                if not left:
                    break
        raise ssh_error("runtime_unreachable", self.runtime_id)

    def close(self) -> None:
        """Let the session go; the connection stays for others, and for a while."""
        with self._lock:
            session, self._session = self._session, None
        if session is not None:
            session.close()

    def _opened(self) -> Session:
        with self._lock:
            if self._session is None:
                self.control.connect()
                self._session = self._open()
            return self._session

    def _open(self) -> Session:
        session = Session(self.control.session(COMMAND), self.control.environment, self.runtime_id)
        try:
            session.open(self._folder, self._python, time.monotonic() + _OPEN_SECONDS)
        except BaseException as error:
            session.close()
            if isinstance(error, OperationError) and error.code == "runtime_timeout":
                self.control.disconnect()  # it may lead nowhere any more
            raise
        return session

    def _drop(self, session: Session) -> None:
        with self._lock:
            if self._session is session:
                self._session = None
        session.close()
