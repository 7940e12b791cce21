"""Finding and making a workspace: the folder that holds `.yoi/` (docs/format.md)."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from yoi_cli.store.config.store_config import parse_config
from yoi_cli.store.files import layout
from yoi_cli.store.files.descriptors import not_as_expected
from yoi_cli.store.files.directory import Directory

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.model.config import Config


#: The folder of templates for descriptions, below the store's.
TEMPLATES = "templates"


def is_workspace(folder: str) -> bool:
    """Whether `folder` holds a `.yoi` folder (a symlink counts, and is refused on opening)."""
    return os.path.isdir(os.path.join(folder, layout.STORE_FOLDER))


def find_upward(start: str, *, stop: str | None = None) -> str | None:
    """The nearest workspace at or above the absolute folder `start`, not above `stop`."""
    folder = start
    while not is_workspace(folder):
        parent = os.path.dirname(folder)
        if folder in (stop, parent):
            return None
        folder = parent
    return folder


def read_config(workspace: str) -> Config:
    """What every command reads of the settings of `workspace`; the defaults without a file.

    Raises `StoreInvalidError` (`config_invalid`, `path_unsafe`).
    """
    return parse_config(config_bytes(workspace), path=layout.CONFIG_FILE)


def config_bytes(workspace: str) -> bytes:
    """The configuration file of `workspace`; empty where there is none.

    Raises `StoreInvalidError` (`path_unsafe`) where it is no regular file.
    """
    path = os.path.join(workspace, layout.STORE_FOLDER)
    if stat.S_ISLNK(os.lstat(path).st_mode):
        raise not_as_expected(layout.STORE_FOLDER, "a folder")
    with Directory.open(path, layout.STORE_FOLDER) as folder:
        return folder.read_if_there(os.path.basename(layout.CONFIG_FILE)) or b""


def write_config(workspace: str, data: bytes) -> None:
    """Put `data` in place of the configuration file of `workspace`, at once.

    Raises `StoreInvalidError` (`path_unsafe`) where `.yoi` is no folder.
    """
    path = os.path.join(workspace, layout.STORE_FOLDER)
    if stat.S_ISLNK(os.lstat(path).st_mode):
        raise not_as_expected(layout.STORE_FOLDER, "a folder")
    with Directory.open(path, layout.STORE_FOLDER) as folder:
        folder.replace(os.path.basename(layout.CONFIG_FILE), data)


def template_text(workspace: str, name: str) -> str | None:
    """What `.yoi/templates/NAME.md` of `workspace` says; None where there is none.

    Raises `StoreInvalidError` (`path_unsafe`) where it is no regular file, and what is not UTF-8 is
    replaced, as nothing is written back.
    """
    with Directory.open(os.path.join(workspace, layout.STORE_FOLDER), layout.STORE_FOLDER) as top:
        try:
            with top.child(TEMPLATES) as folder:
                data = folder.read_if_there(f"{name}.md")
        except FileNotFoundError:
            return None
    return None if data is None else data.decode("utf-8", "replace")


def make_workspace(folder: str, files: Mapping[str, str]) -> list[str]:
    """Write those of `files` that are not there yet; the paths that were written.

    What stands already is never touched, so that doing it again does no harm.
    """
    written: list[str] = []
    with Directory.open(folder, "") as top:
        for path, text in files.items():
            above, name = os.path.split(path)
            with top.descend(above, make=True) as below:
                if not below.has(name):
                    below.create(name, text.encode())
                    below.sync()
                    written.append(path)
    return written
