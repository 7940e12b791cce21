"""Repositories whose main checkout does not show by where their git folder is: bare ones with
worktrees, `--separate-git-dir`, submodules, a `.git` that is a symlink (docs/worktrees.md, "Which
store").

Where git knows no main checkout, `yoi init` records the one whose store is meant, in the git
folder.
"""

from __future__ import annotations

import os

from yoi_cli.git.dot_git import copied, first_line, git_dir_of, record_of
from yoi_cli.named_tuple import NamedTuple

#: What the record says of a linked worktree is its git folder, by which git itself finds it, else
#: the checkout's path; both from the git folder that all worktrees share.
_LINKED = "worktrees/"
_TRUE = frozenset({"", "true", "yes", "on", "1"})


class _CoreSettings(NamedTuple):
    """What the configuration says of the main worktree; None where it says nothing."""

    is_bare: bool
    worktree: str | None


def main_of_linked(common_dir: str) -> str | None:
    """The main checkout of a repository, asked from a linked worktree."""
    recorded = _recorded(common_dir)
    if recorded is not None:
        return recorded
    core = _core_settings(common_dir)
    if core.worktree is not None:
        return os.path.realpath(os.path.join(common_dir, core.worktree))
    if core.is_bare or os.path.basename(common_dir) != ".git":
        return None
    return os.path.dirname(common_dir)


def main_of_unusual(root: str, git_dir: str) -> str | None:
    """The main checkout, asked from `root`, whose `.git` leads to `git_dir`; None for a folder
    that is no work tree. Raises `ConflictError` (`checkout_copied`)."""
    if _core_settings(git_dir).is_bare:
        return None
    recorded = _recorded(git_dir)
    if recorded is None or git_dir == os.path.join(root, ".git") or _is_same(recorded, root):
        return root
    raise copied(root, recorded)


def record_main(root: str, git_dir: str, common_dir: str) -> None:
    """Record the checkout at `root`, of the git folder `git_dir`, as the one whose store all
    worktrees use, where that cannot be derived."""
    if git_dir == os.path.join(root, ".git"):
        return
    text = os.path.relpath(root if git_dir == common_dir else git_dir, common_dir)
    path = record_of(common_dir)
    if first_line(path) == text:
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    temporary = f"{path}.{os.getpid()}"
    with open(temporary, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text + "\n")
    os.replace(temporary, path)


def _recorded(common_dir: str) -> str | None:
    """The recorded checkout; None where none is, or it is no checkout of the repository now."""
    text = first_line(record_of(common_dir))
    if not text:
        return None
    path = os.path.join(common_dir, text)
    if text.startswith(_LINKED):
        link = first_line(os.path.join(path, "gitdir"))
        root, git_dir = os.path.dirname(os.path.join(path, link or "")), path
    else:
        root, git_dir = path, common_dir
    root = os.path.realpath(root)
    found = git_dir_of(os.path.join(root, ".git"))
    return root if found is not None and _is_same(found, git_dir) else None


def _is_same(path: str, other: str) -> bool:
    return os.path.realpath(path) == os.path.realpath(other)


def _core_settings(git_dir: str) -> _CoreSettings:
    """`core.bare` and `core.worktree` as git reads them for the main worktree: of the repository's
    own files, and of nothing that those include."""
    values: dict[str, str] = {}
    for name in ("config", "config.worktree"):
        values.update(_core_of(os.path.join(git_dir, name)))
        if "extensions.worktreeconfig" not in values:
            break
    return _CoreSettings(
        values.get("core.bare", "false").lower() in _TRUE, values.get("core.worktree")
    )


def _core_of(path: str) -> dict[str, str]:
    if not os.path.exists(path):
        return {}
    from yoi_cli.git.command import ask_git, git_failed

    wanted = r"^(core\.(bare|worktree)|extensions\.worktreeconfig)$"
    arguments = ["config", "--file", path, "--null", "--get-regexp", wanted]
    answer = ask_git(arguments, cwd="/")
    if answer.code not in (0, 1):
        raise git_failed(arguments, answer)
    entries = (entry.partition("\n") for entry in answer.text.split("\0") if entry)
    return {key: value for key, _, value in entries}
