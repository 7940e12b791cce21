"""A repository with hooks installed, a ticket, and a worktree on its branch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from support.process import Program, Result
from support.templates import copy_repository

from yoi_cli.model.events import Event
from yoi_cli.store.formats.thread import parse_thread


@dataclass(frozen=True, slots=True)
class Hooked:
    """`repo` is the main worktree on main, `tree` a linked one on the branch of `ticket`."""

    repo: Path
    tree: Path
    ticket: str
    branch: str
    yoi: Program
    git: Program

    def commit(self, subject: str, *, cwd: Path | None = None, file: str = "") -> str:
        """Commit something new, in a file of its own unless one is named; its sha."""
        folder = cwd or self.tree
        name = file or f"{folder.name}-{len(list(folder.iterdir()))}"
        (folder / name).write_text(folder.name, encoding="utf-8")
        self.git("add", "--all", "--", ":!.yoi", cwd=folder)
        self.git("commit", "--quiet", "--message", subject, cwd=folder)
        return self.head(folder)

    def head(self, cwd: Path | None = None) -> str:
        return self.git("rev-parse", "HEAD", cwd=cwd or self.tree).out.strip()

    def message(self, revision: str = "HEAD", cwd: Path | None = None) -> str:
        return self.git("log", "-1", "--format=%B", revision, cwd=cwd or self.tree).out.strip()

    def events(self, ticket: str | None = None) -> list[Event]:
        """The `commit` events of the ticket."""
        path = self.repo / ".yoi/tickets" / (ticket or self.ticket) / "thread.md"
        thread = parse_thread(path.read_bytes()).thread
        assert not thread.faults
        return [event for event in thread.events if event.kind == "commit"]

    @property
    def spool(self) -> Path:
        return self.repo / ".git/yoi/spool"

    def spooled(self) -> list[str]:
        return sorted(path.name for path in self.spool.glob("*.json"))

    def any_write(self) -> Result:
        """A command that writes, about another ticket."""
        return self.yoi("ticket", "create", "--title", "Another", "-m", "x", cwd=self.repo)


def make_template(yoi: Program, git: Program, repo: Path) -> None:
    """Make `repo` a workspace with hooks, in which one ticket is committed."""
    git("init", "--quiet", repo)
    yoi("init", cwd=repo)
    yoi("ticket", "create", "--title", "Fix it", "--acceptance", "x", cwd=repo)
    (repo / "README.md").write_text("# A project\n", encoding="utf-8")
    git("add", "--all", cwd=repo)
    git("commit", "--quiet", "--message", "A store", cwd=repo)
    yoi("hook", "install", cwd=repo)


def copy_of(template: Path, yoi: Program, git: Program, repo: Path) -> Hooked:
    """A copy of what `make_template` made, with a worktree on its ticket's branch beside it."""
    copy_repository(template, git, repo)
    (ticket,) = (path.name for path in (repo / ".yoi/tickets").iterdir() if path.is_dir())
    branch = f"work/{ticket}-fix-it"
    tree = repo.parent / "tree"
    git("worktree", "add", "--quiet", "-b", branch, tree, cwd=repo)
    return Hooked(repo, tree, ticket, branch, yoi, git)
