"""Where a clone keeps what is its own: locks, claims, workers, what hooks spooled
(docs/worktrees.md, "What is local").

It stands in the git folder that all worktrees share: of the workspace at the top of the repository
in `yoi`, of one further down in a folder of its own below `yoi/workspaces`.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.git.checkout import is_below

if TYPE_CHECKING:
    from yoi_cli.git.checkout import Checkout

_FOLDER = "yoi"
_WORKSPACES = "workspaces"
#: What would be made for its owner alone, or by whoever comes first.
_SHARED = ("claims", "spool", "workers/keys", "workers/groups", "prompts", "orchestrate/prompts")


def shared_folder(checkout: Checkout) -> str:
    """What all workspaces of a clone share, and what the one at its top keeps."""
    return os.path.join(checkout.common_dir, _FOLDER)


def local_folder(workspace: str, checkout: Checkout) -> str:
    """The folder for what is local of `workspace`, which lies in `checkout`."""
    below = path_below(workspace, checkout)
    shared = shared_folder(checkout)
    return os.path.join(shared, _WORKSPACES, _name_of(below)) if below else shared


def share(folder: str, bits: int) -> None:
    """Let others than the owner have what is made from now on, as `bits` of a folder's mode say,
    and the local `folder` with what they need of it."""
    if not bits:
        return
    os.umask(os.umask(0o077) & ~bits)
    for name in _SHARED:
        with suppress(OSError):  # somebody else's, or nothing can be written here
            os.makedirs(os.path.join(folder, name), exist_ok=True)


def path_below(workspace: str, checkout: Checkout) -> str:
    """The path of `workspace` in the repository; empty for its top."""
    if workspace == checkout.root or not is_below(workspace, checkout.root):
        return ""
    return os.path.relpath(workspace, checkout.root)


def all_folders(checkout: Checkout) -> list[str]:
    """The local folders of all workspaces of a clone."""
    shared = shared_folder(checkout)
    names = map(_name_of, known_workspaces(checkout))
    return [shared, *(os.path.join(shared, _WORKSPACES, name) for name in names)]


def known_workspaces(checkout: Checkout) -> list[str]:
    """The workspaces below the top of which this clone has anything, as `path_below` has them."""
    try:
        names = sorted(os.listdir(os.path.join(shared_folder(checkout), _WORKSPACES)))
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [_path_of(name) for name in names if not name.startswith(".")]


def _name_of(below: str) -> str:
    """A path as one name that cannot be taken for another's, nor for a hidden file's."""
    name = below.replace("%", "%25").replace("/", "%2F")
    return "%2E" + name[1:] if name.startswith(".") else name


def _path_of(name: str) -> str:
    return name.replace("%2E", ".").replace("%2F", "/").replace("%25", "%")
