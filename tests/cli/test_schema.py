"""What `yoi schema` publishes is what the commands print under --json, to the last key."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from support.data import Data
from support.process import Program, Result

from yoi_cli.api.documents.kinds import ERROR, EXPORT_LINE, KINDS, LINES, SERVED
from yoi_cli.cli.registry import GROUPS

TEXT = "## Acceptance criteria\n\n- It works.\n"
#: One use of every command, in an order in which each finds what it needs. {a} and {b} are
#: tickets, {o} is an objective; each line says the kind of the document that it prints.
SCENARIO = (
    ("initialised", "init"),
    ("where", "where"),
    ("created", "ticket create --title Third --tag x --priority P1 --assignee ada"),
    ("edited", "ticket edit {a} --title Renamed --tag y"),
    ("appended", "ticket comment {a} -m Found"),
    ("undone", "undo --dry-run"),
    ("undone", "undo"),
    ("reviewed", "ticket review {a} --approve -m Good"),
    ("asked", "ticket ask {a} -m Which"),
    ("answered", "ticket answer {a} -m This"),
    ("relation", "ticket relation add {a} depends_on {b} --note why"),
    ("relation", "ticket relation add {a} related {b}"),
    ("relation", "ticket relation remove {a} related {b}"),
    ("relations", "ticket relation list {a}"),
    ("relations", "ticket relation list"),
    ("moved", "ticket intake {a} -m Settled"),
    ("moved", "ticket state {b} ready"),
    ("state", "ticket state {a}"),
    ("moves", "ticket moves {a}"),
    ("route", "route --all"),
    ("route", "route {a}"),
    ("moved", "ticket close {b} -m Done"),
    ("moved", "ticket state {a} ready"),
    ("moved", "ticket state {a} queued"),
    ("intent", "ticket intent {a}"),
    ("gate", "gate {a}"),
    ("plan", "plan add {a} after {b}"),
    ("plans", "plan list"),
    ("plan_removed", "plan remove {a} after {b}"),
    ("graph", "ticket graph"),
    ("next", "next"),
    ("claim", "claim {a}"),
    ("claims", "claims"),
    ("remote_claims", "claims --remote"),
    ("claim", "release {a}"),
    ("recorded", "route {a} --record"),
    ("accepted", "route {a} --accept"),
    ("replay", "replay"),
    ("route", "route --all --at 3d"),
    ("tickets", "ticket list --all"),
    ("tickets", "ticket list --blocked"),
    ("ticket", "ticket show {a}"),
    ("ticket", "ticket show {b}"),
    ("search", "ticket search Found"),
    ("log", "ticket log"),
    ("stats", "ticket stats"),
    ("waiting", "stats --routing"),
    ("doctor", "ticket doctor"),
    ("doctor", "ticket doctor --fix --dry-run"),
    ("environment", "doctor"),
    ("export", "ticket export"),
    ("export", "ticket export --output all.jsonl"),
    ("export", "ticket export --format csv --output all.csv"),
    ("imported", "ticket import all.jsonl"),
    ("moved", "ticket reopen {b} --reason again"),
    ("objective_created", "objective create --title Goal --link {a}"),
    ("objective_linked", "objective link {o} {b}"),
    ("objective_edited", "objective edit {o} --due 2026-12-01"),
    ("objectives", "objective list"),
    ("objective", "objective show {o}"),
    ("objective_doctor", "objective doctor"),
    ("objective_closed", "objective close {o}"),
    ("prime", "prime"),
    ("setting", "config set routing.max_in_progress 3"),
    ("setting", "config get routing.max_in_progress"),
    ("settings", "config list"),
    ("profiles", "profile list"),
    ("profile", "profile show claude"),
    ("profile_checks", "profile check own"),
    ("orchestration", "orchestrate --dry-run"),
    ("inbox", "inbox"),
    ("worker", "worker spawn --key one --input cat"),
    ("workers", "worker list"),
    ("worker_input", "worker input {w} -m x --close"),
    ("worker", "worker wait {w}"),
    ("worker", "worker show {w}"),
    ("worker_output", "worker logs {w}"),
    ("worker", "worker stop {w}"),
    ("worker", "worker cancel {w}"),
    ("worker_recovery", "worker recover"),
    ("workers_pruned", "worker prune"),
    ("runtime_entry", "runtime add far --url https://far.example:1 --token-env FAR_TOKEN"),
    ("runtimes", "runtime list"),
    ("runtime_entry", "runtime show far"),
    ("runtime_test", "runtime test local"),
    ("runtime_removed", "runtime remove far"),
    ("cleanup_plan", "runtime cleanup local"),
    ("cleanup", "runtime cleanup local --all"),
    ("worktree_added", "worktree add {a}"),
    ("diff", "ticket diff {a}"),
    ("worktrees", "worktree list"),
    ("worktree", "worktree show {a}"),
    ("worktree_doctor", "worktree doctor"),
    ("worktrees_pruned", "worktree prune --dry-run"),
    ("worktree_removed", "worktree remove {a}"),
    ("status", "status"),
    ("created", "create Another"),
    ("tickets", "list"),
    ("ticket", "show {a}"),
    ("edited", "edit {a} -p p1"),
    ("appended", "comment {a} -m x"),
    ("search", "search Found"),
    ("log", "log"),
    ("moved", "close {a} -m Done"),
    ("batch", "edit {a} {b} -p P2"),
    ("operations", "batch"),
    ("started", "start {b}"),
    ("finished", "finish {b} -m Rounded"),
    ("resolved", "resolve --all"),
    ("resolved", "resolve {a} --dry-run"),
    ("restored", "restore --dry-run"),
    ("restored", "restore {a} --leave"),
    ("merged", "merge-driver" + " .yoi/tickets/{a}/thread.md" * 4),
    ("environment", "doctor --fix"),
    ("trust", "trust --show"),
    ("hooks", "hook install"),
    ("hooks", "hook status"),
    ("hook_run", "hook run post-commit"),
    ("hooks", "hook uninstall"),
    ("sync", "sync --branch tickets"),
    ("schema", "schema"),
    ("completion", "completion bash"),
    (ERROR, "ticket show NOWHERE"),
    (ERROR, "ticket show ABCDEFGHJKMNP"),
    (ERROR, "ticket state {a} queued"),
    (ERROR, "ticket nonsense"),
    (ERROR, "worker attach 1234"),
)
#: Commands that go on until they are ended; `tests/server`, `tests/mcp` and `tests/tui` have them.
SERVERS = ("runtime serve", "runtime token", "serve", "web", "mcp", "panel")


def made(result: Result) -> str:
    return result.out.split("\t")[1].strip()


def check(kind: str, data: Data) -> None:
    """Hold `data` against its published type; a key that is not published fails too."""
    read: object = msgspec.convert(data, KINDS[kind], strict=True)
    assert json.loads(msgspec.json.encode(read)) == data, f"{kind} prints more than is published"


def commands(path: str = "") -> list[str]:
    found: list[str] = []
    for entry in GROUPS[path].entries:
        full = f"{path} {entry.name}".strip()
        found += [full] if entry.function else commands(full)
    return found


@pytest.fixture
def names(yoi: Program, git: Program, workspace: Path) -> dict[str, str]:
    git("init", "--quiet", "--bare", "../remote.git", cwd=workspace)
    git("remote", "add", "origin", "../remote.git", cwd=workspace)
    ticket = ("ticket", "create", "--title", "A ticket", "-m", TEXT)
    objective = ("objective", "create", "--title", "A goal")
    with (workspace / ".yoi/ticket.config.toml").open("a") as config:
        config.write('[claims]\nremote = "origin"\n[profiles.own]\ncommand = ["git"]\n')
    return {"a": made(yoi(*ticket)), "b": made(yoi(*ticket)), "o": made(yoi(*objective))}


def test_every_command_prints_one_document_of_its_published_kind(
    yoi: Program, names: dict[str, str]
) -> None:
    # The key makes the scenario's own start of it give this one; time bounds it if a line fails.
    worker = ("worker", "spawn", "--key", "one", "--input", "--timeout", "60", "--", "cat")
    names["w"] = made(yoi(*worker))
    for kind, line in SCENARIO:
        result = yoi(*line.format(**names).split(), "--json", check=kind != ERROR)
        envelope = json.loads(result.out)
        if kind == ERROR:
            check(kind, result.error)
            continue
        assert envelope.get("kind") == kind, result
        check(kind, result.json)


def test_a_line_of_an_export_is_published_too(yoi: Program, names: dict[str, str]) -> None:
    for line in yoi("ticket", "export").out.splitlines():
        check(EXPORT_LINE, json.loads(line))


def test_a_broken_ticket_is_told_in_published_words(
    yoi: Program, workspace: Path, names: dict[str, str]
) -> None:
    (workspace / ".yoi/tickets" / names["a"] / "item.md").write_text("broken")
    (workspace / ".yoi/objectives" / names["o"] / "item.md").write_text("broken")
    commands_that_go_on = (
        "ticket list --all",
        "ticket export",
        "ticket stats",
        "ticket search x",
        "ticket doctor",
        "objective list",
        "objective doctor",
        "route --all",
    )
    for line in commands_that_go_on:
        envelope = json.loads(yoi(*line.split(), "--json", check=False).out)
        check(envelope["kind"], envelope["data"])


def test_no_command_and_no_kind_is_forgotten() -> None:
    used = [line for _, line in SCENARIO]
    forgotten = [
        command
        for command in commands()
        if command not in SERVERS and not any(line.startswith(command) for line in used)
    ]
    assert forgotten == []
    # Those that are lines of JSON Lines are checked with their commands, and what servers say with
    # those.
    assert set(KINDS) - {*LINES, *SERVED, "event"} == {kind for kind, _ in SCENARIO}


def test_the_schema_names_its_draft_and_holds_every_kind(yoi: Program, tmp_path: Path) -> None:
    schema = json.loads(yoi("schema", cwd=tmp_path).out)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    named = {
        document["properties"]["kind"]["const"]
        for document in schema["oneOf"]
        if "kind" in document.get("properties", {})
    }
    assert named == set(KINDS) - {ERROR, *LINES}


def test_the_schema_of_one_kind_is_whole(yoi: Program, tmp_path: Path) -> None:
    for kind in KINDS:
        schema = json.loads(yoi("schema", kind, cwd=tmp_path).out)
        pointed = {part.split('"')[0] for part in json.dumps(schema).split('"#/$defs/')[1:]}
        assert pointed == set(schema["$defs"]), kind


def test_a_kind_that_is_none_is_refused_with_those_that_are(yoi: Program, tmp_path: Path) -> None:
    result = yoi("schema", "nonsense", "--json", cwd=tmp_path, check=False)
    assert (result.code, result.error["code"]) == (3, "kind_unknown")
    assert "ticket" in str(result.error["hint"])
