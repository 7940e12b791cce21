"""A store in which anything may happen to any ticket: by yoi, by hand, by git."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from support.api import session_at
from support.process import Program
from support.tickets import ticket
from support.workspaces import put

from yoi_cli.api import claims, moves, relations
from yoi_cli.api.moves import Request
from yoi_cli.errors import YoiError
from yoi_cli.model.states import STATES

_FIRST = 12
_KINDS = ("depends_on", "blocks", "related", "duplicate_of", "parent")
_PLANS = ("before", "after", "conflicts_with", "blocked_by")
Change = Callable[[], object]


class ChangingStore:
    """A store in which anything may happen to any ticket, by yoi and by hand."""

    def __init__(self, workspace: Path, seed: int) -> None:
        self.workspace, self.chance, self.made = workspace, random.Random(seed), _FIRST
        for number in range(1, _FIRST + 1):
            put(workspace, number, self.chance.choice(STATES))

    def ways(self) -> dict[str, Change]:
        """What may happen, by its name."""
        return {
            "act": self.act,
            "act again": self.act,
            "relate": self.relate,
            "relate again": self.relate,
            "plan": self.plan,
            "claim": self.claim,
            "touch": self.touch,
            "make": self.make,
            "take away": self.take_away,
            "edit": self.edit,
            "break": self.break_one,
            "configure": self.configure,
            "read only": lambda: None,
        }

    def change(self) -> str:
        """One change; its name. What is refused changes nothing."""
        ways = self.ways()
        # A store that is damaged is decided as a whole, which would hide what is kept wrongly.
        weights = [1 if name in ("break", "take away", "configure") else 6 for name in ways]
        (name,) = self.chance.choices(list(ways), weights)
        with suppress(YoiError, OSError):
            ways[name]()
        return name

    def one(self) -> str:
        return self.chance.choice([path.name for path in self._folders()])

    def act(self) -> None:
        action = self.chance.choice(("intake", "queue", "accept", "done", "close", "release"))
        moves.act(session_at(self.workspace), self.one(), action, Request("Said."))

    def relate(self) -> None:
        kind = self.chance.choice(_KINDS)
        call = self.chance.choice((relations.add, relations.add, relations.remove))
        call(session_at(self.workspace), self.one(), kind, self.one())

    def plan(self) -> None:
        folder = self.workspace / ".yoi/tickets" / self.one()
        other = self.one()
        record = {
            "id": f"p{self.chance.randrange(10**6)}",
            "ticket_id": folder.name,
            "kind": self.chance.choice(_PLANS),
            "related_ticket": other,
            "author": "Ada Example",
            "at": "2026-06-01T00:00:00Z",
        }
        (folder / "artifacts").mkdir(exist_ok=True)
        with (folder / "artifacts/orchestration-plan.jsonl").open("a") as file:
            file.write(json.dumps(record) + "\n")

    def claim(self) -> None:
        claims.claim(session_at(self.workspace), self.one(), lease_ms=10**7)

    def touch(self) -> None:
        path = f"src/{self.chance.randrange(2)}"
        self._edit_item("state:", f"touches: [{path}]\nstate:", once="touches:")

    def edit(self) -> None:
        self._edit_item("## Acceptance criteria", "## Nothing")

    def _edit_item(self, old: str, new: str, once: str = "\0") -> None:
        path = self.workspace / ".yoi/tickets" / self.one() / "item.md"
        with suppress(OSError, ValueError):
            text = path.read_text()
            if once not in text:
                path.write_text(text.replace(old, new, 1))

    def make(self) -> None:
        self.made += 1
        put(self.workspace, self.made, self.chance.choice(STATES), depends_on=str(self.made - 1))

    def take_away(self) -> None:
        shutil.rmtree(self.workspace / ".yoi/tickets" / self.one())

    def break_one(self) -> None:
        """Damage a file, or mend what was damaged before."""
        broken = [path for path in self.workspace.rglob("*.kept") if path.is_file()]
        if broken and self.chance.random() < 0.7:
            broken[0].replace(broken[0].with_suffix(""))
            return
        name = self.chance.choice(("item.md", "thread.md", "artifacts/relations.json"))
        path = self.workspace / ".yoi/tickets" / self.one() / name
        if path.is_file():
            shutil.copy(path, f"{path}.kept")
            path.write_bytes(self.chance.choice((b"", b"\xff", b"{", b"---\nstate: ready\n---\n")))

    def configure(self) -> None:
        path = self.workspace / ".yoi/ticket.config.toml"
        head, _, _ = path.read_text().partition("\n[routing]")
        more = self.chance.choice(("", "\n[routing]\nmax_in_progress = 1\n"))
        path.write_text(head + more)

    def _folders(self) -> Iterable[Path]:
        return sorted(path for path in (self.workspace / ".yoi/tickets").iterdir() if path.is_dir())


class HostileStore(ChangingStore):
    """The same, where files are changed so that size and times tell nothing, and by git."""

    def __init__(self, workspace: Path, seed: int, git: Program) -> None:
        super().__init__(workspace, seed)
        self._git = git
        self._aside: list[tuple[Path, Path]] = []
        for number in range(1, _FIRST, 3):
            self._relate(ticket(number), ticket(number + 1))
        for branch in ("main", "other"):
            git("checkout", "-q", "-B", branch, cwd=workspace)
            self.edit_in_place()
            self._commit()

    def ways(self) -> dict[str, Change]:
        return super().ways() | {
            "edit in place": self.edit_in_place,
            "edit in place again": self.edit_in_place,
            "edit at an old time": self.edit_at_old_time,
            "edit at an old time again": self.edit_at_old_time,
            "replace at an old time": self.replace_at_old_time,
            "swap": self.swap,
            "same times": self.same_times,
            "set aside": self.set_aside,
            "put back": self.put_back,
            "copy over": self.copy_over,
            "resolution": self.take_resolution,
            "git checkout": self.checkout,
            "git stash": self.stash,
            "git reset": self.reset,
            "git merge": lambda: self._join("merge"),
            "git rebase": lambda: self._join("rebase"),
            "git commit": self._commit,
        }

    def file(self) -> Path:
        """Any file of any ticket that says something."""
        names = ("item.md", "thread.md", "artifacts/relations.json")
        found = [
            path
            for folder in self._folders()
            for name in names
            if (path := folder / name).is_file() and not path.is_symlink()
        ]
        return self.chance.choice(found)

    def edit_in_place(self) -> None:
        """Other bytes, as many, in the same file."""
        path = self.file()
        data = path.read_bytes()
        changed = self._changed(data)
        with path.open("r+b") as file:
            file.write(changed)

    def edit_at_old_time(self) -> None:
        path = self.file()
        with at_old_times(path):
            path.write_bytes(self._changed(path.read_bytes()))

    def replace_at_old_time(self) -> None:
        path = self.file()
        with at_old_times(path):
            beside = path.with_name(".tmp-beside")
            beside.write_bytes(self._changed(path.read_bytes()))
            beside.replace(path)

    def _changed(self, data: bytes) -> bytes:
        """As many bytes that say something else: another state, title or ticket."""
        swaps = [
            (b"A ticket", b"B ticket"),
            (b"B ticket", b"A ticket"),
            (b"state: 'ready'", b"state: 'ahead'"),
            (b"state: 'ahead'", b"state: 'ready'"),
            (b"to: ready", b"to: queue"),
            (b"to: queued", b"to: closed"),
            (b"depends_on", b"duplicates"),
            (b"It works", b"TBD     "),
            (b"- ", b"* "),
        ]
        able = [(old, new) for old, new in swaps if old in data]
        old, new = self.chance.choice(able) if able else (b"0", b"1")
        return data.replace(old, new, 1)

    def swap(self) -> None:
        """One ticket's file takes the place of another's, each with its times."""
        name = self.chance.choice(("item.md", "thread.md"))
        one, other = (self.workspace / ".yoi/tickets" / self.one() / name for _ in range(2))
        if one != other:
            beside = one.with_name(".tmp-beside")
            one.rename(beside)
            other.rename(one)
            beside.rename(other)

    def same_times(self) -> None:
        """All files of the store are as old as each other."""
        when = self.chance.choice((1_700_000_000_000_000_000, 4_000_000_000_000_000_000))
        for path in (self.workspace / ".yoi/tickets").rglob("*"):
            os.utime(path, ns=(when, when), follow_symlinks=False)

    def set_aside(self) -> None:
        """What stands somewhere is led to by a symlink, to the very same file or folder."""
        folder = self.workspace / ".yoi/tickets" / self.one()
        path = self.chance.choice((folder, folder / "item.md", folder / "artifacts"))
        if path.exists() and not path.is_symlink():
            aside = self.workspace / f"aside-{len(self._aside)}-{self.chance.randrange(10**6)}"
            path.rename(aside)
            path.symlink_to(aside)
            self._aside.append((path, aside))

    def put_back(self) -> None:
        while self._aside:
            path, aside = self._aside.pop()
            if path.is_symlink():
                path.unlink()
                aside.rename(path)

    def copy_over(self) -> None:
        """The same file in two places, by a link."""
        one, other = self.file(), self.file()
        if one.name == other.name and one != other:
            other.unlink()
            os.link(one, other)

    def take_resolution(self) -> None:
        path = self.workspace / ".yoi/tickets" / self.one() / "resolution.md"
        if path.exists():
            path.unlink()
        else:
            path.write_text("Done.\n")

    def checkout(self) -> None:
        self._with_times("checkout", "-q", "-f", self.chance.choice(("main", "other", "HEAD~1")))

    def stash(self) -> None:
        self._with_times("stash", self.chance.choice(("push", "pop", "push", "apply")))

    def reset(self) -> None:
        self._with_times("reset", "-q", "--hard", self.chance.choice(("HEAD", "main", "other")))

    def _join(self, how: str) -> None:
        self._commit()
        self._with_times("checkout", "-q", "-f", self.chance.choice(("main", "other")))
        self._with_times(how, "-q", self.chance.choice(("main", "other")))
        self._git(how, "--abort", cwd=self.workspace, check=False)

    def _commit(self) -> None:
        self._git("add", "-A", ".yoi", cwd=self.workspace, check=False)
        self._git("commit", "-q", "-m", "A change", cwd=self.workspace, check=False)

    def _with_times(self, *words: str) -> None:
        """Let git do what it does, and sometimes give every file that was there its times."""
        folder = self.workspace / ".yoi/tickets"
        times = {path: os.lstat(path) for path in folder.rglob("*")}
        self._git(*words, cwd=self.workspace, check=False)
        if self.chance.random() < 0.5:
            for path, status in times.items():
                with suppress(OSError):
                    ns = (status.st_atime_ns, status.st_mtime_ns)
                    os.utime(path, ns=ns, follow_symlinks=False)

    def _relate(self, one: str, other: str) -> None:
        relations.add(session_at(self.workspace), one, "depends_on", other)


@contextmanager
def at_old_times(path: Path) -> Iterator[None]:
    """A file and its folder have the times afterwards that they had before."""
    known = [(one, os.stat(one)) for one in (path, path.parent)]
    yield
    for one, status in known:
        os.utime(one, ns=(status.st_atime_ns, status.st_mtime_ns))
