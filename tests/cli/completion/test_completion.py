"""Completion offers what may stand next, and takes every title for text."""

from __future__ import annotations

import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.process import Program, Result

from yoi_cli.cli.completion.command import SCRIPTS

HOSTILE = "$(touch pwned) `touch pwned` \\$(touch pwned) ' \" ; [/red] * \x1b]0;x\x07 \t end"
SHOWN = r"$(touch pwned) `touch pwned` \$(touch pwned) ' " + '" ; [/red] * \\x1b]0;x\\x07 \\t end'


def ask(yoi: Program, shell: str, line: str, **changes: str) -> Result:
    """What the shell's script asks, with the cursor at the end of `line`."""
    words = line.split(" ")
    question = {"_YOI_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_ARGS": line}
    if shell == "bash":
        question |= {"COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1)}
    return yoi(env={**question, **changes})


def offered(yoi: Program, line: str, shell: str = "bash") -> list[str]:
    """What may stand next; an empty line says that no file may."""
    return [row.split("\t")[0] for row in ask(yoi, shell, line).out.splitlines() if row]


@pytest.fixture
def ticket(yoi: Program, workspace: Path) -> str:
    return yoi("ticket", "create", "--title", HOSTILE).out.split("\t")[1].strip()


def test_commands_are_offered_with_what_they_do(yoi: Program, workspace: Path) -> None:
    assert offered(yoi, "yoi ti") == ["ticket"]
    assert {"create", "show", "relation"} <= set(offered(yoi, "yoi ticket "))
    assert offered(yoi, "yoi ticket relation ") == ["add", "remove", "list"]
    assert "show\tShow one ticket with its thread" in ask(yoi, "zsh", "yoi ticket sh").out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_tickets_are_offered_with_their_titles_as_text(
    yoi: Program, ticket: str, shell: str
) -> None:
    assert ask(yoi, shell, "yoi ticket show 0").out == f"{ticket}\t{SHOWN} [planning]\n"


def test_what_bash_would_part_or_expand_is_quoted(yoi: Program, workspace: Path) -> None:
    yoi("create", "A", "--tag", "two words")
    assert ask(yoi, "bash", "yoi list --tag t").out == "'two words'\t1 ticket\n"


def test_tags_of_the_store_are_offered_the_most_used_first(yoi: Program, workspace: Path) -> None:
    yoi("create", "A", "--tag", "alpha")
    for title in ("B", "C"):
        yoi("create", title, "--tag", "beta")
    for line in ("yoi list --tag ", "yoi create T --tag ", "yoi ticket edit X --remove-tag "):
        assert ask(yoi, "zsh", line).out == "beta\t2 tickets\nalpha\t1 ticket\n"
    assert offered(yoi, "yoi list --tag beta,al") == ["beta,alpha"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_files_are_offered_where_one_is_asked_for_and_nowhere_else(
    yoi: Program, workspace: Path, shell: str
) -> None:
    neither = "\n"
    for line in ("list --tag ", "show ", "create --title ", "ticket import --format x", "claims x"):
        assert ask(yoi, shell, f"yoi {line}").out == neither, line
    for line in ("comment -F ", "ticket import ", "export -o ", "-C ", "worker spawn -- l"):
        assert ask(yoi, shell, f"yoi {line.replace('export', 'ticket export')}").out == "", line


def test_open_tickets_come_before_closed_ones(yoi: Program, ticket: str) -> None:
    second = yoi("ticket", "create", "--title", "Second").out.split("\t")[1].strip()
    yoi("ticket", "close", ticket, "-m", "Done.")
    assert offered(yoi, "yoi ticket show ") == [second, ticket]


def test_states_and_options_are_offered(yoi: Program, ticket: str) -> None:
    assert offered(yoi, f"yoi ticket state {ticket} re") == ["ready"]
    assert offered(yoi, "yoi ticket show --js") == ["--json"]
    assert offered(yoi, "yoi ticket state --expect pl") == ["planning"]


def test_a_value_behind_an_equals_sign_is_offered(yoi: Program, ticket: str) -> None:
    assert offered(yoi, "yoi ticket list --state=re", "zsh") == ["--state=ready"]
    assert offered(yoi, "yoi ticket list --state = re") == ["ready"]


def test_the_folder_on_the_line_is_the_one_that_is_asked(
    yoi: Program, workspace: Path, ticket: str, tmp_path: Path
) -> None:
    assert offered(yoi, "yoi -C /nowhere ticket show 0") == []
    elsewhere = Program(yoi.argv, yoi.env, tmp_path / "nowhere")
    (tmp_path / "nowhere").mkdir()
    assert offered(elsewhere, "yoi ticket show 0") == []
    assert offered(elsewhere, f"yoi -C {workspace} ticket show 0") == [ticket]


def test_a_broken_ticket_hides_no_other(yoi: Program, workspace: Path, ticket: str) -> None:
    broken = workspace / ".yoi/tickets/00001KVZZZZZ0"
    broken.mkdir()
    assert offered(yoi, "yoi ticket show 0") == ["00001KVZZZZZ0", ticket]


@pytest.mark.parametrize("instruction", ["", "complete", "complete_tcsh", "source_bash", "x_y"])
def test_a_question_that_is_none_is_answered_with_nothing(
    yoi: Program, workspace: Path, instruction: str
) -> None:
    result = yoi(env={"_YOI_COMPLETE": instruction}, check=False)
    assert (result.code, result.out) == (1, "")


@pytest.mark.parametrize(("words", "place"), [("yoi 'open", "1"), ("", "0"), ("yoi", "x")])
def test_an_odd_line_is_no_fault(yoi: Program, workspace: Path, words: str, place: str) -> None:
    question = {"_YOI_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": place}
    assert yoi(env=question, check=False).err == ""


def test_completion_imports_no_rich(yoi: Program, ticket: str) -> None:
    code = (
        "import sys; from yoi_cli.cli.main import run; run([]); "
        "print([m for m in ('rich', 'yaml', 'git', 'asyncio') if m in sys.modules])"
    )
    python = Program((sys.executable, "-P", "-c", code), yoi.env, yoi.base)
    assert ask(python, "zsh", "yoi ticket show 0").out.splitlines()[-1] == "[]"
    named = ask(python, "zsh", "yoi ticket ").out.splitlines()
    assert named[-1] == "[]"


@pytest.mark.parametrize("shell", list(SCRIPTS))
def test_the_script_is_printed_as_it_is(yoi: Program, tmp_path: Path, shell: str) -> None:
    assert yoi("completion", shell).out == SCRIPTS[shell]
    assert yoi("completion", env={"SHELL": f"/usr/bin/{shell}"}).out == SCRIPTS[shell]


def test_a_shell_without_completion_is_refused(yoi: Program, tmp_path: Path) -> None:
    assert yoi("completion", "tcsh", check=False).code == 2
    assert yoi("completion", env={"SHELL": None}, check=False).code == 2


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_installing_adds_one_line_and_touches_nothing_else(
    yoi: Program, tmp_path: Path, shell: str
) -> None:
    start_up = tmp_path / f".{shell}rc"
    start_up.write_bytes(b"\xff mine, without a last newline")
    env = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "a 'folder'")}
    script = tmp_path / "a 'folder'" / "yoi" / f"completion.{shell}"
    first = yoi("completion", shell, "--install", env=env).out
    assert first == f"installed\t{shell}\t{script}\ninstalled\t{shell}\t{start_up}\n"
    after = start_up.read_bytes()
    assert after.startswith(b"\xff mine, without a last newline\n. ")
    assert after.count(b"\n") == 2
    assert yoi("completion", shell, "--install", env=env).out == ""
    assert start_up.read_bytes() == after
    assert script.read_text() == SCRIPTS[shell]


