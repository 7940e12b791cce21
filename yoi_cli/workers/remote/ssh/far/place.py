"""The clone on this machine, in which workers of another one are to work."""

from __future__ import annotations

import os
import shutil

from yoi_cli.errors import OperationError
from yoi_cli.git.checkout import find_checkout
from yoi_cli.git.repository import RepositoryPaths
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files.layout import STORE_FOLDER
from yoi_cli.workers.local.place import Clone
from yoi_cli.workspace.local_folder import local_folder, path_below


class Place(NamedTuple):
    """A clone, and the folder in it that is its workspace."""

    workspace: str
    clone: Clone
    repository: RepositoryPaths

    @property
    def workers(self) -> str:
        """Where the records of its workers are."""
        return os.path.join(self.clone.local_folder, "workers")


def open_place(folder: str) -> Place:
    """The clone that the folder lies in. Raises `OperationError` (`runtime_folder_missing`,
    `runtime_repository_missing`, `runtime_folder_unwritable`, `runtime_git_missing`), whose words
    are those of whoever asked, and what `find_checkout` raises."""
    workspace = os.path.realpath(os.path.expanduser(folder))
    if not os.path.isdir(workspace):
        raise _refused("runtime_folder_missing")
    if shutil.which("git") is None:
        raise _refused("runtime_git_missing")
    checkout = find_checkout(workspace)
    if checkout is None:
        raise _refused("runtime_repository_missing")
    local = local_folder(workspace, checkout)
    try:
        os.makedirs(os.path.join(local, "workers"), 0o700, exist_ok=True)
    except OSError:
        raise _refused("runtime_folder_unwritable") from None
    if not os.access(os.path.join(local, "workers"), os.W_OK | os.X_OK):
        raise _refused("runtime_folder_unwritable")
    main = os.path.realpath(checkout.main_root or checkout.root)
    clone = Clone(
        workspace,
        (os.path.join(workspace, STORE_FOLDER),),
        os.path.realpath(checkout.common_dir),
        main,
        os.path.realpath(local),
        takes_messages=False,
    )
    below = path_below(workspace, checkout)
    return Place(workspace, clone, RepositoryPaths(main, checkout.common_dir, workspace=below))


def _refused(code: str) -> OperationError:
    return OperationError(code, code)
