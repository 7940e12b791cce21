"""`yoi worker`, as a person and a script use it."""

from __future__ import annotations

import base64
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.process import Program, Result
from support.terminal import on_terminal
from support.workers import Workers, wait_until


@pytest.fixture
def here(workspace: Path) -> Iterator[Workers]:
    """The workers of the workspace's clone; none may be left."""
    workers = Workers(workspace / ".git" / "yoi")
    try:
        yield workers
    finally:
        workers.end_all()


def made(result: Result) -> str:
    return result.out.split("\t")[1].strip()


def test_a_worker_is_started_followed_and_waited_for(yoi: Program, here: Workers) -> None:
    command = ("sh", "-c", "echo one; sleep 0.3; printf '\\377\\000two\\n'; exit 3")
    worker_id = made(yoi("worker", "spawn", "--", *command))
    assert yoi("worker", "logs", "--follow", worker_id).out_bytes == b"one\n\xff\x00two\n"
    assert yoi("worker", "logs", "--since", "-4", worker_id).out_bytes == b"two\n"
    waited = yoi("worker", "wait", worker_id, check=False)
    assert (waited.code, waited.out) == (1, f"exited\t{worker_id}\t3\t\n")
    assert yoi("worker", "wait", "--exit-code", worker_id, check=False).code == 3
    shown = yoi("worker", "show", worker_id[-6:], "--json").json
    assert (shown["worker_id"], shown["state"], shown["exit_code"]) == (worker_id, "exited", 3)
    assert shown["evidence"] == "Its stub saw it end with code 3."
    part = yoi("worker", "logs", worker_id, "--since", "4", "--json").json
    assert base64.b64decode(part["data"]) == b"\xff\x00two\n"
    assert (part["start"], part["cursor"], part["at_end"]) == (4, 10, True)


def test_a_terminal_is_not_driven_by_what_a_worker_wrote(
    yoi: Program, here: Workers, workspace: Path
) -> None:
    text = "printf 'a\\tb\\033[31mred\\r\\n\\342\\200\\256x\\377\\n'"
    worker_id = made(yoi("worker", "spawn", "--", "sh", "-c", text))
    yoi("worker", "wait", worker_id)
    shown = on_terminal(yoi, "worker", "logs", worker_id, cwd=workspace)
    assert shown == "a\tb\\x1b[31mred\n\\u202ex\\xff\n"
    plain = made(yoi("worker", "spawn", "--", "printf", "\\033[31mred"))
    yoi("worker", "wait", plain)
    assert on_terminal(yoi, "worker", "logs", "--raw", plain, cwd=workspace) == "\x1b[31mred"


def test_the_list_tells_how_each_stands(yoi: Program, here: Workers, workspace: Path) -> None:
    ended = made(yoi("worker", "spawn", "--", "true"))
    yoi("worker", "wait", ended)
    running = made(yoi("worker", "spawn", "--", "sleep", "600"))
    rows = [line.split("\t") for line in yoi("worker", "list").out.splitlines()]
    assert [row[:3] for row in rows[1:]] == [[ended, "exited", "0"], [running, "running", ""]]
    assert running in on_terminal(yoi, "worker", "list", "--live", cwd=workspace, columns=160)
    stopped = yoi("worker", "stop", running)
    assert stopped.out == f"killed\t{running}\t\tstopped\n"
    assert yoi("worker", "list", "--live").out.count("\n") == 1
    assert yoi("worker", "prune", "--days", "0").out.splitlines() == [
        f"pruned\t{ended}",
        f"pruned\t{running}",
    ]


def test_a_ticket_is_told_of_its_worker_once(yoi: Program, here: Workers) -> None:
    ticket = made(yoi("ticket", "create", "--title", "x", "--message", "y"))
    worker_id = made(yoi("worker", "spawn", "--ticket", ticket[-4:], "--", "env"))
    for _ in range(2):
        yoi("worker", "wait", worker_id)
    yoi("worker", "recover")
    events = yoi("ticket", "show", ticket, "--json").json["events"]
    told = [e["attributes"] for e in events if e["kind"] == "worker"]
    assert [one["status"] for one in told] == ["started", "ended"]
    assert {one["worker"] for one in told} == {worker_id}
    variables = yoi("worker", "logs", worker_id).out.splitlines()
    assert f"YOI_TICKET={ticket}" in variables
    rows = yoi("worker", "list", "--ticket", ticket).out.splitlines()
    assert len(rows) == 2


