"""Every table of every command is readable on a narrow terminal: ids whole, titles there."""

from __future__ import annotations

import shutil
from os.path import commonprefix
from pathlib import Path

import pytest
from rich.cells import cell_len
from support.commands import commands_of_the_tree, commands_that_reach
from support.process import Program, script_program
from support.tickets import ticket
from support.workspaces import put

LONG = "Keep every event that was acknowledged on stable storage, whatever happens to it"
WIDE = "端末の幅が狭いときにも列がきちんと揃い、長い題名は省略記号で切り詰められて表示される"
READY, WAITING, CLOSED, CLAIMED, GONE = map(ticket, range(1, 6))
#: Every command that prints a table, and the words that must be whole in it at every width.
TABLES: dict[str, tuple[str, ...]] = {
    "ticket list --all": (READY, WAITING, CLOSED),
    "route --all": (READY, WAITING),
    "next -n 9": (READY,),
    "claims": (CLAIMED,),
    "ticket relation list": (READY, WAITING),
    "plan list": (READY, WAITING),
    "worker list": ("worker", READY),
    "worktree list": (READY,),
    "worktree prune --dry-run": (READY,),
    "profile list": ("claude", "opencode"),
    "objective list": ("objective",),
    "objective doctor": ("objective", GONE),
    "config list": ("orchestration.validate_timeout", "builtin:yoi_local", "refs/yoi/claims/"),
    "runtime list": ("local",),
    "runtime cleanup local": ("worker", READY),
    "replay --all": (READY,),
    "hook status": ("prepare-commit-msg", "pre-push"),
    "ticket search acknowledged": (READY,),
    "ticket search 端末": (WAITING,),
    "ticket log": (READY, WAITING),
    "orchestrate --dry-run": (READY,),
}
#: So many cells are between the columns of the widest table.
MOST_GAPS = 12
#: The words whose titles must be there, where they stand in a table that has titles.
TITLED = {READY: LONG, WAITING: WIDE, "objective": LONG}


@pytest.fixture
def store(yoi: Program, workspace: Path) -> dict[str, str]:
    """A workspace that has something of everything; the ids that only it knows."""
    put(workspace, 1, "queued", title=LONG)
    put(workspace, 2, "queued", title=WIDE, depends_on="1")
    put(workspace, 3, "closed", title="Short")
    put(workspace, 4, "queued", title="Claimed")
    yoi("claim", CLAIMED)
    yoi("plan", "add", WAITING, "after", READY)
    edit = ("--priority", "P1", "--assignee", "somebody", "--tag", "bug", "--tag", "user interface")
    yoi("ticket", "edit", READY, *edit)
    made = yoi("objective", "create", "--title", LONG, "--link", READY, "--json")
    yoi("worktree", "add", READY)
    spawned = yoi("worker", "spawn", "--ticket", READY, "--json", "--", "true").json
    yoi("worker", "wait", str(spawned["worker_id"]))
    yoi("route", READY, "--record")
    put(workspace, 5, "planning")
    yoi("objective", "link", str(made.json["id"]), GONE)
    shutil.rmtree(workspace / ".yoi/tickets" / GONE)
    return {"objective": str(made.json["id"]), "worker": str(spawned["worker_id"])}


def test_ids_are_whole_and_titles_begin_in_every_table_at_every_width(
    store: dict[str, str],
    workspace: Path,
    env: dict[str, str],
) -> None:
    screen = script_program("on_a_screen.py", env, workspace)
    with_titles = commands_that_reach("TITLE")
    for width in (40, 80, 120):
        for command, words in TABLES.items():
            screened = {"COLUMNS": str(width), "NO_COLOR": "1", "TERM": "xterm"}
            shown = screen(*command.split(), env=screened, check=False).out
            where = f"{command} at {width}:\n{shown}"
            for word in words:
                assert store.get(word, word) in shown, where
            assert max(map(cell_len, shown.splitlines()), default=0) <= width, where
            if command.startswith("ticket search") or named(command) in with_titles:
                for title in (TITLED[word] for word in words if word in TITLED):
                    _, begin, rest = shown.partition(title[:5])
                    seen = commonprefix([begin + rest, title])  # noqa: RUF071 - of texts
                    half = (width - len(READY) - MOST_GAPS) // 2
                    assert cell_len(seen) >= min(cell_len(title), half - 2), where


def named(line: str) -> str:
    """The command that a line is of."""
    return max((one for one in commands_of_the_tree() if f"{line} ".startswith(f"{one} ")), key=len)


def test_every_command_that_prints_a_table_is_held_here() -> None:
    assert commands_that_reach("print_table") - set(map(named, TABLES)) == frozenset()
