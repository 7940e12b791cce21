"""A folder that appears at once, with everything in it (docs/format.md, "Writing", `create`)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.store.files import layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.store.files.directory import Directory


def is_inside(path: str) -> bool:
    """Whether `path` names a file below a folder and nothing else."""
    parts = path.split("/")
    return "\0" not in path and all(part not in ("", ".", "..") for part in parts)


def place_tree(folder: Directory, name: str, files: Mapping[str, bytes]) -> None:
    """Make the folder `name` with `files`, given by their path below it.

    It is built and synced under another name, which a crash leaves behind for the next
    attempt to remove, and then renamed. Nothing may stand at `name`.
    """
    unfinished = layout.UNFINISHED + name
    remove_tree(folder, unfinished)
    try:
        with folder.make_child(unfinished) as directory:
            _write_tree(directory, files)
        os.rename(unfinished, name, src_dir_fd=folder.descriptor, dst_dir_fd=folder.descriptor)
        _sync_or_undo(folder, name, unfinished)
    except BaseException:
        remove_tree(folder, unfinished)
        raise


def _sync_or_undo(folder: Directory, name: str, unfinished: str) -> None:
    """Bring the new name to stable storage; where the disk refuses, take it back."""
    try:
        folder.sync()
    except OSError:
        os.rename(name, unfinished, src_dir_fd=folder.descriptor, dst_dir_fd=folder.descriptor)
        raise


def _write_tree(directory: Directory, files: Mapping[str, bytes]) -> None:
    for path, data in files.items():
        name, _, rest = path.partition("/")
        if rest:
            with directory.make_child(name) as below:
                _write_tree(below, {rest: data})
        else:
            directory.create(name, data)
    directory.sync()


def remove_tree(directory: Directory, name: str) -> None:
    """Remove the unfinished folder `name`, without following a symlink."""
    import shutil

    if directory.has(name):
        shutil.rmtree(name, dir_fd=directory.descriptor)
