"""Repositories with worktrees, for tests that run on real git."""

from __future__ import annotations

import os
from pathlib import Path

from support.process import Program

from yoi_cli.git.checkout import find_checkout
from yoi_cli.git.repository import RepositoryPaths
from yoi_cli.worktrees.git.worktrees import GitWorktrees
from yoi_cli.worktrees.model import Worktree
from yoi_cli.worktrees.ports import NewWorktree
from yoi_cli.worktrees.target.target_branch import GitRepository

TICKET = "0000000000ABC"
OTHER = "0000000000DEF"
BRANCH = f"work/{TICKET}-try"


def paths_of(repo: Path) -> RepositoryPaths:
    checkout = find_checkout(str(repo))
    assert checkout is not None
    return RepositoryPaths(checkout.main_root or checkout.root, checkout.common_dir)


def worktrees_of(repo: Path) -> GitWorktrees:
    return GitWorktrees(paths_of(repo))


def repository_of(repo: Path) -> GitRepository:
    return GitRepository(paths_of(repo))


def new(ticket: str = TICKET, *, base: str = "main", reuse: bool = False) -> NewWorktree:
    return NewWorktree(ticket, f".worktree/{ticket}-try", f"work/{ticket}-try", base, reuse)


def add(repo: Path, ticket: str = TICKET) -> tuple[Worktree, Path]:
    """A new worktree on the branch of `ticket`, and its folder."""
    made = worktrees_of(repo).add(new(ticket))
    return made, Path(made.path)


def seen(repo: Path, ticket: str = TICKET) -> Worktree:
    """The worktree of `ticket` as it is now."""
    found = worktrees_of(repo).of(ticket, "main")
    assert found is not None
    return found


def commit(git: Program, folder: Path, name: str, text: str = "text\n") -> str:
    """Commit the file `name` in `folder`; the commit."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    git("add", "--force", "--", name, cwd=folder)
    git("commit", "--quiet", "--message", f"Change {name}", cwd=folder)
    return git("rev-parse", "HEAD", cwd=folder).out.strip()


def all_bytes(folder: Path) -> dict[bytes, tuple[str, bytes]]:
    """Every file and symlink below `folder` but git's, with kind and content."""
    found: dict[bytes, tuple[str, bytes]] = {}
    top = os.fsencode(folder)
    for base, folders, files in os.walk(top):
        links = [name for name in folders if os.path.islink(os.path.join(base, name))]
        for name in [*files, *links]:
            path = os.path.join(base, name)
            if os.path.relpath(path, top) == b".git":
                continue
            if os.path.islink(path):
                found[os.path.relpath(path, top)] = ("120000", os.readlink(path))
                continue
            mode = "100755" if os.stat(path).st_mode & 0o100 else "100644"
            with open(path, "rb") as file:
                found[os.path.relpath(path, top)] = (mode, file.read())
    return found


def bytes_of_commit(git: Program, repo: Path, revision: str) -> dict[bytes, tuple[str, bytes]]:
    """Every file of a commit in the same form."""
    listed = git("ls-tree", "-r", "-z", "--full-tree", revision, cwd=repo).out_bytes
    found: dict[bytes, tuple[str, bytes]] = {}
    for line in listed.split(b"\0"):
        if line:
            facts, _, path = line.partition(b"\t")
            mode, _, name = facts.decode().split()
            found[path] = (mode, git("cat-file", "blob", name, cwd=repo).out_bytes)
    return found
