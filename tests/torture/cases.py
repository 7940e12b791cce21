"""The commands that change a store, each with what it needs, and what repeating it may answer."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from torture.syscalls import Boundary, Struck, run_with_fault
from torture.warm import warm_yoi
from torture.world import Tickets, World

#: Repeated after it had happened, a command says so (0) or that it is too late for it (4).
_DONE_ALREADY = (0, 4)
_OWN = ("sync", "--branch", "yoi")
_TRIES = 3


class Case(NamedTuple):
    """One command. `words` takes the tickets of a world and a folder for its files.

    `prepare` changes the pristine store. `is_repeatable` says that, by design, the command
    given twice does no more than given once; `again` are the exit codes it may have then.
    `is_one_step` says that it happens as a whole; an import goes ticket by ticket, a sync and a
    resolve file by file.
    `ends_with_claim` says that it is done once the claim, a file behind the event, is: where
    that is refused it fails, and given again it ends without another event. `failing` is the
    exit code where the disk refuses. `beside` is a file outside of the store, from the
    workspace, that the command replaces at once.
    """

    name: str
    words: Callable[[Tickets, Path], tuple[str, ...]]
    prepare: Callable[[World], None] | None = None
    is_repeatable: bool = True
    again: tuple[int, ...] = _DONE_ALREADY
    is_one_step: bool = True
    ends_with_claim: bool = False
    failing: int = 1
    beside: str = ""


def _export_of_another_store(world: World) -> None:
    """An export of two tickets that this store has not."""
    folder = world.pristine.parent
    elsewhere = World(folder / "elsewhere")
    names: list[str] = []
    for title in ("First", "Second"):
        created = elsewhere.yoi_before("ticket", "create", "-t", title, "-m", "Imported.", "--json")
        names.append(str(created.json["id"]))
    lines = [warm_yoi("ticket", "export", name, cwd=elsewhere.pristine).out_bytes for name in names]
    (folder / "export.jsonl").write_bytes(b"".join(lines))


def _remote_that_went_on(world: World) -> None:
    """A remote, inside of the copy, to which another clone has pushed a comment."""
    remote = world.pristine / ".git" / "remote.git"
    clone = world.pristine.parent / "clone"
    _git(world.pristine, "init", "--quiet", "--bare", "--template=", str(remote))
    _git(world.pristine, "remote", "add", "origin", "./.git/remote.git")
    _git(world.pristine, "push", "--quiet", "origin", "main")
    _git(clone.parent, "clone", "--quiet", "--template=", str(remote), str(clone))
    for folder, text in ((clone, "From elsewhere."), (world.pristine, "From here.")):
        done = warm_yoi("ticket", "comment", world.tickets.base, "-m", text, cwd=folder)
        assert done.code == 0, done
    _git(clone, "commit", "--quiet", "--all", "-m", "Elsewhere")
    _git(clone, "push", "--quiet", "origin", "main")
    world.note_before()


def _remote_with_a_branch_of_its_own(world: World) -> None:
    """The same, where the store has a branch of its own."""
    remote = world.pristine / ".git" / "remote.git"
    clone = world.pristine.parent / "clone"
    _git(world.pristine, "init", "--quiet", "--bare", "--template=", str(remote))
    _git(world.pristine, "remote", "add", "origin", "./.git/remote.git")
    _git(world.pristine, "push", "--quiet", "origin", "main")
    world.yoi_before(*_OWN)
    _git(clone.parent, "clone", "--quiet", "--template=", str(remote), str(clone))
    for folder, text in ((clone, "From elsewhere."), (world.pristine, "From here.")):
        done = warm_yoi("ticket", "comment", world.tickets.base, "-m", text, cwd=folder)
        assert done.code == 0, done
    assert warm_yoi(*_OWN, cwd=clone).code == 0
    world.note_before()


def _two_branches(world: World) -> str:
    """A ticket that `work` moved and `main` commented on; the path of its folder."""
    ticket = world.tickets.planned
    _git(world.pristine, "branch", "work")
    world.yoi_before("ticket", "comment", ticket, "-m", "On main.")
    _git(world.pristine, "commit", "--quiet", "--all", "-m", "Main")
    _git(world.pristine, "checkout", "--quiet", "work")
    world.yoi_before("ticket", "state", ticket, "ready")
    _git(world.pristine, "commit", "--quiet", "--all", "-m", "Work")
    _git(world.pristine, "checkout", "--quiet", "main")
    world.note_before()
    return f".yoi/tickets/{ticket}"


def _merge_in_conflict(world: World) -> None:
    """A merge without a driver: a thread of which the work tree has our side, the index both."""
    folder = _two_branches(world)
    _git(world.pristine, "config", "--remove-section", "merge.yoi")
    with suppress(subprocess.CalledProcessError):
        _git(world.pristine, "merge", "--quiet", "-m", "Merge", "work")
    _git(world.pristine, "checkout", "--ours", "--", f"{folder}/thread.md")
    _git(world.pristine, "checkout", "HEAD", "--", f"{folder}/item.md")
    world.note_before()


def _files_of_a_merge(world: World) -> None:
    """The three files that git hands to a driver, in its own folder."""
    folder = _two_branches(world)
    for name, revision in (("base", "main~1"), ("ours", "main"), ("theirs", "work")):
        shown = _git(world.pristine, "show", f"{revision}:{folder}/thread.md")
        (world.pristine / ".git" / name).write_bytes(shown)


def _planned(world: World) -> None:
    """A plan record to remove."""
    world.yoi_before("plan", "add", world.tickets.queued, "before", world.tickets.base)
    world.note_before()


def _moved(world: World) -> None:
    """A move to take back."""
    world.yoi_before("ticket", "state", world.tickets.planned, "ready")
    world.note_before()


def _git(folder: Path, *words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True).stdout


CASES: tuple[Case, ...] = (
    Case(
        "create",
        lambda t, _: ("ticket", "create", "-t", "New", "-m", "x", "--depends-on", t.base),
        is_repeatable=False,
    ),
    Case(
        "comment",
        lambda t, _: ("ticket", "comment", t.base, "-m", "New."),
        is_repeatable=False,
    ),
    Case("state", lambda t, _: ("ticket", "state", t.planned, "ready")),
    Case("close", lambda t, _: ("ticket", "close", t.base, "-m", "Done.")),
    Case("reopen", lambda t, _: ("ticket", "reopen", t.closed, "--reason", "Not yet.")),
    Case("edit", lambda t, _: ("ticket", "edit", t.base, "-t", "Another title", "-p", "P1")),
    Case(
        "relation add",
        lambda t, _: ("ticket", "relation", "add", t.queued, "depends_on", t.planned),
    ),
    Case(
        "relation remove",
        lambda t, _: ("ticket", "relation", "remove", t.other, "related", t.base),
        again=(0, 3, 4),
    ),
    Case(
        "plan add",
        lambda t, _: ("plan", "add", t.queued, "after", t.base, "--note", "Base first."),
        is_repeatable=False,
    ),
    Case(
        "plan remove",
        lambda t, _: ("plan", "remove", t.queued, "before", t.base),
        prepare=_planned,
        again=(0, 3),
    ),
    Case("undo", lambda t, _: ("undo", t.planned), prepare=_moved, is_repeatable=False),
    Case(
        "route --accept",
        lambda t, _: ("route", t.queued, "--accept"),
        ends_with_claim=True,
    ),
    Case(
        "claim",
        lambda t, _: ("claim", t.queued, "--holder", "Bob"),
        ends_with_claim=True,
    ),
    Case(
        "release",
        lambda t, _: ("release", t.claimed, "--generation", "1"),
        ends_with_claim=True,
    ),
    Case(
        "import",
        lambda _, folder: ("ticket", "import", str(folder / "export.jsonl")),
        prepare=_export_of_another_store,
        is_one_step=False,
    ),
    Case("sync", lambda _, __: ("sync",), prepare=_remote_that_went_on, is_one_step=False),
    Case(
        "sync --branch",
        lambda _, __: _OWN,
        prepare=_remote_with_a_branch_of_its_own,
        is_one_step=False,
    ),
    Case(
        "resolve",
        lambda _, __: ("resolve",),
        prepare=_merge_in_conflict,
        is_one_step=False,
    ),
    Case(
        "merge-driver",
        lambda t, _: (
            *("merge-driver", ".git/base", ".git/ours", ".git/theirs"),
            f".yoi/tickets/{t.planned}/thread.md",
        ),
        prepare=_files_of_a_merge,
        failing=129,
        beside=".git/ours",
    ),
)


def chosen(only: str) -> list[Case]:
    """The cases whose name begins with `only`."""
    return [case for case in CASES if case.name.startswith(only)]


def ready_world(case: Case, folder: Path) -> tuple[World, tuple[str, ...]]:
    """A world in which `case` can be run, and its command there."""
    world = World(folder)
    if case.prepare is not None:
        case.prepare(world)
    # While git's folder has just changed, a writer makes more calls than later.
    os.utime(world.pristine / ".git", (0, 0))
    # Times are whole seconds: in the one of the last write a command has less to project.
    time.sleep(1 - time.time() % 1)
    return world, case.words(world.tickets, folder)


def strike(world: World, words: tuple[str, ...], at: Boundary, fault: str) -> Struck:
    """The command on a fresh copy, with `fault` at that call.

    A second that ends, or a wait for another process, shifts the calls of a run now and then:
    one that was struck elsewhere is run again.
    """
    for _ in range(_TRIES):
        world.refresh()
        struck = run_with_fault(words, world.workspace, at, fault)
        if not struck.elsewhere:
            break
    return struck
