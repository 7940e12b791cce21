"""Paths that the configuration names for workers, as they really are (docs/security.md)."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.git.checkout import is_below
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


class Grant(NamedTuple):
    """A path that a worker may write besides, and why it may not after all; empty where it may."""

    path: str
    problem: str = ""


def named_path(path: str, root: str, environment: Mapping[str, str]) -> str | None:
    """Where `path` really is: from `root`, with `~` and `${NAME:-OTHERWISE}` as the worker's
    environment has them. None where a variable has no value, and nothing stands for it."""
    is_known = True

    def value(found: re.Match[str]) -> str:
        nonlocal is_known
        said = environment.get(found[1]) or found[2] or ""
        is_known &= bool(said)
        return said

    path = _VARIABLE.sub(value, path)
    if not is_known:
        return None
    if path == "~" or path.startswith("~/"):
        path = environment.get("HOME", "/nonexistent") + path[1:]
    return os.path.realpath(os.path.join(root, path))


def make_named(
    paths: Iterable[str], root: str, environment: Mapping[str, str], protected: tuple[str, ...]
) -> Iterator[str]:
    """Those of `paths` that may be granted and are there; a folder, written with a slash at its
    end, is made where it is missing."""
    for path in paths:
        full = named_path(path, root, environment)
        if full is None or _is_inside(full, protected):
            continue
        if path.endswith("/"):
            with suppress(OSError):  # what is not there is not granted
                os.makedirs(full, 0o700, exist_ok=True)
        if os.path.exists(full):
            yield full


def grants_of(
    paths: Iterable[str], root: str, environment: Mapping[str, str], protected: tuple[str, ...]
) -> Iterator[Grant]:
    """What `make_named` would do; nothing is made. A file that is not there is left out."""
    for path in paths:
        full = named_path(path, root, environment)
        if full is None or (not path.endswith("/") and not os.path.exists(full)):
            continue
        if _is_inside(full, protected):
            yield Grant(full, "it belongs to the clone")
        elif os.path.exists(full) and path.endswith("/") and not os.path.isdir(full):
            yield Grant(full, "it is no folder")
        elif not os.access(_nearest(full), os.W_OK):
            yield Grant(full, "you may not write there yourself")
        else:
            yield Grant(full)


def _nearest(path: str) -> str:
    """`path`, or the first folder above it that is there."""
    while not os.path.lexists(path):
        path = os.path.dirname(path)
    return path


def _is_inside(path: str, protected: tuple[str, ...]) -> bool:
    return any(is_below(path, one) for one in protected)
