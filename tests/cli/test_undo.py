"""`yoi undo` takes back the caller's last command by events of its own, and harms nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.clones import Branches
from support.file_stores import fingerprint
from support.process import Program, Result
from support.sync_clones import Clones

from yoi_cli.store.formats.item import parse_item

CRITERIA = "## Acceptance criteria\n\n- It works.\n"
#: What may be taken back: the commands that lead there, then the one that is taken back.
TAKEN_BACK: dict[str, tuple[str, ...]] = {
    "comment": ("comment {a} -m Said",),
    "plan": ("comment {a} --role plan -m Said",),
    "decision": ("comment {a} --role decision -m Said",),
    "title": ("edit {a} --title Other",),
    "fields": ("edit {a} -p P2 --tag x", "edit {a} -p P0 --tag y --due 2026-12-01 --assignee bob"),
    "field taken away": ("edit {a} -p P2", "edit {a} --priority="),
    "description": ("edit {a} -m Other",),
    "criteria": ("edit {a} --acceptance Other",),
    "ready": ("ticket state {a} ready",),
    "queued": ("ticket state {a} ready", "ticket state {a} queued"),
    "in progress": ("ticket intake {a} -m x", "ticket state {a} queued", "ticket state {a} {w}"),
    "given back": ("ticket state {a} ready", "ticket state {a} planning --reason Later"),
    "claim": ("ticket intake {a} -m x", "ticket state {a} queued", "claim {a}"),
    "release": ("ticket intake {a} -m x", "ticket state {a} queued", "claim {a}", "release {a}"),
    "acceptance": ("ticket intake {a} -m x", "ticket state {a} queued", "route {a} --accept"),
    "start": ("start {a}",),
    "done": ("start {a}", "ticket state {a} done"),
    "close": ("close {a} -m Over",),
    "close at work": ("start {a}", "close {a} -m Over"),
    "reopen": ("close {a} -m Over", "ticket reopen {a} --reason Again"),
    "relation": ("ticket relation add {a} depends_on {b} --note why",),
    "removal": ("ticket relation add {a} blocks {b} --note why", "ticket relation remove {a} {k}"),
    "several": ("close {a} {b} -m Over",),
    "routing": ("route {a} --record",),
}
#: Those that a second `yoi undo` does again; what was said is said again by saying it.
DONE_AGAIN = tuple(name for name in TAKEN_BACK if name not in ("comment", "plan", "decision"))


class World:
    """A workspace with two tickets, and what of them is to be the same again."""

    def __init__(self, yoi: Program, workspace: Path) -> None:
        self.yoi, self.workspace = yoi, workspace
        self.ids = {name: self.make(name) for name in "ab"}

    def make(self, title: str) -> str:
        return str(self.yoi("create", title, "-m", CRITERIA, "--json").json["id"])

    def run(self, command: str, by: str | None = None) -> Result:
        words = {**self.ids, "w": "inprogress", "k": f"blocks {self.ids['b']}"}
        typed = [word for one in command.split() for word in one.format(**words).split()]
        return self.yoi(*typed, env={"YOI_AUTHOR": by})

    def stands(self) -> list[object]:
        """What the files say of the tickets, but for their logs and times."""
        found: list[object] = []
        for ticket in self.ids.values():
            folder = self.workspace / ".yoi/tickets" / ticket
            item = parse_item((folder / "item.md").read_bytes(), path="")
            fields = {key: value for key, value in item.fields.items() if key != "updated_at"}
            kept = folder / "artifacts/relations.json"
            rows = json.loads(kept.read_text())["relations"] if kept.exists() else []
            relations = [(one["kind"], one["target"], one.get("note")) for one in rows]
            is_closed = (folder / "resolution.md").exists()
            claim = self.workspace / f".git/yoi/claims/{ticket}.json"
            facts = json.loads(claim.read_text()) if claim.exists() else {"is_released": True}
            holder = None if facts["is_released"] else facts["holder"]
            found.append((fields, item.body, relations, is_closed, holder))
        return found

    def threads(self) -> list[bytes]:
        return [
            (self.workspace / f".yoi/tickets/{one}/thread.md").read_bytes()
            for one in self.ids.values()
        ]


@pytest.fixture
def world(yoi: Program, git: Program, workspace: Path) -> World:
    git("add", "--all", cwd=workspace)
    git("commit", "--quiet", "--message", "A store", cwd=workspace)
    return World(yoi, workspace)


@pytest.mark.parametrize("name", TAKEN_BACK)
def test_what_a_command_recorded_is_taken_back_and_the_log_only_grows(
    world: World, name: str
) -> None:
    *before, last = TAKEN_BACK[name]
    for command in before:
        world.run(command)
    stood = world.stands()
    world.run(last)
    logs, changed = world.threads(), world.stands()
    said = world.yoi("undo").out
    assert said.startswith(f"undone\t{world.ids['a']}\t")
    assert world.stands() == stood
    assert all(now.startswith(log) for now, log in zip(world.threads(), logs, strict=True))
    again = world.yoi("undo", "--json", check=False)
    if name in DONE_AGAIN and name != "routing":
        assert again.code == 0, again
        assert world.stands() == changed
    else:
        assert (again.code, again.error["code"]) == (4, "undo_impossible")
    assert world.yoi("ticket", "doctor").code == 0


def test_a_ticket_that_was_made_is_closed_and_opened_again(world: World) -> None:
    made = world.make("By mistake")
    assert (
        world.yoi("undo").out == f"undone\t{made}\tstate\tIt is closed, as if nobody had made it.\n"
    )
    assert world.yoi("ticket", "state", made).out == f"state\t{made}\tclosed\n"
    world.yoi("undo")
    assert world.yoi("ticket", "state", made).out == f"state\t{made}\tplanning\n"


@pytest.mark.parametrize(
    ("commands", "code"),
    [
        (("start {a}", "ticket review {a} --approve -m Good"), "undo_impossible"),
        (("start {a}", "comment {a} --role implementation_report -m x"), "undo_impossible"),
        (("ticket ask {a} -m Which",), "undo_impossible"),
        (("ticket ask {a} -m Which", "ticket answer {a} -m This"), "undo_impossible"),
        (("start {a}", "finish {a} -m Done"), "undo_impossible"),
        (("plan add {a} accepted_plan --summary x",), "undo_impossible"),
    ],
)
def test_what_others_go_by_is_not_taken_back_and_the_hint_says_what_helps(
    world: World, commands: tuple[str, ...], code: str
) -> None:
    for command in commands:
        world.run(command)
    before = fingerprint(world.workspace / ".yoi")
    refused = world.yoi("undo", "--json", check=False)
    assert (refused.code, refused.error["code"]) == (4, code)
    assert "`yoi " in str(refused.error["hint"])
    assert fingerprint(world.workspace / ".yoi") == before


@pytest.mark.parametrize(
    ("last", "since"),
    [
        ("close {a} -m Over", "comment {a} -m Really?"),
        ("comment {a} -m Said", "comment {a} -m Answered"),
        ("edit {a} -p P1", "edit {a} -p P2"),
        ("edit {a} -m Other", "edit {a} -m Third"),
        ("edit {a} -p P1", "comment {a} -m Why"),
        ("ticket state {a} ready", "ticket state {a} queued"),
        ("ticket relation add {a} related {b}", "ticket relation remove {a} related {b}"),
        ("create x", "edit {new} -p P0"),
    ],
)
def test_nothing_is_taken_back_where_somebody_acted_since(
    world: World, last: str, since: str
) -> None:
    made = world.run(last).out.split("\t")[1].strip()
    world.ids["new"] = made
    world.run(since, by="bob")
    before = fingerprint(world.workspace / ".yoi")
    refused = world.yoi("undo", "--json", check=False)
    assert (refused.code, refused.error["code"]) == (4, "undo_overtaken"), refused
    assert "since" in str(refused.error["message"]) or "by now" in str(refused.error["message"])
    assert fingerprint(world.workspace / ".yoi") == before


def test_a_ticket_that_others_began_to_build_on_is_not_opened_again(world: World) -> None:
    world.run("ticket relation add {b} depends_on {a}")
    world.run("close {a} -m Over")
    world.run("start {b}", by="bob")
    refused = world.yoi("undo", "--json", check=False)
    assert (refused.code, refused.error["code"]) == (4, "undo_overtaken")
    assert str(refused.error["message"]).startswith(f"{world.ids['b']} waited for")


def test_of_several_tickets_all_are_taken_back_or_none(world: World) -> None:
    world.run("close {a} {b} -m Over")
    world.run("comment {b} -m Stop", by="bob")
    before = fingerprint(world.workspace / ".yoi")
    assert world.yoi("undo", "--json", check=False).error["code"] == "undo_overtaken"
    assert fingerprint(world.workspace / ".yoi") == before


def test_a_dry_run_says_the_same_and_writes_nothing(world: World) -> None:
    world.run("edit {a} -p P1")
    before = fingerprint(world.workspace / ".yoi")
    told = world.yoi("undo", "--dry-run").out
    assert fingerprint(world.workspace / ".yoi") == before
    assert world.yoi("undo").out == told
    clash = world.yoi("undo", "--dry-run", "--commit", "--json", check=False)
    assert (clash.code, clash.error["code"]) == (2, "options_clash")


def test_everybody_takes_back_their_own_and_may_name_the_ticket(world: World) -> None:
    world.run("edit {a} -p P1")
    world.run("comment {b} -m Mine")
    world.run("comment {b} -m Theirs", by="bob")
    theirs = world.yoi("undo", "--json", env={"YOI_AUTHOR": "bob"}).json
    assert (theirs["author"], theirs["command"]) == ("bob", "yoi comment")
    assert [one["ticket"] for one in theirs["tickets"]] == [world.ids["b"]]
    mine = world.yoi("undo", world.ids["a"], "--json").json
    assert [step["what"] for step in mine["tickets"][0]["steps"]] == ["field"]
    assert mine["next_action"]
    nobody = world.yoi("undo", "--author", "eve", "--json", check=False)
    assert (nobody.code, nobody.error["code"]) == (3, "nothing_to_undo")
    assert "--author" in str(nobody.error["hint"])


def test_what_nobody_typed_is_nobodys_last_command(world: World, git: Program) -> None:
    folder = Path(world.run("start {a} --print").out.strip())
    world.yoi("hook", "install")
    world.run("edit {b} -p P1")
    (folder / "page").write_text("hello\n", encoding="utf-8")
    git("add", "page", cwd=folder)
    git("commit", "--quiet", "--message", "Work", cwd=folder)
    spawned = world.yoi("worker", "spawn", "--ticket", world.ids["a"], "--json", "--", "true").json
    world.yoi("worker", "wait", str(spawned["worker_id"]))
    assert world.yoi("undo").out.startswith(f"undone\t{world.ids['b']}\tfield\t")


def test_without_notes_nothing_is_known_and_nothing_is_guessed(world: World) -> None:
    world.run("close {a} -m Over")
    (world.workspace / ".git/yoi/undo/main").unlink()
    refused = world.yoi("undo", "--json", check=False)
    assert (refused.code, refused.error["code"]) == (3, "nothing_to_undo")


def test_outside_of_git_it_works_as_well(yoi: Program, tmp_path: Path) -> None:
    yoi("init", cwd=tmp_path)
    made = yoi("create", "Alone", cwd=tmp_path).out.split("\t")[1].strip()
    yoi("edit", made, "--title", "Other", cwd=tmp_path)
    yoi("undo", cwd=tmp_path)
    assert "Alone" in yoi("list", cwd=tmp_path).out


def test_what_was_withdrawn_is_told_to_no_coder_and_still_shown(world: World) -> None:
    world.run("comment {a} -m Wrong-way")
    world.yoi("undo")
    shown = world.run("show {a}").out
    assert "Wrong-way" in shown
    assert "is withdrawn" in shown


def test_it_merges_as_any_other_events_do(yoi: Program, git: Program, workspace: Path) -> None:
    branches = Branches(yoi, git, workspace)
    ticket = branches.ticket("Shared")
    branches.commit("Begin")
    branches.on("work", new=True)
    branches.yoi("edit", ticket, "-p", "P1")
    branches.say(ticket, "from work")
    yoi("undo")
    branches.commit("Work")
    branches.on("main")
    yoi("ticket", "state", ticket, "ready")
    yoi("ticket", "state", ticket, "queued")
    yoi("undo")
    branches.commit("Main")
    branches.merge(driver=True)
    assert yoi("ticket", "state", ticket).out == f"state\t{ticket}\tready\n"
    assert branches.problems() == []


def test_it_reaches_other_clones_by_sync(yoi: Program, git: Program, tmp_path: Path) -> None:
    clones = Clones(tmp_path, yoi, git)
    clones.make_remote()
    one, other = clones.clone("one"), clones.clone("other")
    ticket = clones.create(one, "Shared")
    yoi("close", ticket, "-m", "Over", cwd=one)
    for clone in (one, other):
        clones.sync(clone)
    yoi("undo", cwd=one)
    clones.comment(other, ticket, "meanwhile")
    for clone in (one, other):
        clones.sync(clone)
    assert yoi("ticket", "state", ticket, cwd=other).out == f"state\t{ticket}\tplanning\n"
    assert "meanwhile" in clones.thread(other, ticket)
    assert yoi("undo", ticket, "--author", "Nobody", cwd=other, check=False).code == 3
