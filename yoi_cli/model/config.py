"""What `ticket.config.toml` says, with the defaults of the format (docs/format.md)."""

from __future__ import annotations

from typing import NamedTuple

AUTHORITIES = ("main", "checkout")


class Config(NamedTuple):
    """The settings of one workspace.

    `root` is the store's folder below the workspace. `authority` says which store a linked
    worktree uses: the main worktree's, or its own checkout's. `language` is the language of
    records, as a word (`English`, `Japanese`), None where nothing is said. The last three are
    routing's: how many tickets may be in progress, whether what is not committed holds
    tickets back, and how long a claim lasts.
    """

    root: str = ".yoi/tickets"
    language: str | None = None
    authority: str = "main"
    autocommit: bool = False
    max_in_progress: int | None = None
    require_clean: bool = False
    lease_minutes: int = 60
    unknown_keys: tuple[str, ...] = ()

    @property
    def is_japanese(self) -> bool:
        """Whether records are written in Japanese."""
        word = (self.language or "").strip().lower()
        return word.startswith("ja") or word in ("日本語", "jp")


DEFAULT = Config()
