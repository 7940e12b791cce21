"""What every command reads of `ticket.config.toml`, with its defaults (docs/format.md)."""

from __future__ import annotations

import re
from typing import Final, Literal

from yoi_cli.named_tuple import NamedTuple

#: The only provider of a store.
PROVIDER: Final = "builtin:yoi_local"

#: How many seconds a remote may say nothing during a sync.
SILENCE = 60.0


class Config(NamedTuple):
    """The settings of one workspace that every command reads.

    `root` is the store's folder below the workspace. `authority` says which store a linked
    worktree uses: the main worktree's, or its own checkout's. `language` is the language of
    records, as a word (`English`, `Japanese`), None where nothing is said. The next four are
    routing's: how many tickets may be in progress, whether what is not committed holds
    tickets back, how long a claim lasts, and whether a ticket needs acceptance criteria. The last
    are those of claims: the remote by whose refs they hold across clones, None for none, which refs
    these are, and for how many seconds the remote may say nothing.
    """

    root: str = ".yoi/tickets"
    language: str | None = None
    authority: Literal["main", "checkout"] = "main"
    autocommit: bool = False
    max_in_progress: int | None = None
    require_clean: bool = False
    lease_minutes: int = 60
    require_acceptance: bool = True
    claims_remote: str | None = None
    claims_refs: str = "refs/yoi/claims/"
    claims_timeout: float = 10.0

    @property
    def is_japanese(self) -> bool:
        """Whether records are written in Japanese."""
        word = (self.language or "").strip().lower()
        return word.startswith("ja") or word in ("日本語", "jp")


DEFAULT = Config()
_REF_NAME = r"[A-Za-z0-9_][A-Za-z0-9._-]*"
#: What HFS+ leaves out of names.
_NOT_SHOWN = frozenset(
    map(chr, (*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF))
)


def is_ref_folder(text: str) -> bool:
    """Whether git takes `text` for the beginning of names of refs, below `refs/` and one more."""
    names = text.removesuffix("/").split("/")
    return (
        len(names) > 2
        and names[0] == "refs"
        and all(re.fullmatch(_REF_NAME, name) and ".." not in name for name in names)
        and not any(name.endswith((".", ".lock")) for name in names)
    )


def is_store_folder(root: str) -> bool:
    """Whether `root` is a relative path of plain names, without a way out of the workspace."""
    names = store_folder(root).split("/")
    return not any(name in ("", ".", "..") or "\0" in name or is_git_folder(name) for name in names)


def is_git_folder(name: str) -> bool:
    """Whether some file system takes the file name `name`, or a part of it, for `.git`: without
    regard to case (macOS, Windows), for its short name or its streams, with blanks, dots or
    characters that do not show (git's own rules, for names in trees)."""
    shown = "".join(char for char in name if char not in _NOT_SHOWN).casefold()
    parts = (part.partition(":")[0].rstrip(" .") for part in shown.split("\\"))
    return any(part in (".git", "git~1") for part in parts)


def store_folder(root: str) -> str:
    """`root` without the `./` and the slashes that may stand around it; empty: the default."""
    return (root or DEFAULT.root).rstrip("/").removeprefix("./")
