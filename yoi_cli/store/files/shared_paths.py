"""Which files of a store are shared, and which absences are meant (docs/sync.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.ids import is_ticket_id
from yoi_cli.model.local_paths import is_local_path
from yoi_cli.store.files import layout
from yoi_cli.store.files.atomic_folder import is_inside

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

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
