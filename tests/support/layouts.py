"""Repositories laid out in every way that git allows, each with a workspace and a ticket's room."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from support.process import Program, Result


@dataclass(frozen=True, slots=True)
class Layout:
    """`workspace` is the folder in which `yoi init` was run, `top` the top of its checkout."""

    workspace: Path
    top: Path
    yoi: Program
    git: Program

    def ticket(self, title: str = "A") -> str:
        text = "Text.\n\n## Acceptance criteria\n\n- it works"
        return self.created(
            self.yoi("ticket", "create", "-t", title, "-m", text, cwd=self.workspace)
        )

    def created(self, result: Result) -> str:
        """The id in what a command prints that made something."""
        return result.out.split("\t")[1].strip()

    def commit_store(self) -> None:
        self.git("add", "--all", cwd=self.top)
        self.git("commit", "--quiet", "--message", "Store", cwd=self.top)

    def linked(self, name: str) -> Path:
        """A worktree that git made, without `yoi`, beside the others; its top folder."""
        path = self.top.parent / name
        self.git("worktree", "add", "--quiet", "-b", name, str(path), cwd=self.top)
        return path

    def within(self, checkout: Path) -> Path:
        """Where the workspace has its place in another checkout."""
        return checkout / self.workspace.relative_to(self.top)

    def thread(self, ticket: str) -> str:
        """What the one store that is meant has of a ticket."""
        path = self.workspace / ".yoi/tickets" / ticket / "thread.md"
        return path.read_text(encoding="utf-8")


def _begin(git: Program, folder: Path, *options: str) -> Path:
    folder.mkdir(parents=True)
    git("init", "--quiet", *options, cwd=folder)
    _first_commit(git, folder)
    return folder


def _first_commit(git: Program, folder: Path) -> None:
    (folder / "README.md").write_text("# A project\n", encoding="utf-8")
    git("add", "README.md", cwd=folder)
    git("commit", "--quiet", "--message", "Begin", cwd=folder)


def _plain(git: Program, base: Path) -> tuple[Path, Path]:
    top = _begin(git, base / "plain")
    return top, top


def _bare(git: Program, base: Path) -> tuple[Path, Path]:
    """`.git` is a bare repository, and the worktrees stand beside it."""
    seed = _begin(git, base / "seed")
    folder = base / "bare"
    folder.mkdir()
    git("clone", "--quiet", "--bare", str(seed), ".git", cwd=folder)
    git("worktree", "add", "--quiet", "main", "main", cwd=folder)
    return folder / "main", folder / "main"


def _hidden_bare(git: Program, base: Path) -> tuple[Path, Path]:
    """The bare repository is `.bare`, and a file `.git` leads to it."""
    seed = _begin(git, base / "seed")
    folder = base / "hidden"
    folder.mkdir()
    git("clone", "--quiet", "--bare", str(seed), ".bare", cwd=folder)
    (folder / ".git").write_text("gitdir: ./.bare\n", encoding="utf-8")
    git("worktree", "add", "--quiet", "main", "main", cwd=folder)
    return folder / "main", folder / "main"


def _separate(git: Program, base: Path) -> tuple[Path, Path]:
    top = _begin(git, base / "separate", "--separate-git-dir", str(base / "elsewhere"))
    return top, top


def _submodule(git: Program, base: Path) -> tuple[Path, Path]:
    library = _begin(git, base / "library")
    top = _begin(git, base / "application")
    allowed = ("-c", "protocol.file.allow=always")
    git(*allowed, "submodule", "--quiet", "add", str(library), "lib", cwd=top)
    git("commit", "--quiet", "--message", "A submodule", cwd=top)
    return top / "lib", top / "lib"


def _symlinked(git: Program, base: Path) -> tuple[Path, Path]:
    top = _begin(git, base / "symlinked")
    (base / "kept").mkdir()
    (top / ".git").rename(base / "kept/git")
    (top / ".git").symlink_to(base / "kept/git")
    return top, top


def _subfolder(git: Program, base: Path) -> tuple[Path, Path]:
    top = _begin(git, base / "subfolder")
    (top / "services/api").mkdir(parents=True)
    return top / "services/api", top


def _bare_subfolder(git: Program, base: Path) -> tuple[Path, Path]:
    _, top = _bare(git, base)
    (top / "services/api").mkdir(parents=True)
    return top / "services/api", top


def _not_utf8(git: Program, base: Path) -> tuple[Path, Path]:
    top = _begin(git, base / os.fsdecode(b"caf\xe9 \xff"))
    return top, top


Maker = Callable[[Program, Path], tuple[Path, Path]]
LAYOUTS: Mapping[str, Maker] = {
    "plain": _plain,
    "bare": _bare,
    "bare, hidden": _hidden_bare,
    "separate git dir": _separate,
    "submodule": _submodule,
    "symlinked .git": _symlinked,
    "subfolder": _subfolder,
    "bare, subfolder": _bare_subfolder,
    "not UTF-8": _not_utf8,
}


def make_layout(name: str, yoi: Program, git: Program, base: Path) -> Layout:
    """The layout `name` below `base`, with a workspace."""
    workspace, top = LAYOUTS[name](git, base)
    yoi("init", cwd=workspace)
    return Layout(workspace, top, yoi, git)
