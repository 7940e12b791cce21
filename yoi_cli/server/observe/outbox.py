"""What goes out on a socket that several subscriptions share: what is short before output."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_Waiting: TypeAlias = "tuple[str, asyncio.Future[None] | None]"


class Outbox:
    """Two lanes. What is short waits for the frame that is being sent and for nothing else; output
    waits for all of that, and each subscription has one frame here at most."""

    def __init__(self, send: Callable[[str], Awaitable[None]]) -> None:
        self._send = send
        self._short: deque[_Waiting] = deque()
        self._output: deque[_Waiting] = deque()
        self._woken = asyncio.Event()

    def tell(self, text: str) -> None:
        """Send an answer, before any output that waits."""
        self._short.append((text, None))
        self._woken.set()

    async def send_short(self, text: str) -> None:
        """The same, and return when it has gone."""
        await self._put(self._short, text)

    async def send_output(self, text: str) -> None:
        """Send output; returns when it has gone."""
        await self._put(self._output, text)

    async def run(self) -> None:
        """Send for as long as the socket lasts."""
        while True:
            self._woken.clear()
            while self._short or self._output:
                text, sent = (self._short or self._output).popleft()
                if sent is not None and sent.cancelled():
                    continue
                await self._send(text)
                if sent is not None and not sent.done():
                    sent.set_result(None)
            await self._woken.wait()

    async def _put(self, lane: deque[_Waiting], text: str) -> None:
        sent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        lane.append((text, sent))
        self._woken.set()
        await sent
