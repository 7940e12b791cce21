"""Which branches of a clone were made for orders, and for whose order each was used last: a file
for each, where no worker writes (docs/runtime.md, "Branches")."""

from __future__ import annotations

import os
from hashlib import sha256

from yoi_cli.store.files.directory import Directory


class OrderedBranches:
    """Those of the clone whose local folder is `folder`."""

    def __init__(self, folder: str) -> None:
        self._path = os.path.join(folder, "ordered")

    def holder(self, branch: str) -> str | None:
        """The key of the newest order for `branch`; None where none was made for it."""
        try:
            with Directory.open(self._path, "ordered") as folder:
                return folder.read(_name(branch)).decode("utf-8", "replace").rstrip("\n")
        except FileNotFoundError:
            return None

    def hold(self, branch: str, key: str) -> None:
        """The order with `key` is the newest for `branch`."""
        os.makedirs(self._path, mode=0o700, exist_ok=True)
        with Directory.open(self._path, "ordered") as folder:
            folder.replace(_name(branch), f"{key}\n".encode())

    def let_go(self, branch: str) -> None:
        """The branch is no order's any more."""
        try:
            with Directory.open(self._path, "ordered") as folder:
                folder.remove_if_there(_name(branch))
        except FileNotFoundError:
            return


def _name(branch: str) -> str:
    return sha256(branch.encode()).hexdigest()[:32]
