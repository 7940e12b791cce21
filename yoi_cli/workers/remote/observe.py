"""Following a worker of another runtime over its WebSocket, through whatever ends connections
(docs/runtime.md, "Observation").

Every byte comes once: a connection goes on at the cursor of the one before.
"""

from __future__ import annotations

import binascii
import logging
import socket
import time
from base64 import b64decode
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

import msgspec
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI
from websockets.sync.client import connect

from yoi_cli.errors import NotFoundError, OperationError, YoiError
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.remote.backoff import Backoff
from yoi_cli.workers.runtime import Output

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from websockets.sync.client import ClientConnection

_HANDSHAKE_SECONDS = 10.0
#: A server says something every 15 seconds.
_SILENT_SECONDS = 45.0
_LARGEST_FRAME = 1 << 20
_UNIX = "unix:"
_FINAL_STATUS = frozenset({400, 401, 403, 404, 405, 421})


class _Frame(msgspec.Struct):
    """A frame, as far as it is gone by here."""

    kind: str
    start: int | None = None
    cursor: str = ""
    data: str = ""
    to: int | None = None
    code: str = ""


#: websockets logs a connection that was cut as an error of its own.
_SILENT = logging.getLogger("yoi.observe")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False
_DECODER = msgspec.json.Decoder(_Frame)


class Observed(NamedTuple):
    """The worker `worker_id` of the runtime at `address`, whose token is sent to it alone.

    `patience` is for how many seconds a runtime that cannot be reached is tried.
    """

    address: str
    token: str
    worker_id: str
    patience: float = 600.0

    def __repr__(self) -> str:
        return f"Observed(worker_id={self.worker_id!r})"


def follow(observed: Observed, start: int, *, follow: bool = True) -> Iterator[Output]:
    """What the worker wrote from the byte `start` on, a negative one counting from the end; to
    `follow` is to go on until it ends.

    Connections that end are made anew. Raises `NotFoundError` (`worker_not_found`), and
    `OperationError` where coming again is of no use (`runtime_auth_failed`,
    `observation_refused`), or was of none for long (`runtime_unreachable`).
    """
    return _Following(observed, start, follow).run()


class _Closed(Exception):  # noqa: N818 - it is how every connection ends
    """The connection is over: `is_done` where everything was told, else it may be made again."""

    def __init__(self, *, is_done: bool = False) -> None:
        super().__init__()
        self.is_done = is_done


class _Following:
    def __init__(self, observed: Observed, start: int, follows: bool) -> None:
        self._observed = observed
        self._follows = follows
        self._query = {"from": str(start) if start else "start"}
        self._at: int | None = None
        self._backoff = Backoff()
        self._good_at = time.monotonic()

    def run(self) -> Iterator[Output]:
        while True:
            began = time.monotonic()
            try:
                with self._connected() as connection:
                    yield from self._outputs(connection)
            except _Closed as closed:
                if closed.is_done:
                    return
            now = time.monotonic()
            if now - self._good_at > self._observed.patience:
                raise _unreachable(self._observed)
            time.sleep(self._backoff.pause(now - began))

    @contextmanager
    def _connected(self) -> Iterator[ClientConnection]:
        """A connection; whatever ends it raises `_Closed`."""
        if not self._follows:
            self._query["follow"] = "0"
        try:
            made = _connect(self._observed, self._query)
        except InvalidStatus as error:
            raise _refused(self._observed, error.response.status_code) from None
        except (InvalidURI, ValueError):  # it leads elsewhere, where the token is not for
            raise _useless("redirect") from None
        except (OSError, InvalidHandshake, ConnectionClosed):
            raise _Closed from None
        try:
            with made as connection:
                yield connection
        except ConnectionClosed as closed:
            raise self._ended(closed) from None
        except (OSError, InvalidHandshake):
            raise _Closed from None

    def _outputs(self, connection: ClientConnection) -> Iterator[Output]:
        while True:
            text = connection.recv(_SILENT_SECONDS)
            try:
                frame = _DECODER.decode(text)
                part = self._taken(frame)
            except (msgspec.MsgspecError, binascii.Error, ValueError):
                raise _Closed from None
            self._good_at = time.monotonic()
            if part is not None:
                yield part

    def _taken(self, frame: _Frame) -> Output | None:
        """What a frame tells, and where it leaves off. Raises ValueError where it does not
        follow on what was told before."""
        part = None
        if frame.kind == "resync" and frame.to is not None:
            self._at = frame.to
            part = Output(b"", frame.to, frame.to, resync=True)
        elif frame.kind == "output" and frame.start is not None:
            data = b64decode(frame.data, validate=True)
            if self._at not in (None, frame.start):
                raise ValueError(frame.start)
            self._at = frame.start + len(data)
            part = Output(data, frame.start, self._at)
        if frame.cursor:
            self._query.pop("from", None)
            self._query["cursor"] = frame.cursor
        return part

    def _ended(self, closed: ConnectionClosed) -> Exception:
        code = closed.rcvd.code if closed.rcvd is not None else 0
        word = closed.rcvd.reason if closed.rcvd is not None else ""
        if code == 1000 and word in ("worker_ended", "caught_up"):
            return _Closed(is_done=True)
        if code == 4404 and word == "worker_not_found":
            return _not_found(self._observed)
        if code == 1008 or 4400 <= code < 4500:
            return _useless(word or str(code))
        return _Closed()


