"""Hearing over a WebSocket that a served workspace changed (docs/panel.md)."""

from __future__ import annotations

import json
import logging
import socket
import threading
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.sync.client import connect

from yoi_cli.errors import OperationError
from yoi_cli.workers.remote.observe import open_socket

if TYPE_CHECKING:
    from collections.abc import Iterable

    from websockets.sync.client import ClientConnection

_SECONDS = 10.0
_LARGEST_FRAME = 1 << 24
_CAUSES = {
    "timeout": ("server_silent", "The server did not answer in time."),
    "malformed": ("server_silent", "What listens there does not answer as yoi does."),
    "unreachable": ("server_unreachable", "The server cannot be reached."),
}
#: websockets logs a connection that was cut as an error of its own.
_SILENT = logging.getLogger("yoi.served")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


def server_error(cause: str) -> OperationError:
    """The error for no answer, or for none that is one: `timeout`, `malformed`, `unreachable`."""
    code, message = _CAUSES[cause]
    return OperationError(
        code,
        message,
        hint="See whether it runs, and whether that is its address: `yoi serve` prints it.",
    )


class ServedChanges:
    """Hears what changed of `topics`, from the server at `address`. Raises `OperationError`
    (`server_unreachable`) where it cannot be heard, or not any more."""

    def __init__(self, address: str, token: str, path: str, topics: Iterable[str]) -> None:
        self._heard = threading.Event()
        self._is_over = False
        self._open = ExitStack()
        try:
            self._connection = self._open.enter_context(_connect(address, token, path))
            for topic in topics:
                said = {"v": 1, "id": topic, "subscribe": {"topic": topic}}
                self._connection.send(json.dumps(said))
        except (OSError, InvalidHandshake, InvalidURI, ConnectionClosed):
            self._open.close()
            raise server_error("unreachable") from None
        threading.Thread(target=self._listen, name="served-changes", daemon=True).start()

    def poll(self) -> bool:
        """Whether something changed since it was asked before."""
        if self._is_over:
            raise server_error("unreachable")
        if not self._heard.is_set():
            return False
        self._heard.clear()  # only what was seen is taken back: more may be heard meanwhile
        return True

    def close(self) -> None:
        """Hear no more; nobody is waited for."""
        self._is_over = True
        with suppress(OSError):
            self._connection.socket.shutdown(socket.SHUT_RDWR)

    def _listen(self) -> None:
        try:
            with suppress(ConnectionClosed, OSError, ValueError), self._open:
                for text in self._connection:
                    said = json.loads(text)
                    kind = said.get("kind") if isinstance(said, dict) else None
                    # Whatever changed until it was subscribed is in no event.
                    if kind in ("event", "subscribed"):
                        self._heard.set()
                    elif kind in ("closed", "rejected"):
                        break
        finally:
            self._is_over = True


def _connect(address: str, token: str, path: str) -> ClientConnection:
    place = urlsplit(address)
    scheme = "wss" if place.scheme == "https" else "ws"
    authority = "localhost" if address.startswith("unix:") else place.netloc
    return connect(
        f"{scheme}://{authority}{path}",
        # On a socket of ours, websockets follows no redirect and goes through no proxy.
        sock=open_socket(address),
        additional_headers={"Authorization": f"Bearer {token}"},
        compression=None,
        max_size=_LARGEST_FRAME,
        open_timeout=_SECONDS,
        close_timeout=0.2,
        logger=_SILENT,
        proxy=None,
    )
