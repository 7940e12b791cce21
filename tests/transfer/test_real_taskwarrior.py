"""What the taskwarrior of this machine exports comes in whole."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from yoi_cli.transfer.formats.detect import tool_of
from yoi_cli.transfer.formats.taskwarrior import TASKWARRIOR, read_taskwarrior

pytestmark = pytest.mark.process

SCRIPT = Path(__file__).parent / "foreign" / "make_taskwarrior.sh"


def _is_taskwarrior() -> bool:
    """`task` is also the name of another program, which prints no bare version."""
    if shutil.which("task") is None:
        return False
    said = subprocess.run(["task", "--version"], capture_output=True, text=True, check=False)
    return said.stdout.strip()[:2] in ("2.", "3.")


@pytest.fixture(scope="module")
def exported() -> bytes:
    """What `task export` prints of the tasks that the script makes."""
    if not _is_taskwarrior():
        pytest.skip("there is no taskwarrior here (Debian: taskwarrior)")
    done = subprocess.run(["bash", SCRIPT], capture_output=True, timeout=60, check=True)
    return done.stdout


def test_every_task_is_a_ticket_or_named(exported: bytes) -> None:
    tasks = json.loads(exported)
    assert tool_of(exported) == TASKWARRIOR
    found = read_taskwarrior(exported, "export.json")
    assert found.problems == []
    assert len(tasks) == len(found.tickets) + len(found.left_out) > 5
    titles = {one.title: one for one in found.tickets}
    assert titles["Write the parser"].state == "inprogress"
    assert titles["Done already"].state == "closed"
    assert titles["Lex it"].links == (("depends_on", titles["Write the parser"].source_id),)
    assert titles["Write the parser"].notes[0].body == "see https://example.org/x"
    assert not [warning for one in found.tickets for warning in one.warnings]
    assert {one.kind for one in found.left_out} == {"deleted task", "recurring task"}


def test_nothing_that_a_task_says_is_lost(exported: bytes) -> None:
    found = {one.source_id: one for one in read_taskwarrior(exported, "x").tickets}
    computed = {"id", "urgency", "mask", "imask"}
    elsewhere = {"description", "uuid", "status", "entry", "modified", "depends", "annotations"}
    for task in json.loads(exported):
        ticket = found.get(task["uuid"])
        if ticket is None:
            continue
        kept = dict(ticket.extra)
        for key, value in task.items():
            if key not in computed | elsewhere | {"tags", "priority", "due", "project"}:
                assert kept[key] == value, key
        assert set(task.get("tags", [])) <= set(ticket.fields["tags"] or ())
