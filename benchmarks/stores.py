"""The stores that are measured, each in a git repository of its own below a scratch folder."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from make_store import EPOCH_MS, event

HERE = Path(__file__).resolve().parent
KILOBYTE_OF_TEXT = "One line of a long discussion, as threads have them. " * 19
HOUR_MS = 3_600_000
KEPT = ("PATH", "PYTHONPATH", "TMPDIR", "LD_LIBRARY_PATH")


@dataclass(frozen=True, slots=True)
class Store:
    """A workspace, and a ticket in it that is being planned."""

    root: Path
    planned: str

    @property
    def tickets(self) -> Path:
        return self.root / ".yoi" / "tickets"

    def thread(self, ticket: str) -> Path:
        return self.tickets / ticket / "thread.md"


def clean_environment(home: Path) -> dict[str, str]:
    """An environment in which no configuration of the person who measures has a say."""
    home.mkdir()
    config = "[user]\n\tname = Bench\n\temail = bench@example.org\n"
    (home / ".gitconfig").write_text(config, encoding="utf-8")
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    own = {"HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    return kept | own


def build_store(
    root: Path, tickets: int, env: Mapping[str, str], *, shape: str = "live", ids: str = "ulid"
) -> Store:
    """Make a store of `tickets` in the new folder `root`; in a process of its own.

    `shape` and `ids` are those of make_store.py.

    A child's peak memory is never less than its parent's at the fork: this process stays small.
    """
    make = [sys.executable, str(HERE / "make_store.py"), str(tickets), str(root)]
    make += ["--shape", shape, "--ids", ids]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL, env=env)
    subprocess.run(["git", "init", "--quiet", str(root)], check=True, env=env)
    os.sync()  # what the disk still has to write must not be measured with the commands
    return Store(root, _first_planned(root / ".yoi" / "tickets"))


def grow_thread(thread: Path, size: int) -> None:
    """Append comments to `thread` until it has `size` bytes or a little more."""
    rng = random.Random(2)
    at = EPOCH_MS + HOUR_MS
    with thread.open("a", encoding="utf-8", newline="\n") as file:
        while file.tell() < size:
            at += 1
            file.write("\n" + event("comment", at, rng, "Comment", KILOBYTE_OF_TEXT))


def _first_planned(tickets: Path) -> str:
    for folder in sorted(tickets.iterdir()):
        if "\nstate: 'planning'\n" in (folder / "item.md").read_text(encoding="utf-8"):
            return folder.name
    raise LookupError(f"no ticket is being planned in {tickets}")
