"""What Slurm says of a job, and what a worker is by it."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.workers.job_states import CAUSES, GONE, SAID, UNKNOWN, JobWord, judge_job, state_named
from yoi_cli.workers.model import STATES, WorkerFacts

PHASES = (None, "queued", "starting", "beginning", "running", "ending")
WORDS = ("PENDING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED", "NODE_FAIL", GONE, UNKNOWN)


def facts(phase: str | None) -> WorkerFacts:
    return WorkerFacts(phase, has_shim=False)


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("RUNNING", "RUNNING"),
        (["RUNNING"], "RUNNING"),
        (["COMPLETED", "COMPLETING"], "COMPLETING"),
        (["NODE_FAIL", "REQUEUED"], "NODE_FAIL"),
        ("CANCELLED by 1000", "CANCELLED"),
        ("CANCELLED+", "CANCELLED"),
        ("HIBERNATING", UNKNOWN),
        ("", UNKNOWN),
        ([], UNKNOWN),
        (None, UNKNOWN),
        (7, UNKNOWN),
    ],
)
def test_a_state_is_known_in_every_form_in_which_slurm_says_it(words: object, state: str) -> None:
    assert state_named(words) == state


@given(st.one_of(st.text(), st.lists(st.text()), st.integers(), st.none()))
def test_whatever_slurm_says_is_a_state_or_unknown(words: object) -> None:
    assert re.fullmatch(r"unknown|[A-Z_]+", state_named(words))


def test_a_worker_has_ended_only_when_slurm_said_for_certain_that_its_job_has() -> None:
    for phase, state, is_certain in itertools.product(PHASES, WORDS, (False, True)):
        verdict = judge_job(facts(phase), JobWord(state, 7), is_certain=is_certain)
        is_over = state not in ("PENDING", "RUNNING", UNKNOWN)
        assert verdict.state in STATES
        assert (verdict.state in ("lost", "killed")) == (is_over and is_certain), (phase, state)
        assert not verdict.is_settled


@pytest.mark.parametrize(
    ("state", "phase", "expected"),
    [
        ("CANCELLED", None, "killed"),
        ("CANCELLED", "running", "lost"),
        ("FAILED", None, "lost"),
        ("NODE_FAIL", "running", "lost"),
        (GONE, "running", "lost"),
    ],
)
def test_how_a_job_ended_says_what_became_of_a_worker_that_left_no_word(
    state: str, phase: str | None, expected: str
) -> None:
    assert judge_job(facts(phase), JobWord(state, 7), is_certain=True).state == expected


def test_every_sentence_on_a_job_is_one_that_may_be_told() -> None:
    reasons = ("", "None", "TimeLimit", "ReqNodeNotAvail, /secret/path")
    for phase, state, certain, why, job_id in itertools.product(
        PHASES, WORDS, (False, True), reasons, (None, 12)
    ):
        verdict = judge_job(facts(phase), JobWord(state, job_id, why), is_certain=certain)
        assert re.fullmatch(SAID, verdict.evidence.removesuffix(".")), verdict.evidence
        assert "secret" not in verdict.evidence


def test_what_slurm_ends_has_a_cause_and_what_ends_by_itself_has_none() -> None:
    assert JobWord("TIMEOUT").cause == "timeout"
    assert JobWord("OUT_OF_MEMORY").cause == "out_of_memory"
    assert JobWord("COMPLETED").cause == JobWord("FAILED").cause == JobWord(GONE).cause == ""
    assert {"preempted", "node_fail", "cancelled", "deadline"} <= CAUSES
