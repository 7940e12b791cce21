"""What is said of a worker by the evidence for it."""

from __future__ import annotations

import itertools

import pytest

from yoi_cli.workers.model import ENDED, Exit, Facts, judge

CODE = Exit(code=3, signal=None, at=1, by="stub")
SIGNAL = Exit(code=None, signal=9, at=1, by="shim")
NOT_BEGUN = Exit(code=None, signal=None, at=1, by="stub", error="0 shim")


@pytest.mark.parametrize(
    ("facts", "state", "words"),
    [
        (Facts(None, True), "queued", "being started"),
        (Facts("starting", True), "queued", "being started"),
        (Facts("beginning", True), "queued", "being started"),
        (Facts("beginning", False), "lost", "nobody saw"),
        (Facts("beginning", False, exit=NOT_BEGUN), "lost", "shim died before it ran"),
        (Facts("queued", True), "queued", "waits for room"),
        (Facts("running", True), "running", "holds its lock"),
        (Facts("ending", True), "running", "holds its lock"),
        (Facts("running", True, exit=CODE), "running", "left behind is being ended"),
        (Facts("running", False, worker_lives=True), "running", "shim died"),
        (Facts("running", False, stub_lives=True), "running", "about to write down"),
        (Facts("running", False, stub_lives=True, exit=CODE), "exited", "code 3"),
        (Facts("running", False, exit=CODE), "exited", "its shim was gone"),
        (Facts("ending", False, exit=SIGNAL), "killed", "signal 9"),
        (Facts("running", False), "lost", "nobody saw"),
        (Facts("running", False, is_this_boot=False), "lost", "restarted"),
        (Facts("running", False, is_this_boot=False, exit=CODE), "exited", "code 3"),
        (Facts(None, False), "lost", "launcher died"),
        (Facts("queued", False), "lost", "shim died before it ran"),
        (Facts("starting", False), "lost", "shim died before it ran"),
        (Facts("running", False, exit=NOT_BEGUN), "lost", "shim died before it ran"),
        (Facts("ended", False, exit=CODE), "exited", "code 3"),
        (Facts("ended", True, exit=SIGNAL), "killed", "Its shim saw it end with signal 9"),
        (Facts("ended", False, why="it was given up before it ran"), "killed", "given up"),
        (Facts("ended", False, why="nobody saw how it ended"), "lost", "saw how it"),
        (Facts("ended", False), "lost", "exit is missing"),
    ],
)
def test_each_state_names_its_evidence(facts: Facts, state: str, words: str) -> None:
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
        judged = judge(Facts(phase, shim, stub, True, boot, exit_))
        assert judged.state not in ENDED
        assert not judged.is_settled


def test_only_the_last_word_is_settled() -> None:
    assert judge(Facts("ended", False, exit=CODE)).is_settled
    assert not judge(Facts("running", False, exit=CODE)).is_settled
