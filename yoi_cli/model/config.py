"""What every command reads of `ticket.config.toml`, with its defaults (docs/format.md)."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

#: The only provider of a store.
PROVIDER: Final = "builtin:yoi_local"


class Config(NamedTuple):
    """The settings of one workspace that every command reads.

    `root` is the store's folder below the workspace. `authority` says which store a linked
    worktree uses: the main worktree's, or its own checkout's. `language` is the language of
    records, as a word (`English`, `Japanese`), None where nothing is said. The last three are
    routing's: how many tickets may be in progress, whether what is not committed holds
    tickets back, and how long a claim lasts.
    """

    root: str = ".yoi/tickets"
    language: str | None = None
    authority: Literal["main", "checkout"] = "main"
    autocommit: bool = False
    max_in_progress: int | None = None
    require_clean: bool = False
    lease_minutes: int = 60

    @property
    def is_japanese(self) -> bool:
        """Whether records are written in Japanese."""
        word = (self.language or "").strip().lower()
        return word.startswith("ja") or word in ("日本語", "jp")


DEFAULT = Config()


def is_store_folder(root: str) -> bool:
    """Whether `root` is a relative path of plain names, without a way out of the workspace."""
    names = store_folder(root).split("/")
    return not any(name in ("", ".", "..", ".git") or "\0" in name for name in names)


def store_folder(root: str) -> str:
    """`root` without the `./` and the slashes that may stand around it; empty: the default."""
    return (root or DEFAULT.root).rstrip("/").removeprefix("./")
