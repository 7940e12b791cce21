"""The name that git signs with, read from its configuration without starting git.

Every command that writes needs it, and a start of git with what that loads is a quarter of its
work. Git is asked where its files say anything in another than the plain way, or nothing
(https://git-scm.com/docs/git-config, "Syntax" and "FILES").
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError
from yoi_cli.git.dot_git import read_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.git.checkout import Checkout

_BLANK = b" \t\r"
#: What means something else than itself in a value.
_SPECIAL = b'"\\#;\t\r'


class _UnusualError(Exception):
    """A file says something that git is to read."""


def user_name(cwd: str, checkout: Checkout | None) -> str:
    """The name that git would sign a commit with in `cwd`, which lies in `checkout`; empty where it
    knows none, and where git is missing. Raises `OperationError` (`git_failed`)."""
    try:
        name = "" if checkout is None else _configured(checkout)
    except (OSError, _UnusualError):
        name = ""
    return name or _asked(cwd) or os.environ.get("GIT_AUTHOR_NAME", "")


def _asked(cwd: str) -> str:
    from yoi_cli.git.command import look_up

    try:
        return look_up(["config", "--get", "user.name"], cwd=cwd)
    except OperationError as error:
        if error.code == "git_missing":
            return ""
        raise


def _configured(checkout: Checkout) -> str:
    """What the first file that names anybody says, of those that come before the system's."""
    if "GIT_CONFIG_COUNT" in os.environ:  # it comes before all files
        raise _UnusualError
    for text in _files(checkout):
        name = _name_in(text)
        if name is not None:
            return name.decode("utf-8", "surrogateescape")
    return ""


def _files(checkout: Checkout) -> Iterator[bytes]:
    clone = _text(os.path.join(checkout.common_dir, "config"))
    if b"worktreeconfig" in clone.lower():
        own = _text(os.path.join(checkout.git_dir, "config.worktree"))
        if _name_in(own) is not None:
            raise _UnusualError  # whether it counts is for git to say
    yield clone
    only = os.environ.get("GIT_CONFIG_GLOBAL")
    if only is not None:
        yield _text(only)
        return
    home = os.environ.get("HOME")
    if not home:
        return
    yield _text(os.path.join(home, ".gitconfig"))
    folder = os.environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    yield _text(os.path.join(folder, "git", "config"))


def _text(path: str) -> bytes:
    try:
        return read_file(path)
    except FileNotFoundError:
        return b""


def _name_in(text: bytes) -> bytes | None:
    """The last `name` of the section `user`. Raises `_UnusualError` for what is not plain: files
    that are included, values in quotes, over several lines or beside a section."""
    section, found = b"", None
    for raw in text.split(b"\n"):
        line = raw.strip(_BLANK)
        if not line or line.startswith((b"#", b";")):
            continue
        if line.startswith(b"["):
            section = line[1:-1].lower()
            if not line.endswith(b"]") or b"]" in section or section.startswith(b"include"):
                raise _UnusualError
            continue
        if line.endswith(b"\\") or not section:
            raise _UnusualError
        if section == b"user":
            key, has_value, value = line.partition(b"=")
            if key.strip(_BLANK).lower() == b"name":
                found = value.strip(_BLANK)
                if not has_value or not found or any(one in _SPECIAL for one in found):
                    raise _UnusualError
    return found
