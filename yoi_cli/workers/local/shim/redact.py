"""Taking known secret values out of a stream of bytes, also where chunks cut through them."""

from __future__ import annotations

from yoi_cli.workers.local.shim.light import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MASK = b"[redacted]"


class Redactor:
    """Replaces every one of `values` by a mask. It keeps nothing between calls."""

    def __init__(self, values: Iterable[bytes]) -> None:
        # The longest first: of two values that begin at the same place it is the one meant.
        self._values = sorted({value for value in values if value}, key=len, reverse=True)

    def __bool__(self) -> bool:
        return bool(self._values)

    def redact(self, data: bytes) -> bytes:
        """`data` without the values, nothing coming after it."""
        return self.part(data, at_end=True)[0]

    def part(self, data: bytes, *, at_end: bool) -> tuple[bytes, int]:
        """The safe beginning of `data`, redacted, and how many bytes of `data` that is.

        The rest might be the beginning of a value that goes on: give it again with what
        follows. `at_end` says that nothing does.
        """
        limit = len(data) if at_end else self._first_open(data)
        parts = []
        done = 0
        while (found := self._next(data, done)) is not None and found[0] < limit:
            parts += [data[done : found[0]], MASK]
            done = found[1]
        if done < limit:
            parts.append(data[done:limit])
            done = limit
        return b"".join(parts), done

    def _next(self, data: bytes, start: int) -> tuple[int, int] | None:
        best: tuple[int, int] | None = None
        for value in self._values:
            end = len(data) if best is None else min(len(data), best[0] + len(value) - 1)
            at = data.find(value, start, end)
            if at >= 0 and (best is None or at < best[0]):
                best = (at, at + len(value))
        return best

    def _first_open(self, data: bytes) -> int:
        """The first offset from which on `data` is the beginning of a value, and not all."""
        if not self._values:
            return len(data)
        start = max(0, len(data) - len(self._values[0]) + 1)
        for offset in range(start, len(data)):
            tail = data[offset:]
            if any(len(value) > len(tail) and value.startswith(tail) for value in self._values):
                return offset
        return len(data)