def _connect(observed: Observed, query: dict[str, str]) -> ClientConnection:
    return connect(
        observe_uri(observed.address, observed.worker_id, query),
        # On a socket of ours, websockets follows no redirect and goes through no proxy.
        sock=open_socket(observed.address),
        additional_headers={"Authorization": f"Bearer {observed.token}"},
        compression=None,
        max_size=_LARGEST_FRAME,
        open_timeout=_HANDSHAKE_SECONDS,
        close_timeout=1.0,
        logger=_SILENT,
        proxy=None,
    )


def observe_uri(address: str, worker_id: str, query: Mapping[str, str]) -> str:
    """Where a worker of the runtime at `address` is observed."""
    place = urlsplit(address)
    scheme = "wss" if place.scheme == "https" else "ws"
    authority = "localhost" if address.startswith(_UNIX) else place.netloc
    path = f"/v1/workers/{quote(worker_id, safe='')}/observe"
    return f"{scheme}://{authority}{path}?{urlencode(query)}"


def open_socket(address: str) -> socket.socket:
    """A connection to the runtime at `address`, which goes nowhere else. Raises `OSError`."""
    if not address.startswith(_UNIX):
        place = urlsplit(address)
        where = (place.hostname or "", place.port or (443 if place.scheme == "https" else 80))
        return socket.create_connection(where, _HANDSHAKE_SECONDS)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.settimeout(_HANDSHAKE_SECONDS)
    try:
        made.connect(address.removeprefix(_UNIX))
    except OSError:
        made.close()
        raise
    return made


def _refused(observed: Observed, status: int) -> Exception:
    """A handshake that was answered otherwise."""
    if status in (401, 403):
        return OperationError(
            "runtime_auth_failed",
            "The runtime does not take the credential.",
            hint="Name the token that its server has now.",
        )
    if status == 404:
        return _not_found(observed)
    return _useless(str(status)) if status in _FINAL_STATUS or status < 400 else _Closed()


def _not_found(observed: Observed) -> YoiError:
    return NotFoundError(
        "worker_not_found",
        f"The runtime has no worker {observed.worker_id}.",
        details={"worker_id": observed.worker_id},
    )


def _useless(word: str) -> YoiError:
    return OperationError(
        "observation_refused",
        f"The runtime does not show the worker ({word}).",
        hint="Another program, or another version, may listen there.",
        details={"reason": word},
    )


def _unreachable(observed: Observed) -> YoiError:
    return OperationError(
        "runtime_unreachable",
        f"The runtime could not be reached for {observed.patience:g} s.",
        hint="See whether its server runs; what the worker writes is kept.",
    )
