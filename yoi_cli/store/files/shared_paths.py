"""Which files below `.yoi` are shared, local or secret, and which absences are meant.

For sync (docs/sync.md) and for worktrees (docs/worktrees.md).
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from yoi_cli.model.ids import is_ticket_id
from yoi_cli.store.files import layout
from yoi_cli.store.files.atomic_folder import is_inside

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

STORE = layout.STORE_FOLDER
#: What stays out of a ticket's worktree, as the system that the format comes from has it:
#: folders right below `.yoi`.
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

_LOCAL_ENDINGS = (".lock", ".local")


def is_shared(path: str, root: str) -> bool:
    """Whether the file at `path` (relative to the workspace) is for other clones, too.

    `root` is the folder of the tickets. What `.gitignore` keeps out is not asked here.
    """
    parts = path.split("/")
    if not is_inside(path) or any(part.lower() == ".git" for part in parts):
        return False
    if any(part.startswith(layout.UNFINISHED) or part == layout.TORN for part in parts):
        return False
    if ticket_of(path, root):
        return not parts[-1].endswith(_LOCAL_ENDINGS)
    return not is_local_path(path)


def meant_removals(missing: Collection[str], root: str) -> frozenset[str]:
    """Those of the `missing` paths that somebody took out of a ticket or objective on purpose.

    A ticket that is gone as a whole, or lacks its item or thread, was lost: no command
    removes one. `root` is the folder of the tickets.
    """
    gone = set(missing)
    wanted = ((root, (layout.ITEM, layout.THREAD)), (layout.OBJECTIVES_FOLDER, (layout.ITEM,)))
    found: set[str] = set()
    for path in gone:
        for folder, parts in wanted:
            name = path.removeprefix(f"{folder}/").partition("/")[0]
            is_in = path.startswith(f"{folder}/{name}/")
            if is_in and not any(f"{folder}/{name}/{part}" in gone for part in parts):
                found.add(path)
    return frozenset(found)


def subjects_of(paths: Iterable[str], root: str) -> tuple[str, ...]:
    """What `paths` belong to: ids of tickets, and other paths as they are; sorted."""
    return tuple(sorted({ticket_of(path, root) or path for path in paths}))


def ticket_of(path: str, root: str) -> str:
    """The id of the ticket that `path` belongs to, or the empty string."""
    name = path.removeprefix(f"{root}/").partition("/")[0] if path.startswith(f"{root}/") else ""
    return name if is_ticket_id(name) else ""


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
