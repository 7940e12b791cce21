"""Which checkout a folder belongs to, read from `.git` without starting git.

Every command needs this, and starting git would cost it more than the rest of its work. Git is
asked where a repository is not laid out as usual, and where it might refuse
(docs/worktrees.md, "Which store").
"""

from __future__ import annotations

import os
import re

from yoi_cli.errors import OperationError
from yoi_cli.git.dot_git import copied, first_line, git_dir_of, read_file, record_of
from yoi_cli.named_tuple import NamedTuple

#: The values of `core.sharedRepository`; the others keep to the owner's umask.
_SHARED = rb"sharedrepository[ \t]*=[ \t]*\"?([a-z0-9]+)"
_GROUP = frozenset({b"group", b"true", b"yes", b"on", b"1"})
_EVERYBODY = frozenset({b"all", b"world", b"everybody", b"2"})
_OCTAL = rb"0[0-7]{3}"


class Checkout(NamedTuple):
    """A work tree.

    `root` is its top folder, `git_dir` its own git folder, `common_dir` the one that all
    worktrees of the repository share, `main_root` the top folder of the checkout whose store all
    of them use: the main worktree, or what was recorded where there is none (None where nothing
    was). All are absolute.
    """

    root: str
    git_dir: str
    common_dir: str
    main_root: str | None

    @property
    def is_linked(self) -> bool:
        """Whether it is a linked worktree rather than the main one."""
        return self.git_dir != self.common_dir

    @property
    def is_main(self) -> bool:
        """Whether it is the checkout whose store all others use."""
        return self.main_root == self.root


def find_checkout(start: str) -> Checkout | None:
    """The checkout that the folder `start` (absolute) lies in, or None outside of git.

    Raises `OperationError` (`git_refused`) for a repository that git does not work in: one that
    belongs to somebody else, one whose `.git` leads nowhere. Raises `ConflictError`
    (`checkout_copied`) for a copy of a checkout, which git takes for the first one.
    """
    folder = start
    while True:
        dot_git = os.path.join(folder, ".git")
        git_dir = git_dir_of(dot_git)
        if git_dir is not None:
            _check_owner(folder, dot_git, git_dir)
            return _checkout(folder, git_dir)
        if os.path.isfile(dot_git):  # git looks no further up either
            _ask(folder)
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def is_below(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or lies in it; both are clean, and of one kind."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _checkout(root: str, git_dir: str) -> Checkout | None:
    common = first_line(os.path.join(git_dir, "commondir"))
    if common is None:
        if git_dir == os.path.join(root, ".git") and is_plain(git_dir):
            return Checkout(root, git_dir, git_dir, root)
        from yoi_cli.git.unusual import main_of_unusual

        main = main_of_unusual(root, git_dir)
        return None if main is None else Checkout(root, git_dir, git_dir, main)
    _check_not_copied(root, git_dir)
    common_dir = os.path.realpath(os.path.join(git_dir, common))
    return Checkout(root, git_dir, common_dir, _main_of_linked(common_dir))


def _main_of_linked(common_dir: str) -> str | None:
    above, name = os.path.split(common_dir)
    if name == ".git" and is_plain(common_dir) and not os.path.exists(record_of(common_dir)):
        return above
    from yoi_cli.git.unusual import main_of_linked

    return main_of_linked(common_dir)


def is_plain(git_dir: str) -> bool:
    """Whether the configuration leaves the work tree where it is: nearly every one says
    `bare = false` and no more of it. What may say otherwise is looked at closer."""
    text = _config(git_dir, "config")
    if b"worktreeconfig" in text:
        text = text.replace(b"worktreeconfig", b"") + _config(git_dir, "config.worktree")
    text = text.replace(b"bare = false", b"")
    return b"bare" not in text and b"worktree" not in text


def shared_with(common_dir: str) -> int:
    """What `core.sharedRepository` gives to others than the owner, as bits of a folder's mode."""
    text = _config(common_dir, "config")
    if b"sharedrepository" not in text:
        return 0
    found = re.findall(_SHARED, text)
    said = found[-1] if found else b"true"  # a key without a value
    if said in _GROUP:
        return 0o070
    if said in _EVERYBODY:
        return 0o075
    bits = int(said, 8) & 0o077 if re.fullmatch(_OCTAL, said) else 0
    return bits | (bits & 0o044) >> 2  # a folder is searched by whoever may read it


def _config(git_dir: str, name: str) -> bytes:
    try:
        return read_file(os.path.join(git_dir, name)).lower()
    except OSError:
        return b""


def _check_not_copied(root: str, git_dir: str) -> None:
    """Refuse a folder that was copied together with the `.git` of the worktree that it is a copy
    of. One that was moved is at home where it is."""
    link = first_line(os.path.join(git_dir, "gitdir"))
    here = os.path.join(root, ".git")
    if not link:
        return
    there = os.path.normpath(os.path.join(git_dir, link))
    if there == here or not os.path.isfile(there) or os.path.samefile(there, here):
        return
    if git_dir_of(there) == git_dir:
        raise copied(root, os.path.dirname(there))


def _check_owner(root: str, dot_git: str, git_dir: str) -> None:
    """Git refuses what belongs to another user, but not once it is told which git folder is
    meant, as it often is by us: so it is asked before, where it might."""
    me = os.geteuid()
    if any(os.lstat(path).st_uid != me for path in (root, dot_git, git_dir)):
        _ask(root)


def _ask(root: str) -> None:
    """Have git look at the repository around `root`. Raises `OperationError` (`git_refused`) with
    its words; where git is missing, nothing of the repository can be run either."""
    from yoi_cli.git.command import ask_git

    try:
        answer = ask_git(["rev-parse", "--git-dir"], cwd=root)
    except OperationError as error:
        if error.code != "git_missing":
            raise
        return
    if answer.code:
        first, _, rest = answer.said.partition("\n")
        advice = " ".join(rest.split())
        raise OperationError(
            "git_refused",
            f"git does not work in {root}: {first.removeprefix('fatal: ')}.",
            hint=advice or "Run `git status` there to see more.",
            details={"folder": root, "said": answer.said},
        )
