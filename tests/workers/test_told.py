"""What of a worker is told beyond its machine: what is known to be meant for everybody, and nothing
that somebody wrote into a record."""

from __future__ import annotations

import itertools

import msgspec
import pytest

from yoi_cli.api.documents.observation import LifecycleEventDocument, told_event_document
from yoi_cli.api.documents.workers import WorkerDocument, told_worker_document, worker_document
from yoi_cli.workers.changes import unexplained
from yoi_cli.workers.model import WorkerExit, WorkerFacts, WorkerView, judge
from yoi_cli.workers.observation import LifecycleEvent
from yoi_cli.workers.told import OUTSIDE, told, told_event, told_recovery

ID = "w-01ARZ3NDEKTSV4RRFFQ69G5FAV"
SECRET = "/canary/path canary"
WHOLE = WorkerView(
    "local",
    ID,
    "exited",
    "Its stub saw it end with code 0.",
    ticket="01ARZ3NDEKTSV",
    role="coder",
    profile="claude",
    exit_code=0,
    cause="stopped",
    created_at=1,
    started_at=2,
    ended_at=3,
    output_size=4,
    key="a key 1",
    agent="claude",
    confine="strict",
    landlock=6,
    changes=("*",),
    has_terminal=True,
    accepts_input=True,
)
#: A worker's id is checked before it names a folder, and its key is what a client called it.
WORDS = [name for name, value in WHOLE._asdict().items() if isinstance(value, str)]


def test_a_worker_of_which_nothing_is_hidden_is_told_whole() -> None:
    assert told(WHOLE) == WHOLE


def test_every_sentence_that_yoi_says_of_a_worker_is_told() -> None:
    exits = (None, WorkerExit(3, None, 1, "stub"), WorkerExit(None, 9, 1, "shim"))
    unseen = ("nobody saw how it ended", "its stub died, so nobody saw how it ended")
    whys = ("", "it was given up before it ran", *unseen)
    cannot = ("it could not be started (No such file or directory: its program)",)
    phases = (None, "queued", "starting", "beginning", "running", "ending", "ended")
    for phase, end, why, flags in itertools.product(
        phases, exits, whys + cannot, itertools.product((False, True), repeat=5)
    ):
        shim, stub, lives, boot, elsewhere = flags
        said = judge(WorkerFacts(phase, shim, stub, lives, boot, end, why, elsewhere)).evidence
        assert told(WHOLE._replace(evidence=said)).evidence == said


@pytest.mark.parametrize("field", [name for name in WORDS if name != "key"])
def test_no_word_of_a_record_is_told_that_is_none_of_yois(field: str) -> None:
    for word in (
        SECRET,
        f"{getattr(WHOLE, field)} {SECRET}",
        f"Its stub saw it end with {SECRET}.",
    ):
        assert "canary" not in repr(told(WHOLE._replace(**{field: word})))  # type: ignore[arg-type]


def test_every_field_is_told_by_a_check_of_its_own_or_not_at_all() -> None:
    """A field that is added to a worker is not told before somebody says how."""
    poisoned = WorkerView(**dict.fromkeys(WorkerView._fields, SECRET))  # type: ignore[arg-type]
    safe = told(poisoned._replace(key=None, changes=(SECRET,)))
    assert "canary" not in repr(safe._replace(created_at=0, started_at=0, ended_at=0))
    document = WorkerDocument(**dict.fromkeys(WorkerDocument.__struct_fields__, SECRET))  # type: ignore[arg-type]
    said = told_worker_document(msgspec.structs.replace(document, key=None), "here")
    assert "canary" not in repr(said)
    event = LifecycleEvent(**dict.fromkeys(LifecycleEvent._fields, SECRET))  # type: ignore[arg-type]
    assert "canary" not in repr(told_event(event)._replace(at=0))
    names = LifecycleEventDocument.__struct_fields__
    assert "canary" not in repr(
        told_event_document(LifecycleEventDocument(**dict.fromkeys(names, SECRET)))  # type: ignore[arg-type]
    )


def test_control_without_the_check_all_of_it_is_told() -> None:
    assert "canary" in repr(worker_document(WHOLE._replace(evidence=SECRET)))


def test_what_changed_is_named_below_the_clone_and_nowhere_else() -> None:
    roots = {"/home/me/repo": "", "/home/me/repo/.git": ".git"}
    changes = (
        "/home/me/repo/.git/refs/heads/main",
        "/home/me/repo/.yoi/ticket.config.toml",
        "/home/me/.gitconfig",
        "/home/me/repo-2/.git/config",
        "/home/me/repo/.git/../../secret",
        "*",
    )
    shown = told(WHOLE._replace(changes=changes), roots).changes
    assert shown[:2] == (".git/refs/heads/main", ".yoi/ticket.config.toml")
    assert set(shown[2:]) == {OUTSIDE, "*"}


def test_what_others_account_for_is_known_by_its_name_below_the_clone_as_well() -> None:
    view = WHOLE._replace(ticket="A" * 13, changes=(f".worktree/{'B' * 13}/.git", ".git/config"))
    other = WHOLE._replace(ticket="B" * 13)
    assert unexplained(view, [other]) == (".git/config",)


def test_what_was_done_is_told_by_its_word() -> None:
    assert told_recovery(WHOLE, "ended").message == WHOLE.evidence
    assert told_recovery(WHOLE, SECRET) == told_recovery(WHOLE, "none")
