"""What below `.yoi` is one machine's own or secret, and stays out of a ticket's worktree.

The list is that of the system the format comes from (docs/worktrees.md).
"""

from __future__ import annotations

from fnmatch import fnmatchcase

STORE = ".yoi"
#: Folders right below `.yoi`.
_FOLDERS = (
    "memory",
    "logs",
    "locks",
    "local",
    "runtime",
    "pods",
    "sessions",
    "sockets",
    "tmp",
    "cache",
)
#: Folders anywhere below it.
_DEEP_FOLDERS = ("_logs", "secrets")
#: Names of files and folders anywhere below it; `override.local.toml` is one of `*.local.*`.
_NAMES = ("*.log", "*.lock", ".lock", "*.local", "*.local.*", "*.secret", "*.secret.*")

#: The same, as lines of a sparse checkout that is not in cone mode.
SPARSE_LINES = (
    *(f"!**/{STORE}/{name}/" for name in _FOLDERS),
    *(f"!**/{STORE}/**/{name}/" for name in _DEEP_FOLDERS),
    *(f"!**/{STORE}/**/{name}" for name in _NAMES),
)


def is_local_path(path: str) -> bool:
    """Whether the file at `path` of a repository stays out of a ticket's worktree."""
    parts = path.split("/")
    return any(_is_local(parts[n + 1 :]) for n, part in enumerate(parts[:-1]) if part == STORE)


def _is_local(below: list[str]) -> bool:
    """`below` are the parts of a path after `.yoi`."""
    folders = below[:-1]
    return (
        (bool(folders) and folders[0] in _FOLDERS)
        or any(folder in _DEEP_FOLDERS for folder in folders)
        or any(fnmatchcase(part, name) for part in below for name in _NAMES)
    )
