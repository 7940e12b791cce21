"""The code that a job runs: the shim and what starts it, copied to where both sides see it.

What runs there need not be installed there, and is not changed by an upgrade here: its folder has
the name of its digest.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from typing import TYPE_CHECKING

import yoi_cli

if TYPE_CHECKING:
    from collections.abc import Mapping

_PACKAGES = (
    *("", "workers", "workers/local", "workers/local/shim", "workers/remote"),
    "workers/remote/slurm",
)
_MODULES = (
    "named_tuple.py",
    *("workers/remote/slurm/guardian.py", "workers/remote/slurm/prober.py"),
)
_WHOLE = "workers/local/shim"
GUARDIAN = "yoi_cli/workers/remote/slurm/guardian.py"
PROBER = "yoi_cli/workers/remote/slurm/prober.py"


def install_code(path: str) -> str:
    """The folder below `path` that has the code of this version, made where it is not there, or is
    not what it should be. Raises `OSError`."""
    wanted = _sources()
    digest = hashlib.sha256(repr(sorted(wanted.items())).encode()).hexdigest()
    folder = os.path.join(path, digest[:32])
    if _is_whole(folder, wanted):
        return folder
    os.makedirs(path, 0o700, exist_ok=True)
    making = f"{folder}.{os.getpid()}.{os.urandom(4).hex()}"
    try:
        for name, data in wanted.items():
            target = os.path.join(making, name)
            os.makedirs(os.path.dirname(target), 0o700, exist_ok=True)
            with open(target, "xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        if os.path.isdir(folder) and not _is_whole(folder, wanted):
            os.rename(folder, f"{making}.broken")
        os.rename(making, folder)
    except OSError:
        if not _is_whole(folder, wanted):  # somebody else made it meanwhile
            raise
    finally:
        shutil.rmtree(making, ignore_errors=True)
        shutil.rmtree(f"{making}.broken", ignore_errors=True)
    return folder


def _sources() -> Mapping[str, bytes]:
    top = os.path.dirname(os.path.abspath(yoi_cli.__file__))
    names = [os.path.join(package, "__init__.py") for package in _PACKAGES] + [*_MODULES]
    names += [
        os.path.join(_WHOLE, name)
        for name in os.listdir(os.path.join(top, _WHOLE))
        if name.endswith(".py") and name != "__init__.py"
    ]
    found = {}
    for name in names:
        with open(os.path.join(top, name), "rb") as file:
            found[os.path.join("yoi_cli", name)] = file.read()
    return found


def _is_whole(folder: str, wanted: Mapping[str, bytes]) -> bool:
    """Whether every file there is what it should be."""
    for name, data in wanted.items():
        try:
            with open(os.path.join(folder, name), "rb") as file:
                if file.read() != data:
                    return False
        except OSError:
            return False
    return True