def test_a_tickets_worker_runs_in_its_worktree(
    yoi: Program, here: Workers, workspace: Path
) -> None:
    ticket = made(yoi("ticket", "create", "--title", "x", "--message", "y"))
    yoi("worktree", "add", ticket)
    worker_id = made(yoi("worker", "spawn", "--ticket", ticket, "--", "pwd"))
    yoi("worker", "wait", worker_id)
    folder = Path(yoi("worker", "logs", worker_id).out.strip())
    assert folder.parent == workspace / ".worktree"


def test_input_is_given_from_a_pipe(yoi: Program, here: Workers) -> None:
    worker_id = made(yoi("worker", "spawn", "--input", "--", "cat"))
    yoi("worker", "input", worker_id, stdin=b"a\xff\n")
    yoi("worker", "input", worker_id, "-m", "b", "--close")
    yoi("worker", "wait", worker_id)
    assert yoi("worker", "logs", worker_id).out_bytes == b"a\xff\nb\n"
    refused = yoi("worker", "input", worker_id, "-m", "c", "--json", check=False)
    assert (refused.code, refused.error["code"]) == (4, "worker_stopped")


def test_secrets_come_from_the_environment_alone(yoi: Program, here: Workers) -> None:
    refused = yoi("worker", "spawn", "--env", "A_TOKEN=abcdef", "--json", "true", check=False)
    assert (refused.code, refused.error["code"]) == (2, "secret_on_command_line")
    env = {"A_TOKEN": "hidden value"}
    unset = yoi("worker", "spawn", "--env", "NOT_SET", "--json", "true", check=False)
    assert unset.error["code"] == "variable_unset"
    spawn = ("worker", "spawn", "--env", "A_TOKEN", "--env", "B=seen", "--", "env")
    worker_id = made(yoi(*spawn, env=env))
    yoi("worker", "wait", worker_id)
    lines = yoi("worker", "logs", worker_id).out.splitlines()
    assert {"A_TOKEN=[redacted]", "B=seen"} <= set(lines)


def test_a_profile_is_told_its_prompt(yoi: Program, here: Workers, workspace: Path) -> None:
    config = workspace / ".yoi/ticket.config.toml"
    config.write_text(
        config.read_text()
        + '[profiles.a]\ncommand = ["cat"]\nprompt = "stdin"\n'
        + '[profiles.b]\ncommand = ["sh", "-c", "cat $YOI_INTENT_FILE"]\nprompt = "file"\n'
    )
    for name in ("a", "b"):
        worker_id = made(yoi("worker", "spawn", "--profile", name, "--prompt", "Do it."))
        yoi("worker", "wait", worker_id)
        assert yoi("worker", "logs", worker_id).out == "Do it."
        assert yoi("worker", "show", worker_id, "--json").json["profile"] == name


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("spawn",), 2, "worker_invalid"),
        (("spawn", "no-such-program"), 2, "worker_invalid"),
        (("spawn", "--profile", "nope"), 3, "profile_not_found"),
        (("show", "w-01ARZ3NDEKTSV4RRFFQ69G5FAV"), 3, "worker_not_found"),
        (("show", "../.."), 2, "worker_invalid"),
        (("stop", "ABCDEF"), 3, "worker_not_found"),
    ],
)
def test_errors_have_their_codes(
    yoi: Program, here: Workers, arguments: tuple[str, ...], code: int, error: str
) -> None:
    result = yoi("worker", *arguments, "--json", check=False)
    assert (result.code, result.error["code"]) == (code, error)


def test_waiting_gives_up_after_its_time(yoi: Program, here: Workers) -> None:
    worker_id = made(yoi("worker", "spawn", "--", "sleep", "600"))
    result = yoi("worker", "wait", "--timeout", "0.1", worker_id, "--json", check=False)
    assert (result.code, result.error["code"]) == (1, "worker_timeout")


