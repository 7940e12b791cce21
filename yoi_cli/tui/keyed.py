"""A text area whose screen has keys of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import TextArea

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual import events

    from yoi_cli.tui.keys import Key


class KeyedText(TextArea):
    """Text, and keys that are actions of its screen.

    They come through here, behind what was typed before them: a binding that has priority would be
    done at once, and send half of a text that is typed fast or pasted.
    """

    def __init__(
        self, keys: Iterable[Key], text: str = "", *, name: str | None = None, hint: str = ""
    ) -> None:
        super().__init__(
            text,
            id=name,
            compact=True,
            soft_wrap=True,
            highlight_cursor_line=False,
            placeholder=hint,
        )
        self._actions = {name: key.action for key in keys for name in key.names.split(",")}

    async def _on_key(self, event: events.Key) -> None:
        action = self._actions.get(event.key)
        if action is None:
            await super()._on_key(event)
            return
        event.stop()
        event.prevent_default()
        await self.screen.run_action(action)

    def put(self, text: str) -> None:
        """Have another text there, with the cursor at its end."""
        self.load_text(text)
        self.move_cursor(self.document.end)
