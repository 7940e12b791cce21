"""What is kept of the queue's answers."""

from __future__ import annotations

from yoi_cli.workers.job_states import GONE, JobWord
from yoi_cli.workers.remote.slurm.queue_answer import QueueAnswer, decode_answer
from yoi_cli.workers.remote.slurm.squeue_output import JobRow

INTERVAL = 5000


def row(state: str, name: str = "w-1", task: int | None = None) -> JobRow:
    return JobRow(name, task, 6, state, "None", 7)


def test_a_job_that_is_listed_no_more_is_gone_and_one_that_had_ended_has_ended() -> None:
    answer = QueueAnswer().answered(1000, INTERVAL, [row("RUNNING"), row("FAILED", "w-2")])
    later = answer.answered(9000, INTERVAL, [])
    assert later.words == {
        "w-1": JobWord(GONE, 6, "", 9000),
        "w-2": JobWord("FAILED", 6, "None", 1000),
    }
    again = later.answered(12000, INTERVAL, [row("RUNNING")])
    assert again.words["w-1"] == JobWord("RUNNING", 6, "None", 12000)


def test_since_when_something_is_said_stays_as_long_as_it_is_said() -> None:
    answer = QueueAnswer().answered(1000, INTERVAL, [row("RUNNING")])
    assert answer.answered(7000, INTERVAL, [row("RUNNING")]).words["w-1"].since == 1000


def test_places_in_an_array_are_told_apart() -> None:
    answer = QueueAnswer().answered(1000, INTERVAL, [row("RUNNING", task=0), row("FAILED", task=1)])
    assert (answer.words["w-1/0"].state, answer.words["w-1/1"].state) == ("RUNNING", "FAILED")


def test_slurm_is_asked_later_each_time_that_it_does_not_answer() -> None:
    answer = QueueAnswer().answered(0, INTERVAL, [row("RUNNING")])
    pauses = []
    for at in range(100_000, 1_000_000, 100_000):
        answer = answer.failed(at, INTERVAL, "runtime_timeout")
        pauses.append(answer.next_at - at)
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (10_000, 60_000)
    assert not answer.is_current
    assert answer.words["w-1"].state == "RUNNING"
    healthy = answer.answered(2_000_000, INTERVAL, [])
    assert (healthy.failures, healthy.next_at, healthy.is_current) == (0, 2_005_000, True)


def test_what_was_kept_and_cannot_be_read_is_asked_anew() -> None:
    for data in (b"", b"{torn", b"[]", b'{"words": {"w-1": 3}}', b"\xff"):
        assert decode_answer(data) == QueueAnswer()
