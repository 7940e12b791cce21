"""The gate's answers: what is ready, what is not, and what nothing is decided from."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from support.file_stores import empty_store, folder_of
from support.tickets import created, moved, put_ticket, said, ticket

from yoi_cli.doctor.rules import RULES
from yoi_cli.errors import NotFoundError
from yoi_cli.model.events import LOSSES
from yoi_cli.model.findings import ERROR
from yoi_cli.model.ids import TicketId
from yoi_cli.model.routing import APPROVED
from yoi_cli.model.states import DONE, INPROGRESS, QUEUED, READY, STATES
from yoi_cli.routing.gate import Gate, GateResult
from yoi_cli.routing.router import ClaimView, Router, RoutingContext
from yoi_cli.store.files.store import FileStore
from yoi_cli.store.formats import thread as thread_format

AT = "2026-06-02T00:00:00Z"
HEAD = "3f786850e387550fdab836ed7e6dc881de23001b"
NOTHING = RoutingContext()


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return empty_store(tmp_path)


def path_to(state: str) -> list[bytes]:
    """The events that lead a ticket to `state` by legal moves."""
    steps = STATES[: STATES.index(state) + 1]
    moves = [moved(AT, number, *pair) for number, pair in enumerate(pairwise(steps), start=1)]
    return [created(), *moves]


def put(
    store: FileStore,
    number: int,
    state: str = QUEUED,
    *more: bytes,
    depends_on: int | None = None,
) -> TicketId:
    relations = () if depends_on is None else (("depends_on", ticket(depends_on)),)
    workspace = Path(store.location.workspace)
    events = (*path_to(state), *more)
    return put_ticket(workspace, number, *events, state=state, relations=relations)


def review(number: int, status: str, commit: str | None = None) -> bytes:
    bound = (("commit", commit),) if commit else ()
    return said(AT, 50 + number, "Seen.", kind="review", attributes=(("status", status), *bound))


def ask(
    store: FileStore, *words: str, required: str = READY, context: RoutingContext = NOTHING
) -> GateResult:
    return Gate(Router(store, context), required, HEAD).ask(words)


def codes(result: GateResult) -> list[str]:
    return [reason.code for gated in result.tickets for reason in gated.reasons]


def break_relations(store: FileStore, id_: TicketId) -> None:
    folder = folder_of(store, id_) / "artifacts"
    folder.mkdir(exist_ok=True)
    (folder / "relations.json").write_text("nonsense")


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("planning", 5),
        ("ready", 5),
        ("queued", 0),
        ("inprogress", 0),
        ("done", 0),
        ("closed", 0),
    ],
)
def test_ready_is_what_may_start_is_under_way_or_is_finished(
    store: FileStore, state: str, code: int
) -> None:
    assert ask(store, put(store, 1, state)).exit_code == code


@pytest.mark.parametrize("state", [QUEUED, INPROGRESS])
@pytest.mark.parametrize(
    ("blocker", "code"), [("planning", 5), ("inprogress", 5), ("done", 0), ("closed", 0)]
)
def test_what_an_unfinished_ticket_blocks_is_not_ready_even_under_way(
    store: FileStore, state: str, blocker: str, code: int
) -> None:
    waiting = put(store, 1, state, depends_on=2)
    put(store, 2, blocker)
    result = ask(store, waiting)
    assert result.exit_code == code
    assert code == 0 or "blocked" in codes(result)


def test_a_blocker_that_is_not_there_blocks(store: FileStore) -> None:
    result = ask(store, put(store, 1, depends_on=2))
    assert (result.exit_code, codes(result)) == (5, ["blocker_missing"])


def test_a_blocker_that_cannot_be_read_makes_the_store_untrusted(store: FileStore) -> None:
    waiting = put(store, 1, depends_on=2)
    (folder_of(store, put(store, 2, "done")) / "thread.md").unlink()
    result = ask(store, waiting)
    assert (result.exit_code, codes(result)) == (6, ["blocker_unreadable"])
    assert not result.is_ready


NO_ITEM = ("item.md", b"This is no item at all.\n")
TORN_HEADER = ("thread.md", b"<!-- event: create author: ada at: 2026-06-02T0")
NO_EVENT = ("thread.md", b"")
TORN_END = ("thread.md", None)
DAMAGES = {"no item": NO_ITEM, "torn header": TORN_HEADER, "no event": NO_EVENT, "torn": TORN_END}


def damage(store: FileStore, id_: TicketId, name: str, data: bytes | None) -> None:
    """Put `data` in place of a file, or where there is none, the beginning of another event."""
    path = folder_of(store, id_) / name
    torn = moved(AT, 70, "done", "planning").rstrip()[:-4]
    path.write_bytes(path.read_bytes() + torn if data is None else data)


@pytest.mark.parametrize("state", ["planning", "inprogress", "done", "closed"])
@pytest.mark.parametrize("how", DAMAGES.values(), ids=DAMAGES)
def test_a_blocker_of_which_a_part_cannot_be_read_makes_the_store_untrusted(
    store: FileStore, how: tuple[str, bytes | None], state: str
) -> None:
    """What can still be read of it may say that it is done, and the rest that it is not."""
    waiting = put(store, 1, depends_on=2)
    damage(store, put(store, 2, state), *how)
    result = ask(store, waiting)
    assert (result.exit_code, codes(result)) == (6, ["blocker_unreadable"])
    assert not result.is_trusted


@pytest.mark.parametrize("how", DAMAGES.values(), ids=DAMAGES)
def test_what_stands_behind_a_blocker_is_looked_at_too(
    store: FileStore, how: tuple[str, bytes | None]
) -> None:
    waiting = put(store, 1, depends_on=2)
    put(store, 2, "planning", depends_on=3)
    damage(store, put(store, 3, "ready"), *how)
    result = ask(store, waiting)
    assert (result.exit_code, codes(result)) == (6, ["blocker_unreadable"])


def test_what_a_finished_blocker_once_waited_for_says_nothing(store: FileStore) -> None:
    waiting = put(store, 1, depends_on=2)
    put(store, 2, "done", depends_on=3)
    damage(store, put(store, 3, "ready"), *NO_ITEM)
    assert ask(store, waiting).exit_code == 0


@pytest.mark.parametrize("required", [READY, APPROVED, DONE])
@pytest.mark.parametrize("state", ["queued", "done"])
@pytest.mark.parametrize("how", [TORN_HEADER, NO_EVENT, TORN_END])
def test_a_ticket_whose_own_log_is_damaged_is_untrusted_whatever_is_required(
    store: FileStore, how: tuple[str, bytes | None], state: str, required: str
) -> None:
    asked = put(store, 1, state)
    damage(store, asked, *how)
    result = ask(store, asked, required=required)
    assert (result.exit_code, codes(result)) == (6, ["log_damaged"])


def test_what_damages_a_log_is_what_doctor_calls_an_error_of_a_thread() -> None:
    source = Path(thread_format.__file__).read_text(encoding="utf-8")
    found = {code for code in RULES if f'"{code}"' in source}
    assert len(found) == 9
    assert {code for code in found if RULES[code].severity == ERROR} == LOSSES


def test_two_events_of_one_id_make_a_log_that_nothing_is_decided_from(store: FileStore) -> None:
    asked = put(store, 1, "queued", said(AT, 60, "One."), said(AT, 60, "Another."))
    result = ask(store, asked)
    assert (result.exit_code, codes(result)) == (6, ["log_damaged"])


def test_what_a_thread_has_beside_its_events_takes_nothing_away(store: FileStore) -> None:
    waiting = put(store, 1, depends_on=2)
    thread = folder_of(store, put(store, 2, "done")) / "thread.md"
    thread.write_bytes(b"A note.\n\n" + thread.read_bytes() + b"\nAnother.\n")
    assert ask(store, waiting).exit_code == 0


@pytest.mark.parametrize(
    ("number", "state", "expected"),
    [(1, "done", ["records_unreadable"]), (2, "ready", ["plans_unreadable"]), (2, "done", [])],
    ids=["own", "of a blocker", "of one that is done"],
)
def test_plan_records_that_cannot_be_read_count_where_their_ticket_could_be_held_or_hold(
    store: FileStore, number: int, state: str, expected: list[str]
) -> None:
    waiting = put(store, 1, depends_on=2)
    put(store, 2, state)
    folder = folder_of(store, TicketId(ticket(number))) / "artifacts"
    folder.mkdir(exist_ok=True)
    (folder / "orchestration-plan.jsonl").write_text("nonsense\n")
    result = ask(store, waiting)
    assert (result.exit_code, codes(result)) == (
        (6, expected) if expected else (0, ["queued_and_free"])
    )


def test_a_damaged_ticket_that_nobody_waits_for_is_none_of_the_gates_business(
    store: FileStore,
) -> None:
    asked = put(store, 1)
    damage(store, put(store, 2), *TORN_HEADER)
    assert ask(store, asked).exit_code == 0


def test_a_blocker_of_two_minds_makes_the_store_untrusted(store: FileStore) -> None:
    waiting = put(store, 1, depends_on=2)
    put(store, 2, "ready", moved(AT, 60, "inprogress", "done"))
    result = ask(store, waiting)
    assert (result.exit_code, codes(result)) == (6, ["blocker_diverged"])


@pytest.mark.parametrize("required", [READY, APPROVED, DONE])
def test_a_ticket_of_two_minds_is_untrusted_whatever_is_required(
    store: FileStore, required: str
) -> None:
    diverged = put(store, 1, "queued", moved(AT, 60, "ready", "done"))
    result = ask(store, diverged, required=required)
    assert (result.exit_code, codes(result)) == (6, ["diverged"])


def test_a_ticket_that_cannot_be_read_is_untrusted_and_hides_no_other(store: FileStore) -> None:
    broken, sound = put(store, 1), put(store, 2)
    (folder_of(store, broken) / "item.md").write_text("nonsense")
    result = ask(store, broken, sound)
    assert result.exit_code == 6
    assert [gated.is_ready for gated in result.tickets] == [False, True]


@pytest.mark.parametrize(("other", "code"), [("planning", 6), ("inprogress", 6), ("closed", 0)])
def test_unreadable_relations_count_where_their_ticket_could_block(
    store: FileStore, other: str, code: int
) -> None:
    asked = put(store, 1)
    break_relations(store, put(store, 2, other))
    assert ask(store, asked).exit_code == code


def test_what_is_finished_cannot_be_blocked_by_relations_that_nobody_can_read(
    store: FileStore,
) -> None:
    asked = put(store, 1, "done")
    break_relations(store, put(store, 2, "planning"))
    assert ask(store, asked).exit_code == 0


def test_the_tickets_own_relations_must_be_readable(store: FileStore) -> None:
    asked = put(store, 1)
    break_relations(store, asked)
    result = ask(store, asked)
    assert (result.exit_code, codes(result)) == (6, ["records_unreadable"])


def test_somebody_elses_claim_keeps_out_and_ones_own_does_not(store: FileStore) -> None:
    asked = put(store, 1)
    claimed = RoutingContext(claims={asked: ClaimView("ada", True)})
    assert ask(store, asked, context=claimed).exit_code == 5
    assert ask(store, asked, context=claimed._replace(caller="ada")).exit_code == 0


@pytest.mark.parametrize(
    ("reviews", "code"),
    [
        ([], "not_reviewed"),
        ([("approve", None)], "review_unbound"),
        ([("approve", "0" * 40)], "review_elsewhere"),
        ([("approve", HEAD[:6])], "review_elsewhere"),
        ([("approve", "")], "review_unbound"),
        ([("approve", "main")], "review_elsewhere"),
        ([("approve", HEAD + "0")], "review_elsewhere"),
        ([("request_changes", HEAD)], "review_asks_for_changes"),
        ([("approve", HEAD), ("request_changes", None)], "review_asks_for_changes"),
        ([("approve", HEAD), ("approve", None)], "review_unbound"),
        ([("request_changes", HEAD), ("approve", HEAD)], "review_approves"),
        ([("approve", HEAD)], "review_approves"),
        ([("approve", HEAD[:7])], "review_approves"),
        ([("approve", HEAD.upper())], "review_approves"),
    ],
)
def test_only_the_newest_review_approves_and_only_the_commit_that_it_names(
    store: FileStore, reviews: list[tuple[str, str | None]], code: str
) -> None:
    events = [review(number, *given) for number, given in enumerate(reviews)]
    result = ask(store, put(store, 1, INPROGRESS, *events), required=APPROVED)
    assert codes(result) == [code]
    assert result.exit_code == (0 if code == "review_approves" else 5)


@pytest.mark.parametrize(("state", "code"), [("inprogress", 5), ("done", 0), ("closed", 0)])
def test_done_is_done_or_closed(store: FileStore, state: str, code: int) -> None:
    assert ask(store, put(store, 1, state), required=DONE).exit_code == code


def test_every_ticket_must_be_ready_and_each_is_told_once(store: FileStore) -> None:
    one, two = put(store, 1), put(store, 2, "planning")
    result = ask(store, one, two, one)
    assert [gated.ticket for gated in result.tickets] == [one, two]
    assert result.exit_code == 5


def test_an_untrusted_store_weighs_more_than_a_no(store: FileStore) -> None:
    one, two = put(store, 1, "planning"), put(store, 2)
    (folder_of(store, two) / "thread.md").unlink()
    assert ask(store, one, two).exit_code == 6


def test_the_word_of_a_trailer_that_names_no_ticket_is_not_ready(store: FileStore) -> None:
    one = put(store, 1)
    gate = Gate(Router(store, NOTHING), READY)
    result = gate.ask_commits([f"{one}, 0000000000000", "no ticket!", one.lower()])
    told = {gated.ticket: gated.is_ready for gated in result.tickets}
    assert told == {one: True, "0000000000000": False, "no": False, "ticket!": False}
    assert result.exit_code == 5


def test_no_ticket_at_all_is_ready(store: FileStore) -> None:
    assert Gate(Router(store, NOTHING), READY).ask_commits([]).exit_code == 0


def test_a_single_word_that_names_no_ticket_is_not_found(store: FileStore) -> None:
    with pytest.raises(NotFoundError):
        ask(store, "0000000000000")


def test_reasons_are_told_in_the_language_of_the_records(store: FileStore) -> None:
    asked = put(store, 1, INPROGRESS)
    result = ask(store, asked, required=APPROVED, context=RoutingContext(japanese=True))
    assert result.tickets[0].reasons[0].text == "まだレビューされていません。"
