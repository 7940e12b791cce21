"""A folder that appears at once, with everything in it (docs/format.md, "Writing", `create`)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.store.files import layout
from yoi_cli.store.files.sync_file_system import sync_file_system

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from yoi_cli.model.ids import TicketId
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


def place_trees(
    folder: Directory, name: str, trees: Mapping[TicketId, Mapping[str, bytes]]
) -> bool:
    """Make many folders, each with its files and at once, by few waits for the disk.

    They are built together in the folder of an unfinished `name`, written whole before the first
    of them is waited for, and stand on stable storage before the first is renamed into place, in
    their order. A crash leaves some of them, whole, and the unfinished folder. Where the disk
    refuses, none is left. Nothing may stand at their names. Returns whether the unfinished folder,
    empty then, could be taken away.
    """
    unfinished = layout.UNFINISHED + name
    remove_tree(folder, unfinished)
    try:
        with folder.make_child(unfinished) as together:
            for tree, files in trees.items():
                os.mkdir(tree, dir_fd=together.descriptor)
                with together.child(tree) as directory:
                    _lay_tree(directory, files)
            if not sync_file_system(together.descriptor):
                for tree, files in trees.items():
                    with together.child(tree) as directory:
                        _sync_tree(directory, files)
                together.sync()
            _place_or_undo(folder, together, trees)
    except BaseException:
        remove_tree(folder, unfinished)
        raise
    try:
        os.rmdir(unfinished, dir_fd=folder.descriptor)
    except OSError:
        return False
    return True


def _place_or_undo(folder: Directory, together: Directory, names: Iterable[str]) -> None:
    """Move the folders `names` from `together` into `folder`, all of them or none."""
    placed: list[str] = []
    try:
        for name in names:
            os.rename(name, name, src_dir_fd=together.descriptor, dst_dir_fd=folder.descriptor)
            placed.append(name)
        folder.sync()
    except OSError:
        for name in placed:
            os.rename(name, name, src_dir_fd=folder.descriptor, dst_dir_fd=together.descriptor)
        raise


def _lay_tree(directory: Directory, files: Mapping[str, bytes]) -> None:
    """Write `files`, and wait for nothing."""
    for name, below in _by_folder(files).items():
        os.mkdir(name, dir_fd=directory.descriptor)
        with directory.child(name) as child:
            _lay_tree(child, below)
    for name, data in files.items():
        if "/" not in name:
            directory.create(name, data, is_synced=False)


def _sync_tree(directory: Directory, files: Mapping[str, bytes]) -> None:
    """Bring `files`, that stand there, to stable storage, and then their names."""
    for name, below in _by_folder(files).items():
        with directory.child(name) as child:
            _sync_tree(child, below)
    for name in files:
        if "/" not in name:
            with directory.opened(name) as descriptor:
                os.fsync(descriptor)
    directory.sync()


def _by_folder(files: Mapping[str, bytes]) -> dict[str, dict[str, bytes]]:
    """The files that lie in folders, by those folders."""
    folders: dict[str, dict[str, bytes]] = {}
    for path, data in files.items():
        name, is_below, rest = path.partition("/")
        if is_below:
            folders.setdefault(name, {})[rest] = data
    return folders


def remove_tree(directory: Directory, name: str) -> None:
    """Remove the unfinished folder `name`, without following a symlink."""
    import shutil

    if directory.has(name):
        shutil.rmtree(name, dir_fd=directory.descriptor)
