"""What a process writes, read up to a deadline."""

from __future__ import annotations

import os
import select
import time

_PART = 1 << 18


class Incoming:
    """The bytes of `descriptor`. Raises `TimeoutError` where the deadline `until` (on the clock
    that only goes forward) is over before there is enough."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._bytes = bytearray()
        self._poller = select.poll()
        self._poller.register(descriptor, select.POLLIN)
        self.until: float | None = None

    def line(self, longest: int) -> bytes:
        """The next line, without its end; what there is where none comes."""
        while (at := self._bytes.find(b"\n")) < 0 and len(self._bytes) < longest:
            if not self._more():
                at = len(self._bytes)
                break
        return self._take(at if at >= 0 else longest, then=1)

    def read(self, size: int) -> bytes:
        """So many bytes, or those that are left."""
        while len(self._bytes) < size and self._more():
            continue
        return self._take(size)

    def _more(self) -> bool:
        left = None if self.until is None else max(0.0, self.until - time.monotonic())
        if not self._poller.poll(None if left is None else left * 1000):
            raise TimeoutError
        part = os.read(self._descriptor, _PART)
        self._bytes += part
        return bool(part)

    def _take(self, size: int, then: int = 0) -> bytes:
        taken = bytes(self._bytes[:size])
        del self._bytes[: size + then]
        return taken
