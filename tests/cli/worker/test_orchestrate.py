"""What a person sees of a run (docs/orchestrate.md, "Output")."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from support.process import Program

from yoi_cli.cli.text.console import console
from yoi_cli.cli.worker.orchestrate import ProgressView, said_of
from yoi_cli.orchestration.ports import Progress
from yoi_cli.orchestration.run_values import RunningTicket

WORKER = "w-01M8P5FVXWH3VD2G8ADJ7QHWCS"
RUNNING = (
    RunningTicket("00001M8P5FV3Z", "Short", "coder", WORKER),
    RunningTicket("00001M8P5FVC1", "A title " * 20, "validate_merge", WORKER[:-1] + "T"),
)


@pytest.mark.parametrize("columns", [60, 80, 100, 110, 120, 200])
def test_the_live_table_keeps_what_tells_tickets_and_workers_apart(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = io.StringIO()
    target = console(shown)
    target.print(ProgressView(as_json=False).table(RUNNING, target), soft_wrap=False)
    lines = shown.getvalue().splitlines()
    # Where it is narrow, a title has a line of its own.
    titles = ["title"] if columns >= 80 else []
    assert lines[0].split() == ["ticket", "step", "time", "worker", *titles]
    assert all(len(line.rstrip()) <= columns for line in lines)
    assert "Short" in shown.getvalue()
    assert lines[2].split()[:4] == [
        "00001M8P5FV3Z",
        "coder",
        "0:00",
        WORKER if columns >= 120 else "…" + WORKER[-8:],
    ]
    assert lines[3 if titles else 4].split()[:3] == ["00001M8P5FVC1", "validate_merge", "0:00"]


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_a_line_of_progress_never_ends_at_its_colon(text: str) -> None:
    assert said_of(Progress("00001M8P5FV3Z", "coder", text)) == "coder"
    assert said_of(Progress("00001M8P5FV3Z", "coder", "It failed:\n")) == "coder: It failed"
    assert said_of(Progress("00001M8P5FV3Z", "coder", "Begins.")) == "coder: Begins."


def test_without_roles_the_file_is_named_and_what_to_put_there(
    yoi: Program, git: Program, workspace: Path
) -> None:
    git("commit", "--quiet", "--allow-empty", "--message", "One", cwd=workspace)
    ticket = yoi("create", "A", "--acceptance", "So.").out.split()[1]
    for state in ("ready", "queued"):
        yoi("ticket", "state", ticket, state)
    said = yoi("orchestrate", check=False).out
    assert 'Write profile = \\"NAME\\" below [roles.coder] in .yoi/ticket.config.toml' in said
    assert "yoi profile list" in said
