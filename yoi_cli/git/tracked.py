"""A workspace that git has, but this checkout has not: left out of a sparse one, or taken away."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.errors import NotFoundError
from yoi_cli.git.command import ask_git, git_failed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.git.checkout import Checkout

_FILES = (".yoi/workspace.toml", ".yoi/ticket.config.toml")


def not_checked_out(
    checkout: Checkout, folder: str, *, upward: bool = True
) -> NotFoundError | None:
    """The error (`workspace_not_checked_out`) where git has a workspace at `folder`, or above it,
    whose files are not in the checkout; None where it has none.

    Raises `OperationError` (`git_failed`, `git_refused`).
    """
    below = os.path.relpath(folder, checkout.root)
    if below.startswith(".."):
        return None
    steps = [] if below == "." else below.split("/")
    depths = range(len(steps), -1, -1) if upward else [len(steps)]
    for depth in depths:
        paths = ["/".join([*steps[:depth], name]) for name in _FILES]
        for path in _tracked(checkout.root, paths):
            if not os.path.lexists(os.path.join(checkout.root, path)):
                return _error(checkout.root, path)
    return None


def _tracked(root: str, paths: Sequence[str]) -> list[str]:
    """Those of `paths` that the index has, or else HEAD."""
    listed = _ask(root, ["ls-files", "-z", "--", *(f":(top,literal){path}" for path in paths)])
    if listed or not _ask(root, ["rev-parse", "--verify", "--quiet", "HEAD"]):
        return listed
    return _ask(root, ["ls-tree", "-z", "--name-only", "--full-tree", "HEAD", "--", *paths])


def _ask(root: str, arguments: list[str]) -> list[str]:
    answer = ask_git(arguments, cwd=root)
    if answer.code not in (0, 1):
        raise git_failed(arguments, answer)
    return [line for line in answer.text.split("\0") if line.strip()]


def _error(root: str, path: str) -> NotFoundError:
    folder = os.path.dirname(path)
    is_sparse = bool(_ask(root, ["config", "--type=bool", "--get", "core.sparseCheckout"]))
    way = "git sparse-checkout add" if is_sparse else "git checkout HEAD --"
    return NotFoundError(
        "workspace_not_checked_out",
        f"git has the workspace {folder}, but {path} is not in the checkout {root}"
        + (", which is a sparse one." if is_sparse else "."),
        hint=f"Bring it here: `{way} {folder}`, in {root}.",
        details={"checkout": root, "path": path},
    )
