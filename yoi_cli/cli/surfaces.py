"""The faces of yoi that live beside the command line, each with the extra that brings its library.

The command line takes their options and starts them; neither side imports the other, so that no
command pays for a library that it does not use. `server.runtime:serve` is the function `serve` of
the module `yoi_cli.server.runtime`.
"""

from __future__ import annotations

import importlib
from typing import Protocol, cast

from yoi_cli.errors import OperationError

EXTRAS = {"server": "server", "tui": "panel", "tui.served": "panel,server", "mcp": "mcp"}


class Face(Protocol):
    """A function that runs a face until it is ended."""

    def __call__(self, **options: object) -> None: ...


def load(target: str) -> Face:
    """The function that `target` names. Raises `OperationError` where its extra is missing."""
    module, _, function = target.partition(":")
    extra = EXTRAS.get(module) or EXTRAS[module.partition(".")[0]]
    try:
        found = getattr(importlib.import_module(f"yoi_cli.{module}"), function)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "yoi_cli":
            raise
        raise OperationError(
            "extra_missing",
            f"this command needs the Python package {error.name}, which is not installed",
            hint=f"pip install 'yoi[{extra}]'",
            details={"package": error.name, "extra": extra},
        ) from error
    return cast(Face, found)
