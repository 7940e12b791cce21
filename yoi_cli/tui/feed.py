"""Keeping the panel true: a thread that sees changes, reads what changed, and tells."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from textual.message import Message

from yoi_cli.tui.background import failure_of, sentence_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.message_pump import MessagePump

    from yoi_cli.api.overview import Overview
    from yoi_cli.tui.backend.port import Backend, Changes

#: How often it is looked whether something changed.
_SECONDS = 0.2


class Loaded(Message):
    """The workspace as it is now was read."""

    def __init__(self, overview: Overview) -> None:
        super().__init__()
        self.overview = overview


class Loading(Message):
    """Something changed, and is being read."""


class LoadFailed(Message):
    """It could not be read; what is shown is from before."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why


class Feed:
    """Reads at once, and again whenever something changed or somebody asks."""

    def __init__(self, backend: Backend, tells: MessagePump, *, closed_too: bool) -> None:
        self._backend, self._tells, self._closed_too = backend, tells, closed_too
        self._asked = threading.Event()
        self._is_over = False
        self._overview: Callable[[], Overview] | None = None
        #: How many times the overview was read.
        self.readings = 0

    def start(self) -> None:
        self._asked.set()
        threading.Thread(target=self._run, name="panel-feed", daemon=True).start()

    def ask(self, *, anew: bool = False) -> None:
        """Read what changed again, or with `anew` everything."""
        if anew:
            self._overview = None
        self._asked.set()

    def end(self) -> None:
        self._is_over = True
        self._asked.set()

    def _run(self) -> None:
        watcher: Changes | None = None
        while not self._is_over:
            asked = self._asked.wait(_SECONDS)
            if asked:
                # Only what was seen is taken back: somebody may ask while the wait runs out.
                self._asked.clear()
            try:
                if watcher is None:
                    watcher, asked = self._backend.watcher(), True
                if watcher.poll() or asked:
                    self._read()
            except Exception as error:  # noqa: BLE001 - nobody else would tell, and it goes on
                watcher = self._overview = None
                self._tells.post_message(LoadFailed(sentence_of(failure_of(error))))
                self._asked.wait(_SECONDS * 5)

    def _read(self) -> None:
        if self._is_over:
            return
        self._tells.post_message(Loading())
        if (read := self._overview) is None:
            read = self._overview = self._backend.overview(closed_too=self._closed_too)
        overview = read()
        self.readings += 1
        if not self._is_over:
            self._tells.post_message(Loaded(overview))
