"""What `ticket.config.toml` says, with the defaults of the format (DESIGN section 3, 9)."""

from __future__ import annotations

from typing import NamedTuple

AUTHORITIES = ("main", "checkout")


class Config(NamedTuple):
    """The settings of one workspace.

    `root` is the store's folder below the workspace. `authority` says which store a linked
    worktree uses: the main worktree's, or its own checkout's. `language` is the language of
    records, as a word (`English`, `Japanese`), None where nothing is said.
    """

    root: str = ".yoi/tickets"
    language: str | None = None
    authority: str = "main"
    autocommit: bool = False
    unknown_keys: tuple[str, ...] = ()

    @property
    def is_japanese(self) -> bool:
        """Whether records are written in Japanese."""
        word = (self.language or "").strip().lower()
        return word.startswith("ja") or word in ("日本語", "jp")


DEFAULT = Config()
