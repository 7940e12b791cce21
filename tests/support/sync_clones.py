"""Several clones of one bare repository, with a store in each."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from support.file_stores import fingerprint
from support.process import Program, Result

#: How a clone shares its store: on the branch that is checked out, or on one of its own.
OWN = ("--branch", "yoi")
TEXT = "## Acceptance criteria\n\n- It works.\n"


@dataclass(frozen=True)
class Clones:
    """A bare repository in `folder` and clones of it, by name."""

    folder: Path
    yoi: Program
    git: Program
    options: tuple[str, ...] = ()

    def make_remote(self) -> Path:
        """Make the bare repository, with one commit of a file that is no ticket; its folder."""
        self.git("init", "--quiet", "--bare", "remote.git", cwd=self.folder)
        self.git("clone", "--quiet", "remote.git", "seed", cwd=self.folder)
        seed = self.folder / "seed"
        (seed / "README.md").write_text("# A project\n", encoding="utf-8")
        if self.options:
            (seed / ".gitignore").write_text("/.yoi/\n", encoding="utf-8")
        self.git("add", ".", cwd=seed)
        self.git("commit", "--quiet", "--message", "Begin", cwd=seed)
        if not self.options:
            self.yoi("init", cwd=seed)
            self.git("add", ".yoi", cwd=seed)
            self.git("commit", "--quiet", "--message", "A store", cwd=seed)
        self.git("push", "--quiet", "origin", "main", cwd=seed)
        return self.folder / "remote.git"

    def clone(self, name: str) -> Path:
        """A new clone, in which there is a store."""
        self.git("clone", "--quiet", "remote.git", name, cwd=self.folder)
        clone = self.folder / name
        if self.options:
            self.yoi("init", cwd=clone)
        return clone

    def sync(
        self, clone: Path, *more: str, check: bool = True, env: dict[str, str | None] | None = None
    ) -> Result:
        return self.yoi("sync", *self.options, *more, cwd=clone, check=check, env=env)

    def create(self, clone: Path, title: str) -> str:
        made = self.yoi("ticket", "create", "--title", title, "-m", TEXT, cwd=clone)
        return made.out.split("\t")[1].strip()

    def comment(self, clone: Path, ticket: str, text: str) -> None:
        self.yoi("ticket", "comment", ticket, "-m", text, cwd=clone)

    def thread(self, clone: Path, ticket: str) -> str:
        return (clone / ".yoi/tickets" / ticket / "thread.md").read_text(encoding="utf-8")

    def converge(self, *clones: Path) -> dict[str, str]:
        """Sync every clone until all must have everything; the store that all have then. What a
        clone has put aside in `.torn` is its own."""
        for clone in (*clones, *clones[:-1]):
            self.sync(clone)
        stores = [
            {path: has for path, has in fingerprint(clone / ".yoi").items() if ".torn" not in path}
            for clone in clones
        ]
        for clone, store in zip(clones, stores, strict=True):
            assert store == stores[0], clone
        self.yoi("ticket", "doctor", cwd=clones[0])
        return stores[0]

    def start(self, clone: Path) -> subprocess.Popen[bytes]:
        """A sync that goes on by itself."""
        return subprocess.Popen(
            [*self.yoi.argv, "sync", *self.options],
            cwd=clone,
            env=self.yoi.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )


#: Clones of a bare repository in the test's folder, for the options of their syncs.
NewClones = Callable[[tuple[str, ...]], Clones]


def git_wrapper(folder: Path, script: str) -> dict[str, str | None]:
    """An environment in which `git` is a shell script; `$GIT` is the real one in it."""
    folder.mkdir(parents=True, exist_ok=True)
    real = next(
        path
        for part in os.environ["PATH"].split(os.pathsep)
        if (path := Path(part) / "git").is_file()
    )
    wrapper = folder / "git"
    wrapper.write_text(f"#!/bin/bash\nGIT={real}\n{script}\n", encoding="utf-8")
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    python = str(Path(sys.executable).parent)
    return {"PATH": os.pathsep.join([str(folder), python, os.environ["PATH"]])}
