"""What Slurm's programs print, in the forms of several versions."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.workers.remote.slurm.squeue_output import (
    LINE_FORMAT,
    SEPARATOR,
    JobRow,
    NotAnsweredError,
    rows_of_json,
    rows_of_lines,
    state_of_sacct,
)

OLD = {
    "name": "w-1",
    "job_id": 6,
    "array_job_id": 5,
    "array_task_id": 0,
    "job_state": "RUNNING",
    "state_reason": "None",
    "user_id": 7,
}
NEW = {
    "name": "w-1",
    "job_id": 6,
    "array_job_id": {"set": True, "infinite": False, "number": 5},
    "array_task_id": {"set": True, "infinite": False, "number": 0},
    "job_state": ["RUNNING"],
    "state_reason": "None",
    "user_id": 7,
}


def line(*fields: str) -> str:
    return SEPARATOR.join(fields)


@pytest.mark.parametrize("job", [OLD, NEW], ids=["22.05", "24.05"])
def test_json_of_every_version_says_the_same(job: dict[str, object]) -> None:
    assert rows_of_json(json.dumps({"jobs": [job]}).encode()) == [
        JobRow("w-1", 0, 6, "RUNNING", "None", 7)
    ]


def test_a_job_that_is_no_array_has_no_place_in_one() -> None:
    for unset in (None, {"set": False, "infinite": False, "number": 0}):
        (row,) = rows_of_json(json.dumps({"jobs": [{**OLD, "array_task_id": unset}]}).encode())
        assert row.task is None


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b"{torn", b'{"jobs": 3}', b"\xff"])
def test_what_is_no_answer_is_said_to_be_none(text: bytes) -> None:
    with pytest.raises(ValueError, match="squeue"):
        rows_of_json(text)


def test_an_answer_that_tells_of_errors_does_not_mean_that_there_are_no_jobs() -> None:
    """As squeue 22.05 prints it where no controller runs, and exits with 0."""
    with pytest.raises(NotAnsweredError):
        rows_of_json(b'{"errors": [{"source": "slurm_load_jobs"}], "jobs": []}')
    assert rows_of_json(b'{"errors": [], "jobs": []}') == []


def test_lines_say_the_same_as_json() -> None:
    assert LINE_FORMAT.count(SEPARATOR) == 6
    text = line("6", "5", "0", "RUNNING", "None", "7", "w-1") + "\n"
    assert rows_of_lines(text) == [JobRow("w-1", 0, 6, "RUNNING", "None", 7)]
    single = line("4", "4", "N/A", "PENDING", "(Resources), all", "7", "w-2")
    assert rows_of_lines(single) == [JobRow("w-2", None, 4, "PENDING", "(Resources), all", 7)]


@given(st.text(), st.text())
def test_no_line_breaks_the_reading_of_the_others(noise: str, name: str) -> None:
    good = line("4", "4", "N/A", "PENDING", "Priority", "7", "w-2")
    rows = rows_of_lines(f"{noise}\n{good}\n{line('x', '', '', '', '', '', name)}")
    assert JobRow("w-2", None, 4, "PENDING", "Priority", 7) in rows


def test_accounting_is_believed_of_the_job_of_that_name_alone() -> None:
    text = "another|COMPLETED\nw-1|CANCELLED by 7\n"
    assert state_of_sacct(text, "w-1") == "CANCELLED"
    assert state_of_sacct(text, "w-2") == ""
    assert state_of_sacct("", "w-1") == ""
