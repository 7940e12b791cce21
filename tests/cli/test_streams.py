"""Standard streams that are closed, full or gone: an answer, an exit code, never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from support.file_stores import fingerprint, make_ticket, open_store
from support.process import Program

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


@pytest.fixture
def ticket(workspace: Path) -> str:
    return make_ticket(open_store(workspace, in_git=True))


def in_shell(
    yoi: Program, workspace: Path, redirections: str, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run yoi as a shell does, with `redirections` such as `>&-` behind its arguments."""
    return subprocess.run(
        ["bash", "-c", f'"$@" {redirections}', "bash", *yoi.argv, *arguments],
        cwd=workspace,
        env=yoi.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("words", [("comment", "{}"), ("comment", "{}", "-"), ("import", "-")])
def test_a_closed_standard_input_is_an_empty_one(
    yoi: Program, workspace: Path, ticket: str, words: tuple[str, ...]
) -> None:
    filled = [word.format(ticket) for word in words]
    closed = in_shell(yoi, workspace, "<&-", "ticket", *filled, "--json")
    empty = in_shell(yoi, workspace, "</dev/null", "ticket", *filled, "--json")
    assert json.loads(closed.stdout) == json.loads(empty.stdout)
    assert closed.returncode == empty.returncode


@pytest.mark.parametrize("arguments", [("ticket", "list"), ("ticket", "list", "--json")])
def test_who_closes_standard_output_wants_none_of_it(
    yoi: Program, workspace: Path, ticket: str, arguments: tuple[str, ...]
) -> None:
    done = in_shell(yoi, workspace, ">&-", *arguments)
    assert (done.returncode, done.stderr) == (0, "")


def test_with_every_stream_closed_an_event_is_written_and_nothing_else_is(
    yoi: Program, workspace: Path, ticket: str
) -> None:
    done = in_shell(
        yoi, workspace, "<&- >&- 2>&-", "ticket", "comment", ticket, "-m", "Said.", "--commit"
    )
    assert done.returncode == 0
    events = yoi("ticket", "show", ticket, "--json").json["events"]
    assert [event["body"] for event in events if event["kind"] == "comment"] == ["Said."]
    assert yoi("ticket", "doctor", "--json").json["ok"]


@needs_full
@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("--version",),
        ("where",),
        ("ticket", "list"),
        ("ticket", "list", "--json"),
        ("ticket", "export"),
        ("route",),
    ],
)
def test_output_that_a_full_disk_refuses_is_said_in_words(
    yoi: Program, workspace: Path, ticket: str, arguments: tuple[str, ...]
) -> None:
    done = in_shell(yoi, workspace, ">/dev/full", *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: Standard output cannot be written: No space left")
    assert "[output_failed]\nHint: " in done.stderr
    assert len(done.stderr.splitlines()) == 2


@needs_full
def test_an_error_keeps_its_exit_code_where_it_cannot_be_written(
    yoi: Program, workspace: Path, ticket: str
) -> None:
    as_json = in_shell(yoi, workspace, ">/dev/full", "ticket", "show", "ZZZZZZ", "--json")
    assert as_json.returncode == 3
    assert as_json.stderr.startswith("Error: There is no ticket ZZZZZZ. [ticket_not_found]\n")
    in_words = in_shell(yoi, workspace, "2>/dev/full", "ticket", "show", "ZZZZZZ")
    assert (in_words.returncode, in_words.stdout) == (3, "")


RECORDING = {
    "comment": ("comment", "{}", "-m", "Said."),
    "intake": ("intake", "{}", "-m", "Clear."),
    "close": ("close", "{}", "-m", "Over."),
    "edit": ("edit", "{}", "--title", "Another"),
    "create": ("create", "--title", "Another"),
}


@needs_full
@pytest.mark.parametrize("form", [(), ("--json",)], ids=["lines", "json"])
@pytest.mark.parametrize("words", RECORDING.values(), ids=RECORDING)
def test_what_is_recorded_ends_with_0_though_the_answer_finds_the_disk_full(
    yoi: Program, workspace: Path, ticket: str, words: tuple[str, ...], form: tuple[str, ...]
) -> None:
    store = workspace / ".yoi/tickets"
    before = fingerprint(store)
    filled = [word.format(ticket) for word in words]
    done = in_shell(yoi, workspace, ">/dev/full", "ticket", *filled, *form)
    assert done.returncode == 0
    assert done.stderr.startswith("Warning: It is recorded, but not all of the answer")
    assert fingerprint(store) != before


def test_what_is_recorded_ends_with_0_though_the_reader_went_away(
    yoi: Program, workspace: Path, ticket: str
) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*yoi.argv, "ticket", "comment", ticket, "-m", "Said."],
        cwd=workspace,
        env=yoi.environment(),
        stdout=write,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    os.close(write)
    assert done.returncode == 0
    assert b"It is recorded" in done.stderr
    assert "Said." in (workspace / ".yoi/tickets" / ticket / "thread.md").read_text()


@needs_full
def test_what_a_command_could_not_do_is_no_success_because_of_the_answer(
    yoi: Program, workspace: Path, ticket: str
) -> None:
    """A refusal stays one, and so does an answer that is all there is to a command."""
    refused = in_shell(yoi, workspace, ">/dev/full", "ticket", "state", ticket, "done", "--json")
    assert refused.returncode == 4
    assert in_shell(yoi, workspace, ">/dev/full", "ticket", "list").returncode == 1


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["lines", "json"])
def test_with_too_few_descriptors_the_exit_code_says_whether_it_is_recorded(
    yoi: Program, workspace: Path, ticket: str, form: tuple[str, ...]
) -> None:
    thread = workspace / ".yoi/tickets" / ticket / "thread.md"
    told: dict[int, bool] = {}
    for limit in range(4, 16):
        said = f"Said with {limit}."
        words = ("ticket", "comment", ticket, "-m", said, *form)
        done = subprocess.run(
            ["bash", "-c", f'ulimit -n {limit}; "$@"', "bash", *yoi.argv, *words],
            cwd=workspace,
            env=yoi.environment(),
            capture_output=True,
            timeout=60,
            check=False,
        )
        told[limit] = done.returncode == 0
        assert told[limit] == (said in thread.read_text(encoding="utf-8"))
    assert set(told.values()) == {False, True}
