"""AGENTS.md of a workspace: the one file outside of `.yoi` that `yoi init --agents` writes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.store.files.directory import Directory, not_as_expected

if TYPE_CHECKING:
    from collections.abc import Callable


def rewrite_agents_file(
    folder: str, name: str, change: Callable[[bytes | None], bytes]
) -> tuple[str, ...]:
    """Put what `change` makes of the file `name` of `folder` (absolute) in its place.

    Gives the paths that were written: none where nothing changes. A symlink is followed
    where it leads to a file inside `folder`, as people let one name stand for another's file.
    Raises `StoreInvalidError` (`path_unsafe`) where it leads elsewhere, and what `change`
    raises.
    """
    target = os.path.relpath(os.path.realpath(os.path.join(folder, name)), os.path.realpath(folder))
    if target.split(os.sep)[0] in (os.pardir, ".git", ".yoi"):
        raise not_as_expected(name, "a file of this folder")
    above, last = os.path.split(target)
    with Directory.open(folder, "") as top, top.descend(above) as directory:
        content = directory.read_if_there(last)
        changed = change(content)
        if changed == content:
            return ()
        directory.replace(last, changed)
    return (target,)