def test_a_terminal_that_is_closed_changes_nothing(
    yoi: Program, here: Workers, workspace: Path
) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(workspace)
        spawn = ("worker", "spawn", "--", "sh", "-c", "sleep 1; echo lived")
        os.execve(sys.executable, [*yoi.argv, *spawn], yoi.environment({"TERM": "xterm"}))
    shown = b""
    while b"Started" not in shown:
        shown += os.read(terminal, 1000)
    os.close(terminal)  # the session's processes get SIGHUP
    os.waitpid(pid, 0)
    (worker_id,) = here.names()
    wait_until(lambda: yoi("worker", "logs", worker_id).out == "lived\n")
    yoi("worker", "wait", worker_id)


def test_following_ends_when_the_reader_goes_away(
    yoi: Program, here: Workers, workspace: Path
) -> None:
    code = "while :; do echo x; sleep 0.01; done"
    worker_id = made(yoi("worker", "spawn", "--", "sh", "-c", code))
    follower = subprocess.Popen(
        [*yoi.argv, "worker", "logs", "-f", worker_id],
        cwd=workspace,
        env=yoi.environment(),
        stdout=subprocess.PIPE,
    )
    with follower:
        assert follower.stdout is not None
        assert follower.stdout.readline() == b"x\n"
        follower.stdout.close()
        assert follower.wait(20) == 141
    interrupted = subprocess.Popen(
        [*yoi.argv, "worker", "logs", "-f", worker_id],
        cwd=workspace,
        env=yoi.environment(),
        stdout=subprocess.PIPE,
    )
    with interrupted:
        assert interrupted.stdout is not None
        assert interrupted.stdout.readline() == b"x\n"
        interrupted.send_signal(signal.SIGINT)
        interrupted.stdout.read()
        assert interrupted.wait(20) == 130
    assert here.runtime.show(worker_id).state == "running"


def test_a_ticket_in_progress_is_not_closed_under_its_worker(yoi: Program, here: Workers) -> None:
    text = "## Acceptance criteria\n\n- It works.\n"
    ticket = made(yoi("ticket", "create", "--title", "x", "--message", text))
    for state in ("ready", "queued", "inprogress"):
        yoi("ticket", "state", ticket, state)
    worker_id = made(yoi("worker", "spawn", "--ticket", ticket, "--", "sleep", "600"))
    close = ("ticket", "close", ticket, "--message", "Done.")
    refused = yoi(*close, "--json", check=False)
    assert (refused.code, refused.error["code"]) == (4, "worker_at_work")
    assert worker_id in str(refused.error["message"])
    yoi(*close, "--force")
    assert here.runtime.show(worker_id).state == "running"


def test_closing_a_ticket_loads_workers_only_where_one_was_for_it(
    yoi: Program, here: Workers, env: dict[str, str], workspace: Path
) -> None:
    text = "## Acceptance criteria\n\n- It works.\n"
    ticket = made(yoi("ticket", "create", "--title", "x", "--message", text))
    for state in ("ready", "queued", "inprogress"):
        yoi("ticket", "state", ticket, state)
    yoi("worker", "wait", made(yoi("worker", "spawn", "--", "true")))
    words = ("ticket", "close", ticket, "--message", "Done.")
    code = "import sys; from yoi_cli.cli.main import run; run(sys.argv[1:]); print(*sys.modules)"
    argv = (sys.executable, "-P", "-c", code)
    loaded = Program(argv, {**env, "YOI_AUTHOR": "Ada"}, workspace)(*words).out.split()
    assert "yoi_cli.workers.open" in loaded
    assert not {"msgspec", "yoi_cli.workers.local.runtime"} & set(loaded)


def test_json_behind_the_dashes_is_the_commands_and_that_is_said(
    yoi: Program, here: Workers
) -> None:
    done = yoi("worker", "spawn", "--", "echo", "--json")
    assert "`--json` stands behind `--`" in done.err
    assert made(done)
    failed = yoi("worker", "spawn", "--", "no-such-program", "--json", check=False)
    assert (failed.code, failed.out) == (2, "")
    assert failed.err.startswith("Error: ")


def test_a_command_without_the_dashes_is_told_where_they_belong(yoi: Program) -> None:
    done = yoi("worker", "spawn", "sh", "-c", "exit 7", check=False)
    assert done.code == 2
    assert "behind `--`: `yoi worker spawn [OPTIONS] -- COMMAND`" in done.err
