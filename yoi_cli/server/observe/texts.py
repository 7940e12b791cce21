"""What several viewers get alike, encoded once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable


class Chunk(NamedTuple):
    """An encoded frame of output: the bytes from `start` to `end`, and nothing where it is
    empty."""

    start: int
    end: int
    text: str


class TextCache:
    """The newest encoded frames, of all workers together, up to `limit` characters.

    It is only there to save work: a frame that is not in it is made from the file again.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._chunks: OrderedDict[Hashable, Chunk] = OrderedDict()
        self._making: dict[Hashable, asyncio.Future[Chunk]] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[Chunk]]) -> Chunk:
        """The chunk of `key`; whoever asks while it is made waits for the same. Raises what
        `make` raises."""
        found = self._chunks.get(key)
        if found is not None:
            return found
        making = self._making.get(key)
        if making is None:
            making = asyncio.ensure_future(self._make(key, make))
            self._making[key] = making
        # A viewer that goes away while it waits takes nothing from the others.
        return await asyncio.shield(making)

    async def _make(self, key: Hashable, make: Callable[[], Awaitable[Chunk]]) -> Chunk:
        try:
            made = await make()
        finally:
            del self._making[key]
        self._chunks[key] = made
        self._size += len(made.text)
        while self._size > self._limit:
            _, oldest = self._chunks.popitem(last=False)
            self._size -= len(oldest.text)
        return made
