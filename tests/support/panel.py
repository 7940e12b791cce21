"""The panel without a terminal, driven by keys, and what it shows as text."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from support.api import start_at
from support.process import Program
from support.servers import Backend, serving_workspace
from textual.pilot import Pilot

from yoi_cli.api.served import Place, ServedWorkspace
from yoi_cli.tui.app import PanelApp
from yoi_cli.tui.backend.local import LocalBackend
from yoi_cli.tui.backend.served import ServedBackend

_SECONDS = 60.0


class Panel:
    """A panel that is being driven."""

    def __init__(self, app: PanelApp, pilot: Pilot[str]) -> None:
        self.app, self._pilot = app, pilot

    async def press(self, *keys: str) -> None:
        await self._pilot.press(*keys)

    async def type(self, text: str) -> None:
        named = {" ": "space", "\n": "alt+enter"}
        await self._pilot.press(*(named.get(char, char) for char in text))

    async def click(self, x: int, y: int) -> None:
        await self._pilot.click(offset=(x, y))

    async def until(self, condition: Callable[[], object], what: str = "") -> float:
        """Wait for a condition; how many seconds it took."""
        began = time.monotonic()
        while not condition():
            assert time.monotonic() - began < _SECONDS, f"never came: {what}\n{self.text}"
            await self._pilot.pause(0.01)
        return time.monotonic() - began

    async def shows(self, *words: str) -> float:
        """Wait until the screen shows all of `words`."""
        return await self.until(lambda: all(word in self.text for word in words), str(words))

    async def pause(self) -> None:
        await self._pilot.pause()

    @property
    def lines(self) -> list[str]:
        """What is on the screen."""
        screen = self.app.screen
        width, height = screen.size
        strips = screen._compositor.render_strips()
        return [strip.text.rstrip() for strip in strips[:height]] or [" " * width]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def selected(self) -> str:
        """The key of the row that is selected; empty for none."""
        row = self.app.main.list.selected
        return "" if row is None else row.key

    @property
    def notice(self) -> str:
        return self.app.main.prompt.notice


def drive(
    workspace: Path,
    script: Callable[[Panel], Awaitable[None]],
    *,
    size: tuple[int, int] = (100, 30),
    closed_too: bool = False,
    expect: str = "",
) -> None:
    """Run a script with the panel on a workspace, once all tickets (and `expect`) are shown: on
    its store, or within `served_to_panels` on a server that shows it."""

    async def main(backend: LocalBackend | ServedBackend) -> None:
        app = PanelApp(backend, closed_too=closed_too)
        async with app.run_test(size=size) as pilot:
            panel = Panel(app, pilot)
            await panel.until(lambda: app.main.overview, "the first content")
            if expect:
                await panel.shows(expect)
            await panel.pause()
            await script(panel)
            app.feed.end()

    with _opened(workspace) as backend:
        asyncio.run(main(backend))


_serving: list[Program] = []


@contextmanager
def served_to_panels(yoi: Program) -> Iterator[None]:
    """Panels that are driven meanwhile ask a `yoi serve`."""
    _serving.append(yoi)
    try:
        yield
    finally:
        _serving.pop()


@contextmanager
def _opened(workspace: Path) -> Iterator[LocalBackend | ServedBackend]:
    if not _serving:
        yield LocalBackend(start_at(workspace))
        return
    with serving_workspace(_serving[-1], cwd=workspace) as server:
        backend = served_by(server)
        try:
            yield backend
        finally:
            backend.close()


def served_by(server: Backend) -> ServedBackend:
    """The workspace that a server shows, for a panel."""
    place = Place(server.server.address, server.server.token)
    return ServedBackend(ServedWorkspace(place, {}))
