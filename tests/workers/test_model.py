"""What is said of a worker by the evidence for it."""

from __future__ import annotations

import itertools

import pytest

from yoi_cli.workers.model import ENDED, WorkerExit, WorkerFacts, judge

CODE = WorkerExit(code=3, signal=None, at=1, by="stub")
SIGNAL = WorkerExit(code=None, signal=9, at=1, by="shim")
NOT_BEGUN = WorkerExit(code=None, signal=None, at=1, by="stub", error="0 shim")


@pytest.mark.parametrize(
    ("facts", "state", "words"),
    [
        (WorkerFacts(None, True), "queued", "being started"),
        (WorkerFacts("starting", True), "queued", "being started"),
        (WorkerFacts("beginning", True), "queued", "being started"),
        (WorkerFacts("beginning", False), "lost", "nobody saw"),
        (WorkerFacts("beginning", False, exit=NOT_BEGUN), "lost", "shim died before it ran"),
        (WorkerFacts("queued", True), "queued", "waits for room"),
        (WorkerFacts("running", True), "running", "holds its lock"),
        (WorkerFacts("ending", True), "running", "holds its lock"),
        (WorkerFacts("running", True, exit=CODE), "running", "left behind is being ended"),
        (WorkerFacts("running", False, worker_lives=True), "running", "shim died"),
        (WorkerFacts("running", False, stub_lives=True), "running", "about to write down"),
        (WorkerFacts("running", False, stub_lives=True, exit=CODE), "exited", "code 3"),
        (WorkerFacts("running", False, exit=CODE), "exited", "its shim was gone"),
        (
            WorkerFacts("running", False, stub_lives=True, worker_lives=True, is_elsewhere=True),
            "lost",
            "clone that was copied",
        ),
        (WorkerFacts("ending", False, exit=SIGNAL), "killed", "signal 9"),
        (WorkerFacts("running", False), "lost", "nobody saw"),
        (WorkerFacts("running", False, is_this_boot=False), "lost", "restarted"),
        (WorkerFacts("running", False, is_this_boot=False, exit=CODE), "exited", "code 3"),
        (WorkerFacts(None, False), "lost", "launcher died"),
        (WorkerFacts("queued", False), "lost", "shim died before it ran"),
        (WorkerFacts("starting", False), "lost", "shim died before it ran"),
        (WorkerFacts("running", False, exit=NOT_BEGUN), "lost", "shim died before it ran"),
        (WorkerFacts("ended", False, exit=CODE), "exited", "code 3"),
        (WorkerFacts("ended", True, exit=SIGNAL), "killed", "Its shim saw it end with signal 9"),
        (WorkerFacts("ended", False, why="it was given up before it ran"), "killed", "given up"),
        (WorkerFacts("ended", False, why="nobody saw how it ended"), "lost", "saw how it"),
        (WorkerFacts("ended", False), "lost", "exit is missing"),
    ],
)
def test_each_state_names_its_evidence(facts: WorkerFacts, state: str, words: str) -> None:
    judged = judge(facts)
    assert (judged.state, words in judged.evidence) == (state, True), judged
    assert judged.evidence[0].isupper()
    assert judged.evidence.endswith(".")


def test_nothing_is_said_to_have_ended_while_it_or_its_shim_lives() -> None:
    phases = (None, "starting", "queued", "running", "ending")
    exits = (None, NOT_BEGUN)
    for phase, shim, stub, boot, exit_ in itertools.product(
        phases, (True, False), (True, False), (True, False), exits
    ):
        judged = judge(WorkerFacts(phase, shim, stub, True, boot, exit_))
        assert judged.state not in ENDED
        assert not judged.is_settled


def test_only_the_last_word_is_settled() -> None:
    assert judge(WorkerFacts("ended", False, exit=CODE)).is_settled
    assert not judge(WorkerFacts("running", False, exit=CODE)).is_settled
