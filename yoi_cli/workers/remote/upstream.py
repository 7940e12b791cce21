"""A runtime whose workers are shown by a backend: where they are observed, and read by offset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.workers.observation import Stretch
from yoi_cli.workers.remote.observe import observe_uri, open_socket

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping

    from yoi_cli.workers.runtime import Output

    #: Reads so many bytes of a worker's output, from a byte on or back from the end.
    ReadOutput = Callable[[str, int, int], Output]


class Upstream:
    """The runtime at `address`, whose `token` goes to it alone. Its `repr` has neither."""

    def __init__(self, runtime_id: str, address: str, token: str, read: ReadOutput) -> None:
        self.runtime_id = runtime_id
        self._address = address
        self._token = token
        self._read = read

    def __repr__(self) -> str:
        return f"Upstream(runtime_id={self.runtime_id!r})"

    def uri(self, worker_id: str, query: Mapping[str, str]) -> str:
        return observe_uri(self._address, worker_id, query)

    def headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._token}"}

    def open_socket(self) -> socket.socket:
        """A connection to it, and to nowhere else. Raises `OSError`."""
        return open_socket(self._address)

    def stretch(self, worker_id: str, start: int, limit: int) -> Stretch:
        """At most `limit` bytes from `start` on, or from the oldest that is kept."""
        part = self._read(worker_id, start, limit)
        return Stretch(part.start, part.data)

    def size(self, worker_id: str) -> int:
        """How many bytes the worker wrote."""
        return self._read(worker_id, -1, 1).cursor
