"""Two branches of one store that worked on the same tickets, with the real git."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from support.process import Program, Result

#: A PATH on which git is and `yoi` is not.
WITHOUT_YOI = {"PATH": "/usr/local/bin:/usr/bin:/bin"}


@dataclass(frozen=True, slots=True)
class Branches:
    """A workspace on `main`, with the branch `work`; commands run in it."""

    yoi: Program
    git: Program
    folder: Path

    def ticket(self, title: str) -> str:
        made = self.yoi("ticket", "create", "--title", title, "--message", "Text.", "--json")
        return str(made.json["id"])

    def say(self, ticket: str, text: str) -> None:
        self.yoi("ticket", "comment", ticket, "--message", text)

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def on(self, branch: str, *, new: bool = False) -> None:
        self.git("checkout", "--quiet", *(["-b"] if new else []), branch)

    def merge(self, *, driver: bool, check: bool = True) -> Result:
        """Merge `work` into what is checked out, with the driver's program or without it."""
        env = None if driver else WITHOUT_YOI
        return self.git("merge", "--quiet", "-m", "Merge", "work", env=env, check=check)

    def path(self, ticket: str, part: str = "thread.md") -> Path:
        return self.folder / ".yoi/tickets" / ticket / part

    def bodies(self, ticket: str) -> list[str]:
        """The bodies of a ticket's comments, in the order of its thread."""
        shown = self.yoi("ticket", "show", ticket, "--json").json
        return [str(event["body"]) for event in shown["events"] if event["kind"] == "comment"]

    def problems(self) -> list[str]:
        """The codes of everything that doctor finds wrong, notes left out."""
        found = self.yoi("ticket", "doctor", "--json", check=False).json
        return [one["code"] for one in found["diagnostics"] if one["severity"] != "info"]

    def unmerged(self) -> list[str]:
        said = self.git("diff", "--name-only", "--diff-filter=U").out
        return sorted(said.splitlines())


def fork(branches: Branches) -> str:
    """A ticket on `main` and `work`, on which both then commented; on `main`. Its id."""
    ticket = branches.ticket("Shared")
    branches.commit("Begin")
    branches.on("work", new=True)
    branches.say(ticket, "from work")
    branches.commit("Work")
    branches.on("main")
    branches.say(ticket, "from main")
    branches.commit("Main")
    return ticket


def move_on_both(branches: Branches, ticket: str) -> None:
    """`main` closes what both branches have, `work` marks it ready; on `main` again."""
    branches.yoi("ticket", "close", ticket, "--message", "Gone.")
    branches.commit("Close")
    branches.on("work")
    branches.yoi("ticket", "intake", ticket, "--message", "Settled.")
    branches.commit("Ready")
    branches.on("main")
