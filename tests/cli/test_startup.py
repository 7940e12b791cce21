"""What a command loads: nothing that a command of its kind does not need (ARCHITECTURE.md)."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support.file_stores import ADA, make_ticket, open_store
from support.process import Program

from yoi_cli.tickets.create import Draft, create_ticket

HEAVY = (
    *("rich", "yaml", "frontmatter", "git", "pydantic", "asyncio", "msgspec"),
    *("http", "urllib.request", "xml", "unittest", "multiprocessing", "socket"),
    *("mcp", "mcp_types", "anyio"),
)
#: What a plain call does without: dataclasses load inspect, ast and tokenize.
SPARED = {"typer", "dataclasses", "inspect", "subprocess", "threading", "selectors"}
PLAIN = {
    "state": ("ticket", "state", "{}"),
    "state, moving": ("ticket", "state", "{}", "ready"),
    "comment": ("comment", "{}", "-m", "x"),
    "list": ("list",),
    "show": ("show", "{}"),
    "route": ("route",),
}
#: Runs one command in the process, then prints what it has loaded.
PROBE = """
import sys
from yoi_cli.cli.main import run
code = run(sys.argv[1:])
loaded = sorted({name for name in sys.modules})
print("\\n" + "\\n".join(loaded), file=sys.stderr)
sys.exit(code)
"""
COMMANDS = {
    "state": ("ticket", "state", "{}"),
    "state, moving": ("ticket", "state", "{}", "ready"),
    "comment": ("ticket", "comment", "{}", "-mx"),
    "review": ("ticket", "review", "{}", "--approve", "-mx"),
    "close": ("ticket", "close", "{}", "-mx"),
    "create": ("ticket", "create", "-tx"),
    "list": ("ticket", "list"),
    "list of all": ("ticket", "list", "--all"),
    "list with blockers": ("ticket", "list", "--blocked"),
    "show": ("ticket", "show", "{}"),
    "route": ("route", "{}"),
    "relations": ("ticket", "relation", "list"),
    "search": ("ticket", "search", "x"),
    "log": ("ticket", "log"),
    "stats": ("ticket", "stats"),
    "objectives": ("objective", "list"),
    "help": ("--help",),
    "help on tickets": ("ticket", "--help"),
    "help on a command": ("ticket", "comment", "--help"),
    "help on the tools for agents": ("mcp", "--help"),
    "version": ("--version",),
    "where": ("where",),
}
#: With it the author is known without asking git.
KNOWN = {"YOI_AUTHOR": "Ada Example"}
JSON_COMMANDS = {
    "state": ("ticket", "state", "{}", "--json"),
    "comment": ("ticket", "comment", "{}", "-mx", "--json"),
    "list": ("ticket", "list", "--json"),
}


def loaded_by(env: dict[str, str], workspace: Path, *words: str) -> set[str]:
    python = Program((sys.executable, "-P", "-c", PROBE), env, workspace)
    return set(python(*words, cwd=workspace).err.split())


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_a_command_in_a_pipe_loads_nothing_heavy(
    env: dict[str, str], workspace: Path, words: tuple[str, ...]
) -> None:
    ticket = make_ticket(open_store(workspace, in_git=True))
    loaded = loaded_by(env | KNOWN, workspace, *(word.format(ticket) for word in words))
    assert "yoi_cli.cli.main" in loaded
    assert loaded.isdisjoint(HEAVY)


@pytest.mark.parametrize("words", PLAIN.values(), ids=PLAIN)
def test_a_plain_call_loads_what_it_needs_and_starts_nothing(
    env: dict[str, str], workspace: Path, words: tuple[str, ...]
) -> None:
    ticket = make_ticket(open_store(workspace, in_git=True))
    loaded = loaded_by(env, workspace, *(word.format(ticket) for word in words))
    assert "yoi_cli.cli.plain.forms" in loaded
    assert not loaded & {*HEAVY, *SPARED}


def test_a_worker_is_started_without_what_reads_settings(
    env: dict[str, str], workspace: Path
) -> None:
    loaded = loaded_by(env, workspace, "worker", "spawn", "--", "true")
    assert "yoi_cli.workers.local.launcher" in loaded
    assert not loaded & {*HEAVY, *SPARED, "shutil"}


def test_plain_settings_are_read_without_their_definitions(
    env: dict[str, str], workspace: Path
) -> None:
    ticket = make_ticket(open_store(workspace, in_git=True))
    (workspace / ".yoi/ticket.config.toml").write_text(
        "[backend]\nroot = '.yoi/tickets'\n[ticket]\nlanguage = 'Japanese'\n"
        "[profiles.ada]\ncommand = ['ada']\n[roles.coder]\nprofile = 'ada'\n"
    )
    loaded = loaded_by(env, workspace, "ticket", "state", ticket)
    assert "tomllib" in loaded
    assert loaded.isdisjoint({*HEAVY, "yoi_cli.model.settings"})


def test_a_store_as_of_a_commit_is_read_without_gitpython(
    env: dict[str, str], workspace: Path, git: Program
) -> None:
    make_ticket(open_store(workspace, in_git=True))
    git("add", "--all", cwd=workspace)
    git("commit", "--quiet", "--message", "x", cwd=workspace)
    loaded = loaded_by(env, workspace, "route", "--at", "HEAD")
    assert "yoi_cli.git.objects" in loaded
    assert loaded.isdisjoint({"git", "gitdb", "yaml", "frontmatter"})


def test_next_in_a_pipe_loads_nothing_heavy(env: dict[str, str], workspace: Path) -> None:
    store = open_store(workspace, in_git=True)
    ticket = create_ticket(store, Draft("T", acceptance=("It works.",)), ADA).ticket
    for state in ("ready", "queued"):
        loaded_by(env | KNOWN, workspace, "ticket", "state", ticket, state)
    assert not loaded_by(env, workspace, "next") & {*HEAVY, *SPARED}


@pytest.mark.parametrize("words", JSON_COMMANDS.values(), ids=JSON_COMMANDS)
def test_a_command_in_json_loads_msgspec_and_nothing_else_that_is_heavy(
    env: dict[str, str], workspace: Path, words: tuple[str, ...]
) -> None:
    ticket = make_ticket(open_store(workspace, in_git=True))
    loaded = loaded_by(env | KNOWN, workspace, *(word.format(ticket) for word in words))
    assert loaded.intersection(HEAVY) == {"msgspec"}
    # Nor the documents of other nouns: each costs the definition of its types.
    documents = {name for name in loaded if name.startswith("yoi_cli.api.documents.")}
    assert not documents & {f"yoi_cli.api.documents.{name}" for name in ("kinds", "worktree")}


@pytest.mark.parametrize("words", [("--help",), ("ticket", "--help")])
def test_help_loads_no_command(
    env: dict[str, str], workspace: Path, words: tuple[str, ...]
) -> None:
    loaded = loaded_by(env, workspace, *words)
    assert not {name for name in loaded if name.startswith("yoi_cli.cli.ticket.")}
    assert not {name for name in loaded if name.startswith("yoi_cli.store.files.writer")}


def test_one_command_loads_no_other(env: dict[str, str], workspace: Path) -> None:
    ticket = make_ticket(open_store(workspace, in_git=True))
    loaded = loaded_by(env, workspace, "ticket", "show", ticket, "--events", "3")
    commands = {name for name in loaded if name.startswith("yoi_cli.cli.ticket.")}
    assert commands == {"yoi_cli.cli.ticket.show"}


def test_reading_a_state_loads_nothing_that_moves_a_ticket(
    env: dict[str, str], workspace: Path
) -> None:
    ticket = make_ticket(open_store(workspace, in_git=True))
    loaded = loaded_by(env, workspace, "ticket", "state", ticket)
    assert "yoi_cli.tickets.lookup" in loaded
    moving = ("tickets.move", "tickets.blocking", "api.autocommit", "store.files.writer")
    assert loaded.isdisjoint(f"yoi_cli.{name}" for name in moving)
    assert not {name for name in loaded if name.startswith("yoi_cli.workers")}


def test_closing_asks_for_workers_only_where_one_may_be_at_work(
    env: dict[str, str], workspace: Path
) -> None:
    store = open_store(workspace, in_git=True)
    idle, busy = make_ticket(store), make_ticket(store)
    for state in ("ready", "queued", "inprogress"):
        loaded_by(env, workspace, "ticket", "state", busy, state)
    close = ("ticket", "close", "-mx")
    assert "yoi_cli.workers.open" not in loaded_by(env, workspace, *close, idle)
    assert "yoi_cli.workers.open" in loaded_by(env, workspace, *close, busy)


def test_the_merge_driver_loads_what_its_file_needs_and_no_more(
    env: dict[str, str], workspace: Path
) -> None:
    """Git starts it anew for every file that both sides changed."""
    ticket = make_ticket(open_store(workspace, in_git=True))
    thread = workspace / ".yoi/tickets" / ticket / "thread.md"
    for name in ("base", "ours", "theirs"):
        (workspace / name).write_bytes(thread.read_bytes())

    path = f".yoi/tickets/{ticket}/thread.md"
    loaded = loaded_by(env, workspace, "merge-driver", "base", "ours", "theirs", path)

    assert "yoi_cli.merge.files.texts" in loaded
    others = (
        "store.formats.item",
        "store.formats.plan",
        "store.formats.relations",
        "merge.files.renumber",
        "merge.files.merged_tree",
    )
    assert loaded.isdisjoint({*HEAVY, "yoi_cli.git.command", "yoi_cli.routing.rules"})
    assert loaded.isdisjoint(f"yoi_cli.{name}" for name in others)
