"""Other programs for tickets: where they are had from, their store of the same tickets, and their
words for the same commands."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from peers.tickets import Ticket

TK = "https://github.com/wedow/ticket"


class NotToBeHadError(Exception):
    """A program that cannot be installed here, and why."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A program, as it is installed below a folder and given tickets in another.

    `install` gives the words that call it; `fill` writes its store; `commands` are the words of
    each command, of which `{last}` is the id of the last ticket; `variables` those that it needs.
    """

    name: str
    install: Callable[[Path], tuple[str, ...]]
    fill: Callable[[tuple[str, ...], Path, Sequence[Ticket]], str]
    commands: Mapping[str, tuple[str, ...]]
    variables: Callable[[Path], Mapping[str, str]] = lambda _: {}


def _run(*words: str, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        words,
        cwd=cwd,
        env=None if env is None else {**os.environ, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise NotToBeHadError(f"{' '.join(words[:3])}: {said[-1] if said else done.returncode}")
    return done.stdout


def _needs(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise NotToBeHadError(f"there is no {program}")
    return found


def install_backlog(folder: Path) -> tuple[str, ...]:
    """Backlog.md, from npm: its own binary, without the starter around it."""
    _run(_needs("npm"), "install", "--no-audit", "--no-fund", "backlog.md", cwd=folder)
    binaries = sorted(folder.glob("node_modules/backlog.md-*/backlog"))
    return (str(binaries[0] if binaries else folder / "node_modules/.bin/backlog"),)


def fill_backlog(yoi: tuple[str, ...], folder: Path, tickets: Sequence[Ticket]) -> str:
    _run(*yoi, "init", "Bench", "--defaults", cwd=folder)
    for name in ("remote_operations", "check_active_branches"):  # which look at git's branches
        config = folder / "backlog/config.yml"
        config.write_text(config.read_text("utf-8").replace(f"{name}: true", f"{name}: false"))
    tasks = folder / "backlog/tasks"
    tasks.mkdir(exist_ok=True)
    for one in tickets:
        state = "Done" if one.is_finished else "To Do"
        state = "In Progress" if one.state == "inprogress" else state
        waits = "".join(f"\n  - TASK-{number}" for number in one.waits_for) or " []"
        name = f"task-{one.number} - {one.title.replace(' ', '-')}.md"
        (tasks / name.replace("/", "-")).write_text(
            f"---\nid: TASK-{one.number}\ntitle: {json.dumps(one.title, ensure_ascii=False)}\n"
            f"status: {state}\nassignee: []\n"
            f"created_date: '{one.created_at[:10]} {one.created_at[11:16]}'\nlabels: []\n"
            f"dependencies:{waits}\nordinal: {one.number * 1000}\n---\n\n## Description\n\n"
            f"<!-- SECTION:DESCRIPTION:BEGIN -->\n{one.body}\n<!-- SECTION:DESCRIPTION:END -->\n",
            "utf-8",
        )
    return f"task-{tickets[-1].number}"


def install_tk(folder: Path) -> tuple[str, ...]:
    """tk, from git (YOI_BENCH_TK names a clone of it): two scripts for a shell."""
    source = os.environ.get("YOI_BENCH_TK", TK)
    _run(_needs("git"), "clone", "--quiet", "--depth", "1", source, "tk", cwd=folder)
    return (str(folder / "tk/ticket"),)


def fill_tk(_: tuple[str, ...], folder: Path, tickets: Sequence[Ticket]) -> str:
    (folder / ".tickets").mkdir()
    for one in tickets:
        state = "closed" if one.is_finished else "open"
        state = "in_progress" if one.state == "inprogress" else state
        waits = ", ".join(_tk_id(number) for number in one.waits_for)
        (folder / f".tickets/{_tk_id(one.number)}.md").write_text(
            f"---\nid: {_tk_id(one.number)}\nstatus: {state}\ndeps: [{waits}]\nlinks: []\n"
            f"created: {one.created_at}\ntype: task\npriority: {one.priority}\n"
            f"assignee: Bench\n---\n# {one.title}\n\n{one.body}\n",
            "utf-8",
        )
    return _tk_id(tickets[-1].number)


def _tk_id(number: int) -> str:
    return f"be-{number:05d}"


def tk_variables(folder: Path) -> Mapping[str, str]:
    """Its lists are plugins, looked for in PATH."""
    return {"PATH": f"{folder / 'tk/plugins'}:{os.environ['PATH']}"}


def install_taskwarrior(folder: Path) -> tuple[str, ...]:
    """Taskwarrior, from Debian: the package is unpacked, not installed."""
    _run(_needs("apt-get"), "download", "taskwarrior", cwd=folder)
    (package,) = folder.glob("taskwarrior_*.deb")
    _run(_needs("dpkg"), "-x", str(package), "deb", cwd=folder)
    return (str(folder / "deb/usr/bin/task"), "rc:/dev/null", "rc.confirmation=no")


def fill_taskwarrior(_: tuple[str, ...], folder: Path, tickets: Sequence[Ticket]) -> str:
    """Its tasks have no description beside their title."""
    pending: list[str] = []
    completed: list[str] = []
    for one in tickets:
        at = int(datetime.fromisoformat(one.created_at).timestamp())
        fields = {
            "description": one.title.replace('"', "'"),
            "entry": str(at),
            "modified": str(at),
            "priority": "HHMLL"[one.priority],
            "status": "completed" if one.is_finished else "pending",
            "uuid": _uuid(one.number),
        }
        if one.is_finished:
            fields["end"] = str(at)
        if one.waits_for:
            fields["depends"] = ",".join(map(_uuid, one.waits_for))
            fields |= {f"dep_{_uuid(number)}": "x" for number in one.waits_for}
        line = " ".join(f'{key}:"{value}"' for key, value in sorted(fields.items()))
        line = line.replace("[", "&open;").replace("]", "&close;")
        (completed if one.is_finished else pending).append(f"[{line}]\n")
    (folder / "pending.data").write_text("".join(pending), "utf-8")
    (folder / "completed.data").write_text("".join(completed), "utf-8")
    return _uuid(next(one.number for one in reversed(tickets) if not one.is_finished))


def _uuid(number: int) -> str:
    return str(uuid.UUID(int=number, version=4))


PEERS = (
    Peer(
        "tk",
        install_tk,
        fill_tk,
        {
            "list": ("ls",),
            "show": ("show", "{last}"),
            "create": ("create", "A title"),
            "next": ("ready",),
            "blocked": ("blocked",),
        },
        tk_variables,
    ),
    Peer(
        "Backlog.md",
        install_backlog,
        fill_backlog,
        {
            "list": ("task", "list", "--plain"),
            "show": ("task", "{last}", "--plain"),
            "create": ("task", "create", "A title", "--plain"),
            "next": ("task", "list", "--ready", "--plain"),
        },
    ),
    Peer(
        "taskwarrior",
        install_taskwarrior,
        fill_taskwarrior,
        {
            "list": ("list",),
            "show": ("{last}", "info"),
            "create": ("add", "A title"),
            "next": ("ready",),
            "blocked": ("blocked",),
        },
    ),
)
