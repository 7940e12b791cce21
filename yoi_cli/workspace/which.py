"""Which workspace is meant from a folder: one answer for every command, hook and worker
(docs/worktrees.md, "Which store")."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, NotFoundError
from yoi_cli.git.checkout import is_below
from yoi_cli.git.dot_git import first_line
from yoi_cli.workspace.finding import find_upward, is_workspace, read_config

if TYPE_CHECKING:
    from yoi_cli.git.checkout import Checkout

#: In the git folder of a linked worktree: the workspace that it was made for, below the top.
_MADE_FOR = os.path.join("yoi", "workspace")


def find_workspace(
    folder: str, checkout: Checkout | None, *, here: bool, how: str
) -> tuple[str, str]:
    """The workspace that is meant from `folder`, which lies in `checkout`, and why in a sentence
    that begins with `how`. `here` asks for the checkout's own.

    Raises `NotFoundError` (`workspace_not_found`, `workspace_not_checked_out`), and
    `ConflictError` (`store_ambiguous`) where a linked worktree has a copy of a store of which
    nobody knows where the one for all is.
    """
    found = find_upward(folder)
    if checkout is None or here or not checkout.is_linked:
        if found is None:
            raise _not_found(folder, checkout)
        return found, how + ("; --here asks for this checkout's own" if here else "")
    own = found if found is not None and is_below(found, checkout.root) else None
    place = own or workspace_of_worktree(checkout) or folder
    if is_workspace(place) and read_config(place).authority == "checkout":
        return place, f"{how}; the configuration says authority = checkout"
    main = _in_main(place, checkout)
    if main is not None:
        if checkout.is_main:
            return main, f"{how}; all worktrees of this repository use this checkout's store"
        return main, f"{how}; a linked worktree uses the main worktree's store"
    if own is not None:
        raise _ambiguous(checkout)
    if found is not None:
        return found, how
    only = _only_one(checkout)
    if only is None:
        raise _not_found(place, checkout)
    return only, f"{how}; it is the only workspace of this repository"


def workspace_of_worktree(checkout: Checkout) -> str | None:
    """Where the workspace that a linked worktree was made for has its place in it, None where it
    was made for the one at the top, or for none."""
    below = first_line(os.path.join(checkout.git_dir, _MADE_FOR))
    return os.path.normpath(os.path.join(checkout.root, below)) if below else None


def mark_worktree(git_dir: str, below: str) -> None:
    """Note in the git folder of a linked worktree that it is made for the workspace at `below`."""
    path = os.path.join(git_dir, _MADE_FOR)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(below + "\n")


def _in_main(place: str, checkout: Checkout) -> str | None:
    """The workspace in the main checkout that corresponds to `place` in a linked one."""
    if checkout.main_root is None or not is_below(place, checkout.root):
        return None
    twin = os.path.normpath(os.path.join(checkout.main_root, os.path.relpath(place, checkout.root)))
    while not os.path.isdir(twin) and twin != checkout.main_root:
        twin = os.path.dirname(twin)
    return twin if is_workspace(twin) else find_upward(twin, stop=checkout.main_root)


def _only_one(checkout: Checkout) -> str | None:
    """The workspace below the top of the main checkout, where this clone knows of one alone."""
    from yoi_cli.workspace.local_folder import known_workspaces

    main = checkout.main_root
    known = [os.path.join(main, below) for below in known_workspaces(checkout)] if main else []
    there = [path for path in known if is_workspace(path)]
    return there[0] if len(there) == 1 else None


def _ambiguous(checkout: Checkout) -> ConflictError:
    once = '`--here` uses the copy in this checkout for once, `authority = "checkout"` for good.'
    if checkout.main_root is None:
        said = (
            f"The repository {checkout.common_dir} has no main checkout, and nobody has said which "
            "of its worktrees has the store that all of them use."
        )
        hint = f"Run `yoi init` in that worktree; what stands there stays. {once}"
    else:
        said = (
            f"{checkout.root} has a copy of a store, but the main checkout {checkout.main_root}, "
            "whose store all worktrees use, has none."
        )
        hint = f"Check out a branch there that has it. {once}"
    details = {"checkout": checkout.root, "main": checkout.main_root}
    return ConflictError("store_ambiguous", said, hint=hint, details=details)


def _not_found(folder: str, checkout: Checkout | None) -> NotFoundError:
    if checkout is not None:
        from yoi_cli.git.tracked import not_checked_out
        from yoi_cli.workspace.local_folder import known_workspaces

        missing = not_checked_out(checkout, folder)
        if missing is not None:
            return missing
        others = [one for one in known_workspaces(checkout) if one]
    else:
        others = []
    hint = "Make one with `yoi init`, or name another folder with -C or YOI_WORKSPACE."
    if others:
        hint = f"This repository has one in {', '.join(others[:5])}: name it with -C."
    return NotFoundError(
        "workspace_not_found",
        f"No workspace was found at or above {folder}.",
        hint=hint,
        details={"folder": folder},
    )
