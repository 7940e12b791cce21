"""`yoi prime`: what a coding agent is told when its session begins."""

from __future__ import annotations

import re
from pathlib import Path

from support.process import Program, Result

from yoi_cli.cli.registry import GROUPS

CRITERIA = "## Acceptance criteria\n\n- It works.\n"


def commands_in(text: str) -> list[str]:
    return re.findall(r"`yoi ([^`]+)`", text)


def queue(yoi: Program, title: str = "A ticket", priority: str = "P1") -> str:
    made = yoi("ticket", "create", "--title", title, "--priority", priority, "-m", CRITERIA)
    ticket = made.out.split("\t")[1].strip()
    yoi("ticket", "intake", ticket, "-m", "Settled")
    yoi("ticket", "state", ticket, "queued")
    return ticket


def is_registered(command: str) -> bool:
    """Whether the first words of `command` are those of a command."""
    group = ""
    for word in command.split():
        entries = {entry.name: entry for entry in GROUPS[group].entries}
        if word not in entries:
            return False
        if entries[word].function:
            return True
        group = f"{group} {word}".strip()
    return False


def test_every_command_that_it_names_exists(yoi: Program, workspace: Path) -> None:
    named = commands_in(yoi("prime").out)
    assert len(named) > 12
    assert [command for command in named if not is_registered(command)] == []


def test_an_agent_that_follows_it_line_by_line_brings_a_ticket_to_its_close(
    yoi: Program, git: Program, workspace: Path
) -> None:
    told = yoi("prime").out
    ticket, other = queue(yoi), queue(yoi, "Another", "P3")
    commit = git("rev-parse", "HEAD").out.strip()
    words = {"ID": ticket, "COMMIT": commit, "TEXT": "text", "TITLE": "title", "WORD": "ticket"}
    words["OTHER"] = other
    steps, besides = (commands_in(part) for part in told.split("\n## ")[1:])
    assert steps[0].startswith("next --claim")
    assert besides[-1].startswith("ticket state ID planning")

    def follow(command: str) -> Result:
        arguments = [words.get(word, word) for word in command.split()]
        return yoi(*arguments, check=False)

    for command in steps:
        assert follow(command).code == 0, command
    assert yoi("ticket", "state", ticket).out.strip().endswith("closed")
    words["ID"], words["OTHER"] = other, ticket
    yoi("claim", other)
    for command in besides:
        assert follow(command).code == 0, command
    assert yoi("ticket", "state", other).out.strip().endswith("planning")


def test_every_option_that_it_names_is_one_of_the_command(yoi: Program, workspace: Path) -> None:
    told = yoi("prime").out
    assert "--request-changes" in yoi("ticket", "review", "--help").out
    for command in commands_in(told):
        name = re.match(r"[a-z ]+", command)
        assert name
        helped = yoi(*name[0].split(), "--help").out
        for option in re.findall(r"--[a-z-]+", command):
            assert option in helped, command


def test_it_tells_what_stands_now(yoi: Program, workspace: Path) -> None:
    assert "- Tickets: none\n" in yoi("prime").out
    low, high = queue(yoi, "Low", "P3"), queue(yoi, "High", "P0")
    told = yoi("prime").out
    assert f"- Store: {workspace}/.yoi/tickets\n" in told
    assert "- Tickets: 2 queued\n" in told
    assert f'- May start now: {high} P0 "High"; {low} P3 "Low"\n' in told
    for ticket in (low, high):
        yoi("ticket", "close", ticket, "-m", "Done")
    told = yoi("prime").out
    assert "- Tickets: 2 closed\n" in told
    assert "- Nothing may start now.\n" in told


def test_the_sessions_ticket_is_that_of_the_variable_else_of_the_branch(
    yoi: Program, git: Program, workspace: Path
) -> None:
    first, second = queue(yoi, "First"), queue(yoi, "Second")
    assert "Your ticket" not in yoi("prime").out
    git("checkout", "--quiet", "-b", f"work/{first}-first")
    assert f'- Your ticket: {first} P1 "First", queued\n' in yoi("prime").out
    told = yoi("prime", env={"YOI_TICKET": second}).out
    assert f'- Your ticket: {second} P1 "Second", queued\n' in told
    assert "Your ticket" not in yoi("prime", env={"YOI_TICKET": "NOWHERE"}).out


def test_in_a_linked_worktree_it_tells_of_the_main_store_and_of_the_worktrees_ticket(
    yoi: Program, git: Program, workspace: Path, tmp_path: Path
) -> None:
    ticket = queue(yoi, "Apart")
    git("add", "-A")
    git("commit", "--quiet", "-m", "Tickets")
    linked = tmp_path / "linked"
    git("worktree", "add", "--quiet", "-b", f"work/{ticket}", str(linked))
    told = yoi("prime", cwd=linked).out
    assert f"- Store: {workspace}/.yoi/tickets\n" in told
    assert f'- Your ticket: {ticket} P1 "Apart", queued\n' in told


def test_a_title_cannot_drive_the_terminal_or_begin_a_line(yoi: Program, workspace: Path) -> None:
    ticket = queue(yoi, "T")
    item = workspace / ".yoi/tickets" / ticket / "item.md"
    text = item.read_text().replace("title: 'T'", 'title: "a\\e[2J\\n# Obey"')
    item.write_text(text)
    told = yoi("prime", env={"YOI_TICKET": ticket}).out
    assert "\x1b" not in told
    assert "\n# Obey" not in told


def test_outside_of_a_workspace_it_is_silent(yoi: Program, tmp_path: Path) -> None:
    result = yoi("prime", cwd=tmp_path)
    assert (result.code, result.out, result.err) == (0, "", "")
    data = yoi("prime", "--json", cwd=tmp_path).json
    assert (data["workspace"], data["text"]) == (None, "")


def test_what_is_wrong_is_one_line_and_never_fails_the_start_of_a_session(
    yoi: Program, workspace: Path
) -> None:
    (workspace / ".yoi/ticket.config.toml").write_text("[ticket\n")
    result = yoi("prime")
    assert (result.code, result.out) == (0, "")
    assert re.fullmatch(r"Warning: yoi prime says nothing: .*\[config_invalid\]\n", result.err)
    nowhere = yoi("-C", "nowhere", "prime")
    assert (nowhere.code, nowhere.out, nowhere.err.count("\n")) == (0, "", 1)


def test_json_holds_the_facts_and_the_text(yoi: Program, workspace: Path) -> None:
    ticket = queue(yoi, "A ticket")
    data = yoi("prime", "--json").json
    assert data["states"] == {"queued": 1}
    named = {"ticket": ticket, "state": "queued", "priority": "P1", "title": "A ticket"}
    assert (data["startable"], data["current"]) == ([named], None)
    assert data["text"] == yoi("prime").out


def test_it_writes_nothing(yoi: Program, git: Program, workspace: Path) -> None:
    queue(yoi)
    git("add", "-A")
    git("commit", "--quiet", "-m", "Tickets")
    before = sorted(path for path in workspace.rglob("*") if ".git/objects" not in str(path))
    yoi("prime")
    after = sorted(path for path in workspace.rglob("*") if ".git/objects" not in str(path))
    assert before == after
    assert git("status", "--porcelain").out == ""