def test_fish_finds_its_script_by_itself(yoi: Program, tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": None}
    yoi("completion", "fish", "--install", env=env)
    script = tmp_path / ".config" / "fish" / "completions" / "yoi.fish"
    assert script.read_text() == SCRIPTS["fish"]


@pytest.mark.process
@pytest.mark.parametrize("shell", [shell for shell in SCRIPTS if shutil.which(shell)])
def test_the_script_is_sound(tmp_path: Path, shell: str) -> None:
    path = tmp_path / "script"
    path.write_text(SCRIPTS[shell])
    subprocess.run([shell, "-n", path], check=True)


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")
def test_bash_completes_on_a_real_terminal(
    yoi: Program, workspace: Path, ticket: str, tmp_path: Path
) -> None:
    """Tab completes the id; the title's commands are not run on the way."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "yoi"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m yoi_cli "$@"\n')
    program.chmod(0o755)
    start_up = tmp_path / "start-up"
    start_up.write_text(SCRIPTS["bash"] + "PS1='$ '\nbind 'set enable-bracketed-paste off'\n")
    env = yoi.environment({"TERM": "dumb", "PATH": f"{folder}:{yoi.env['PATH']}"})
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(workspace)
        os.execvpe("bash", ["bash", "--noprofile", "--rcfile", str(start_up), "-i"], env)
    try:
        os.write(terminal, f"yoi ticket state {ticket[:5]}\t\n".encode())
        assert f"{ticket} is planning" in read_until(terminal, f"{ticket} is planning")
        yoi("create", "Second of two")
        os.write(terminal, b"yoi ticket show 0\t\t\t")
        assert "  Second of two [planning]" in read_until(terminal, "Second of two [planning]")
        (workspace / "a-file").touch()
        os.write(terminal, b"\x15yoi list --tag a-f\t\x15printf o''ver\\\\n\n")
        assert "a-file" not in read_until(terminal, "over")
        os.write(terminal, b"yoi comment -F a-f\t")
        assert "a-file" in read_until(terminal, "a-file")
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)
    assert not (workspace / "pwned").exists()


def read_until(terminal: int, text: str) -> str:
    """What the terminal shows up to `text`, or all that came before the deadline."""
    shown = ""
    end = time.monotonic() + 30
    while text not in shown and time.monotonic() < end:
        if select.select([terminal], [], [], 1)[0]:
            shown += os.read(terminal, 4096).decode("utf-8", "replace")
    return shown
