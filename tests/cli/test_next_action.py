"""Every command that changes something says what comes next: `next:` on a terminal, `next_action`
in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from support.commands import commands_of_the_tree
from support.process import Program, script_program
from support.tickets import CREATED, created, moved, put_ticket

#: Each command that changes tickets, objectives or workers, in an order in which each finds what it
#: needs: {a} to {d} are queued tickets, {p} and {r} are planned, {o} is an objective, {w} a worker.
SAYS: Mapping[str, str] = {
    "ticket create": "create x",
    "ticket edit": "edit {a} -p P0",
    "ticket comment": "comment {a} -m x",
    "undo": "undo {a}",
    "ticket relation add": "ticket relation add {a} related {b}",
    "ticket relation remove": "ticket relation remove {a} related {b}",
    "plan add": "plan add {d} after {b}",
    "plan remove": "plan remove {d} after {b}",
    "claim": "claim {a}",
    "release": "release {a}",
    "ticket intake": "ticket intake {p} -m x",
    "ticket state": "ticket state {r} ready",
    "next": "next --claim",
    "start": "start {b}",
    "ticket ask": "ticket ask {b} -m x",
    "ticket answer": "ticket answer {b} -m x",
    "finish": "finish {b} -m x",
    "route": "route {c} --accept",
    "ticket review": "ticket review {c} --approve -m x",
    "ticket close": "close {d} -m x",
    "ticket reopen": "ticket reopen {d} --reason x",
    "worktree add": "worktree add {a}",
    "worker spawn": "worker spawn -- true",
    "worker stop": "worker stop {w}",
    "worker cancel": "worker cancel {w}",
    "objective create": "objective create --title x",
    "objective link": "objective link {o} {a}",
    "objective edit": "objective edit {o} --due 2026-12-01",
    "objective close": "objective close {o}",
}
#: What changes no ticket of its own choice, so that routing has nothing to say of it.
OTHERS: Mapping[str, str] = {
    "batch": "many changes, of which each line is answered for a program",
    "config set": "a setting; `yoi route` says what it means for each ticket",
    "trust": "this clone's trust in the settings",
    "init": "it ends with the command that makes the first ticket",
    "completion": "start-up files of a shell",
    "doctor": "what its --fix mended is told finding by finding, with commands",
    "ticket doctor": "as doctor",
    "objective doctor": "it only examines",
    "orchestrate": "it tells of every step, and goes on until nothing comes next",
    "sync": "many tickets, as others changed them",
    "resolve": "many tickets, as git left them; the commit that concludes is told",
    "restore": "many tickets, back to what was recorded",
    "merge-driver": "git runs it",
    "hook install": "git's hooks",
    "hook uninstall": "git's hooks",
    "hook run": "git runs it",
    "ticket import": "many tickets: `yoi` alone says what may start",
    "worktree remove": "a folder; its ticket is resolved or stays where it is",
    "worktree prune": "folders of resolved tickets",
    "worktree doctor": "it only examines",
    "worker input": "the worker goes on by itself",
    "worker attach": "the worker goes on by itself",
    "worker recover": "records of workers",
    "worker prune": "records of workers",
    "runtime add": "the registry",
    "runtime remove": "the registry",
    "runtime cleanup": "what workers left; a ticket that is not over keeps its worktree",
}
READS = frozenset(
    {
        *("status", "ticket list", "ticket show", "ticket search", "ticket log", "where", "prime"),
        *("gate", "ticket stats", "claims", "replay", "inbox", "schema", "ticket intent"),
        *("ticket moves", "ticket diff", "ticket graph", "ticket export", "plan list"),
        *("ticket relation list", "config get", "config list", "profile list", "profile show"),
        *("profile check", "worktree list", "worktree show", "worker list", "worker show"),
        *("worker logs", "worker wait", "runtime list", "runtime show", "runtime test"),
        *("runtime token", "hook status", "objective list", "objective show"),
    }
)
#: They serve others, or a person in their own screen.
SERVE = frozenset({"panel", "serve", "web", "mcp", "runtime serve"})


def test_of_every_command_it_is_said_whether_something_comes_next() -> None:
    assert set(commands_of_the_tree()) == {*SAYS, *OTHERS, *READS, *SERVE}
    assert len(SAYS) + len(OTHERS) + len(READS) + len(SERVE) == len(commands_of_the_tree())


@pytest.fixture
def names(yoi: Program, git: Program, workspace: Path) -> dict[str, str]:
    ready = moved(CREATED, 1, "planning", "ready")
    steps = (ready, moved(CREATED, 2, "ready", "queued"))
    found: dict[str, str] = {
        name: put_ticket(workspace, number, created(), *steps, state="queued")
        for number, name in enumerate("abcd", start=1)
    }
    found |= {name: put_ticket(workspace, n, created()) for n, name in ((5, "p"), (6, "r"))}
    git("add", "--all", cwd=workspace)
    git("commit", "--quiet", "--message", "Tickets", cwd=workspace)
    found["o"] = str(yoi("objective", "create", "--title", "x", "--json").json["id"])
    found["w"] = str(yoi("worker", "spawn", "--json", "--", "true").json["worker_id"])
    return found


def test_they_say_so_in_json(yoi: Program, names: dict[str, str]) -> None:
    for command, line in SAYS.items():
        typed = line.format(**names).replace(" --", " --json --", 1)
        if "--json" not in typed:
            typed += " --json"
        result = yoi(*typed.split(), check=False)
        told = result.json.get("claim", {}) if command == "next" else result.json
        assert told["next_action"], (command, result)


def test_they_say_so_on_a_terminal_in_one_line(
    env: dict[str, str], names: dict[str, str], workspace: Path
) -> None:
    screen = script_program("on_a_screen.py", env, workspace)
    for command, line in SAYS.items():
        result = screen(*line.format(**names).split(), env={"TERM": "xterm"}, check=False)
        told = [row for row in result.out.splitlines() if row.startswith("next: ")]
        assert len(told) == 1, (command, result)
