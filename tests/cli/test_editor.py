"""Texts that are written in an editor: nothing that a person typed is ever lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.file_stores import make_ticket, open_store
from support.process import Program
from support.terminal import on_terminal

TYPED = "Typed for an hour."


@pytest.fixture
def ticket(workspace: Path) -> str:
    return make_ticket(open_store(workspace, in_git=True))


def editor(folder: Path, *lines: str) -> dict[str, str]:
    """The environment with an editor that is the shell script of `lines`; $1 is the file."""
    script = folder / "an editor"
    script.write_text("#!/bin/sh\n" + "\n".join(lines) + "\n", encoding="utf-8")
    script.chmod(0o755)
    drafts = folder / "drafts"
    drafts.mkdir()
    return {"EDITOR": f"'{script}'", "TMPDIR": str(drafts)}


def kept(shown: str) -> str:
    """The text in the file that an error names."""
    named = re.search(r"Your text is in (\S+)\.\n", shown)
    assert named, shown
    return Path(named[1]).read_text(encoding="utf-8")


def test_what_the_editor_leaves_is_recorded_and_no_file_stays(
    yoi: Program, workspace: Path, ticket: str, tmp_path: Path
) -> None:
    env = editor(tmp_path, f'echo "{TYPED}" >"$1"')
    on_terminal(yoi, "ticket", "comment", ticket, cwd=workspace, env=env)
    assert yoi("ticket", "show", ticket, "--json").json["events"][-1]["body"] == TYPED
    assert not list((tmp_path / "drafts").iterdir())


def test_ctrl_c_belongs_to_the_editor_while_it_is_open(
    yoi: Program, workspace: Path, ticket: str, tmp_path: Path
) -> None:
    # A terminal interrupts its whole foreground group, which `kill 0` does, too.
    env = editor(tmp_path, "trap : INT QUIT", "kill -INT 0", "sleep 0.5", f'echo "{TYPED}" >"$1"')
    on_terminal(yoi, "ticket", "comment", ticket, cwd=workspace, env=env)
    assert yoi("ticket", "show", ticket, "--json").json["events"][-1]["body"] == TYPED


def test_an_editor_that_ctrl_c_ends_is_one_that_failed(
    yoi: Program, workspace: Path, ticket: str, tmp_path: Path
) -> None:
    env = editor(tmp_path, f'echo "{TYPED}" >"$1"', "kill -INT 0", "sleep 5")
    shown = on_terminal(yoi, "ticket", "comment", ticket, cwd=workspace, env=env, code=1)
    assert "[editor_failed]" in shown
    assert kept(shown).strip() == TYPED


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("ticket", "comment", "ZZZZZZ"), 3, "ticket_not_found"),
        (("ticket", "create", "-t", "x", "--edit", "--priority", "P9"), 2, "priority_invalid"),
        (("ticket", "close", "{}", "--expect", "done"), 4, "state_unexpected"),
        (("objective", "create", "-t", "x", "--edit", "--link", "ZZZZZZ"), 3, "ticket_not_found"),
    ],
)
def test_a_command_that_fails_after_the_editor_keeps_the_text(
    yoi: Program,
    workspace: Path,
    ticket: str,
    tmp_path: Path,
    arguments: tuple[str, ...],
    code: int,
    error: str,
) -> None:
    env = editor(tmp_path, f'echo "{TYPED}" >"$1"')
    words = [word.format(ticket) for word in arguments]
    shown = on_terminal(yoi, *words, cwd=workspace, env=env, code=code)
    assert f"[{error}]" in shown
    assert kept(shown).strip() == TYPED


def test_an_empty_text_writes_nothing(
    yoi: Program, workspace: Path, ticket: str, tmp_path: Path
) -> None:
    env = editor(tmp_path, ': >"$1"')
    shown = on_terminal(yoi, "ticket", "comment", ticket, cwd=workspace, env=env, code=2)
    assert "[text_empty]" in shown
    assert "Your text" not in shown
    assert not list((tmp_path / "drafts").iterdir())


@pytest.mark.parametrize("named", ["GIT_EDITOR", "core.editor"])
def test_the_editor_is_the_one_that_git_would_take(
    yoi: Program, git: Program, workspace: Path, ticket: str, tmp_path: Path, named: str
) -> None:
    env = editor(tmp_path, f'echo "{TYPED}" >"$1"')
    command = env["EDITOR"]
    env |= {"EDITOR": "false", "VISUAL": "false"}
    if named == "GIT_EDITOR":
        env["GIT_EDITOR"] = command
    else:
        git("config", "core.editor", command, cwd=workspace)
    on_terminal(yoi, "ticket", "comment", ticket, cwd=workspace, env=env)
    assert yoi("ticket", "show", ticket, "--json").json["events"][-1]["body"] == TYPED


def test_a_template_that_nobody_touched_makes_no_ticket(
    yoi: Program, workspace: Path, ticket: str, tmp_path: Path
) -> None:
    shown = on_terminal(yoi, "create", "x", "-e", cwd=workspace, env=editor(tmp_path, ":"), code=2)
    assert "[text_unchanged]" in shown
    assert "Your text" not in shown
    assert len(yoi("list", "--json").json["tickets"]) == 1


def test_a_given_text_that_the_editor_leaves_as_it_is_makes_a_ticket(
    yoi: Program, workspace: Path, tmp_path: Path
) -> None:
    on_terminal(yoi, "create", "x", "-m", TYPED, "-e", cwd=workspace, env=editor(tmp_path, ":"))
    assert len(yoi("list", "--json").json["tickets"]) == 1


def test_closing_shows_the_ticket_in_the_editor_and_records_only_what_was_typed(
    yoi: Program, workspace: Path, tmp_path: Path
) -> None:
    ticket = yoi("create", "Round prices", "--acceptance", "Half up.").out.split()[1]
    seen = tmp_path / "seen"
    env = editor(tmp_path, f'cp "$1" {seen}', f'printf "{TYPED}\\n" | cat - {seen} >"$1"')
    on_terminal(yoi, "close", ticket, cwd=workspace, env=env)
    text = seen.read_text(encoding="utf-8")
    assert f"#! {ticket}  Round prices" in text
    assert "#!   - Half up." in text
    resolution = workspace / f".yoi/tickets/{ticket}/resolution.md"
    assert resolution.read_text(encoding="utf-8").strip() == TYPED


@pytest.mark.parametrize("command", ["vim '", "/", "no-such-editor --wait"])
def test_an_editor_that_cannot_be_started_is_said_so(
    yoi: Program, workspace: Path, ticket: str, command: str
) -> None:
    env = {"EDITOR": command, "TMPDIR": str(workspace)}
    shown = on_terminal(yoi, "ticket", "comment", ticket, cwd=workspace, env=env, code=1)
    assert f"No editor could be started ({command}). [editor_missing]" in shown


@pytest.mark.parametrize("kind", ["ticket", "objective"])
def test_with_edit_a_given_text_is_what_the_editor_begins_with(
    yoi: Program, workspace: Path, tmp_path: Path, kind: str
) -> None:
    env = editor(tmp_path, f'echo "{TYPED}" >>"$1"')
    words = (kind, "create", "-t", "x", "-m", "Given before.\n", "--edit")
    shown = on_terminal(yoi, *words, cwd=workspace, env=env)
    found = re.search(r"[0-9A-Z]{13}", shown)
    assert found
    out = yoi(kind, "show", found[0]).out
    assert out.index("Given before.") < out.index(TYPED)
