"""The bound on what a worker writes: how soon to look again, and what to give back."""

from __future__ import annotations

import os

from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.shim.kernel import punch, uptime_ms
from yoi_cli.workers.local.shim.light import TYPE_CHECKING

if TYPE_CHECKING:
    from yoi_cli.workers.local.shim.state import StateWriter

_SOONEST_MS, _LATEST_MS = 2, 250


class OutputBound:
    """Keeps `output.raw` within `limit` bytes: what is older is given back to the disk.

    Offsets stay what they are; `output_start` of the state says from which on bytes are kept.
    """

    def __init__(self, folder: int, limit: int | None, journal: StateWriter) -> None:
        self._limit = limit
        self._journal = journal
        flags = os.O_RDWR | os.O_CREAT
        self._output = files.open_regular(folder, files.OUTPUT, flags)
        self._seen = 0
        self._seen_at = uptime_ms()
        self._size = 0
        self._grew_at = self._seen_at
        self.pause = _LATEST_MS

    def is_exceeded(self, written: int | None) -> bool:
        """Whether more than the limit was written: `written` bytes, by default the file's.

        It also reckons when that might next be so, which `pause` says in milliseconds.
        """
        if self._limit is None:
            return False
        size = os.fstat(self._output).st_size if written is None else written
        now = uptime_ms()
        grown, passed = size - self._seen, max(1, now - self._seen_at)
        self._seen, self._seen_at = size, now
        left = self._limit - size
        if grown > 0:
            self.pause = max(_SOONEST_MS, min(_LATEST_MS, left * passed // (2 * grown)))
        else:
            self.pause = _LATEST_MS
        return left < 0

    def silence(self, written: int | None) -> int:
        """For how many milliseconds nothing was written, as far as this shim has seen."""
        size = os.fstat(self._output).st_size if written is None else written
        if size != self._size:
            self._size, self._grew_at = size, uptime_ms()
        return uptime_ms() - self._grew_at

    def cut(self) -> None:
        """Give back what is older than the newest `limit` bytes.

        First it is written down that those are gone, then they go: who reads, and looks there
        afterwards, never takes a hole for what was written.
        """
        if self._limit is None:
            return
        start = os.fstat(self._output).st_size - self._limit
        state = self._journal.state
        if start <= state.output_start:
            return
        if self._journal.put_if_possible(state._replace(output_start=start)):
            punch(self._output, start)
            self._journal.event("output_cut", start=start)
