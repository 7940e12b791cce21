"""The panel as a program: it draws, and a thread behind it reads and does (docs/panel.md)."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import App

from yoi_cli.errors import UsageError
from yoi_cli.tui.actions import Actions
from yoi_cli.tui.backend.local import LocalBackend
from yoi_cli.tui.board import BoardScreen
from yoi_cli.tui.driver import QuickDriver, know_alt_enter
from yoi_cli.tui.feed import Feed, Loaded, LoadFailed
from yoi_cli.tui.main import MainScreen

if TYPE_CHECKING:
    from yoi_cli.api.session import Start
    from yoi_cli.tui.backend.port import Backend
    from yoi_cli.tui.background import Finished


class PanelApp(App[str]):
    """Ends with what was typed and not said."""

    ENABLE_COMMAND_PALETTE = False
    INLINE_PADDING = 0
    BINDINGS: ClassVar = []
    CSS = """
    Screen { background: ansi_default; color: ansi_default; }
    #header { height: 2; }
    #list { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; }
    #prompt { height: 1; }
    #composer { height: 1; background: ansi_default; border: none; padding: 0 1; }
    .title { height: 1; }
    TextView { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; }
    #columns { height: 1fr; }
    #say { height: 1; }
    PromptScreen { align: center middle; background: ansi_default; }
    PromptScreen #box { width: 90%; max-width: 100; height: auto; max-height: 90%;
                        border: round ansi_bright_black; padding: 0 1; }
    PromptScreen TextArea { height: auto; min-height: 3; max-height: 12; }
    PromptScreen TextView { height: auto; }
    """

    def __init__(self, backend: Backend, *, closed_too: bool = False) -> None:
        super().__init__(driver_class=QuickDriver, ansi_color=True)
        self.animation_level = "none"
        self.feed = Feed(backend, self, closed_too=closed_too)
        self.actions = Actions(self, backend, self.feed)
        self.main = MainScreen(backend, self.actions)
        self.actions.main = self.main
        #: When the first frame stood, and when all tickets were first shown (monotonic clock).
        self.first_frame = self.first_content = 0.0

    def on_mount(self) -> None:
        self.push_screen(self.main)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.first_frame = time.monotonic()
        self.feed.start()

    def on_loaded(self, message: Loaded) -> None:
        self.main.show(message.overview)
        for screen in self.screen_stack:
            if isinstance(screen, BoardScreen):
                screen.show(message.overview)
        if not self.first_content:
            self.call_after_refresh(self._note_content)

    def _note_content(self) -> None:
        self.first_content = self.first_content or time.monotonic()

    def on_loading(self) -> None:
        self.main.header.tell("refreshing…" if self.main.overview else "attaching…")

    def on_load_failed(self, message: LoadFailed) -> None:
        self.main.header.fail(message.why)

    def on_finished(self, message: Finished) -> None:
        message.tell()

    def action_show_ticket(self, ticket: str) -> None:
        self.actions.show_ticket(ticket)

    def action_show_moves(self, ticket: str) -> None:
        self.actions.show_moves(ticket)

    def action_refresh_all(self) -> None:
        self.actions.refresh()

    async def action_quit(self) -> None:
        self.main.action_quit_now()


def run(**options: object) -> None:
    """Show this clone's store until the panel is closed. `start` says where, `closed` whether
    closed tickets are shown too. Raises what `open_session` raises, and as `show`."""
    check_terminal()
    backend = LocalBackend(cast("Start", options["start"]))
    show(backend, closed_too=bool(options.get("closed")))


def check_terminal() -> None:
    """Raise `UsageError` (`terminal_missing`) where there is none."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "terminal_missing",
            "The panel needs a terminal.",
            hint="`yoi ticket list` and `yoi route` print the same for pipes.",
        )


def show(backend: Backend, *, closed_too: bool) -> None:
    """Show what a backend has, on the terminal, until the panel is closed."""
    know_alt_enter()
    app = PanelApp(backend, closed_too=closed_too)
    draft = app.run() or ""
    app.feed.end()
    backend.close()
    if draft.strip():
        path = backend.keep_draft(draft)
        sys.stderr.write(f"What you typed and did not say is in {path}\n")
