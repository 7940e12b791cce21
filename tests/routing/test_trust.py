"""Nothing starts on what cannot be read: one answer on every way to start work."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from support.file_stores import empty_store, folder_of
from support.memory_routing import BODY
from support.tickets import created, moved, put_ticket, said, ticket

from yoi_cli.errors import StoreInvalidError, YoiError
from yoi_cli.model.claim import ClaimRequest
from yoi_cli.model.events import Author
from yoi_cli.model.ids import TicketId
from yoi_cli.model.lost import LostRecords
from yoi_cli.model.missing import MissingWrites
from yoi_cli.model.plan import RELATING_KINDS, PlanRecord
from yoi_cli.model.relations import Relation
from yoi_cli.model.routing import GivenDecision
from yoi_cli.model.states import CLOSED, DONE, INPROGRESS, PLANNING, QUEUED, READY, STATES
from yoi_cli.routing.accept import Acceptance, accept_ticket
from yoi_cli.routing.claims import ClaimService, claim_ticket, find_next, require_next
from yoi_cli.routing.gate import Gate
from yoi_cli.routing.router import Decision, DecisionSummary, Router, RoutingContext
from yoi_cli.store.files.claims import FileClaims
from yoi_cli.store.files.reader import FileReader
from yoi_cli.store.files.store import FileStore
from yoi_cli.store.formats.plan import render_record
from yoi_cli.tickets.move import move_ticket
from yoi_cli.tickets.move_rules import MoveRequest

AT = "2026-06-02T00:00:00Z"
ADA = Author("Ada Example")
NOTHING = RoutingContext()
#: The ticket that is asked about, one that it does not wait for, and one that it waits for.
ASKED, OTHER, BLOCKER = (ticket(number) for number in (1, 2, 3))
REQUEST = ClaimRequest("bot", 60_000)
RELATIONS = "artifacts/relations.json"
PLAN = "artifacts/orchestration-plan.jsonl"
MOVED_BACK = moved(AT, 90, QUEUED, PLANNING)


class Damage(NamedTuple):
    """A file of a ticket, and what becomes of its bytes; None where it is not there."""

    ticket: TicketId
    path: str
    change: Callable[[bytes | None], bytes | None]


def replaced(data: bytes) -> Callable[[bytes | None], bytes | None]:
    return lambda _: data


def entry(owner: str, kind: str, target: str) -> bytes:
    keys = f'"ticket_id": "{owner}", "kind": "{kind}", "target": "{target}"'
    entry = f'{{{keys}, "author": "a", "at": "{AT}"}}'
    return f'{{"version": 1, "relations": [{entry}]}}'.encode()


def record(kind: str, related: str | None) -> bytes:
    return render_record(PlanRecord("orch-plan-1", OTHER, kind, "a", AT, related_ticket=related))


def fused(data: bytes | None) -> bytes:
    """A thread as `merge=union` leaves it: of a move, the last lines went into another event."""
    header, _, _ = MOVED_BACK.partition(b"\n\n---\n")
    return (data or b"") + b"\n" + header + b"\n\n" + said(AT, 91)


def torn_at_end(data: bytes | None) -> bytes:
    return (data or b"") + b"\n" + MOVED_BACK[:-5]


def one_id_twice(data: bytes | None) -> bytes:
    return b"\n".join([data or b"", said(AT, 90, "One."), MOVED_BACK])


DOUBLED_KEY = entry(OTHER, "blocks", ASKED).replace(
    b'"author"', b'"target": "' + ticket(7).encode() + b'", "author"'
)
MARKERS = b"<<<<<<< HEAD\n" + entry(OTHER, "blocks", ASKED) + b"\n=======\n>>>>>>> b\n"

#: Whatever may hide that the ticket that is asked about may not start, each with its doubt.
HIDING = {
    "own log: events fused": (Damage(ASKED, "thread.md", fused), "log_damaged"),
    "own log: torn at its end": (Damage(ASKED, "thread.md", torn_at_end), "log_damaged"),
    "own log: two events of one id": (Damage(ASKED, "thread.md", one_id_twice), "log_damaged"),
    "own log: a header that was indented": (
        Damage(ASKED, "thread.md", lambda data: (data or b"") + b"\n " + MOVED_BACK),
        "log_damaged",
    ),
    "own log: a header that was changed": (
        Damage(ASKED, "thread.md", lambda data: (data or b"").replace(b" -->", b"  -->", 2)),
        "log_damaged",
    ),
    "own log: no text": (
        Damage(ASKED, "thread.md", lambda data: (data or b"").replace(b"Created.", b"caf\xe9")),
        "log_damaged",
    ),
    "own item: no text": (
        Damage(ASKED, "item.md", lambda data: (data or b"") + b"caf\xe9\n"),
        "item_unreadable",
    ),
    "own item: its first line twice": (
        Damage(ASKED, "item.md", lambda data: b"---\n" + (data or b"")),
        "item_unreadable",
    ),
    "own relations: markers": (Damage(ASKED, RELATIONS, replaced(MARKERS)), "records_unreadable"),
    "own relations: unknown kind": (
        Damage(ASKED, RELATIONS, replaced(entry(ASKED, "needs", OTHER))),
        "records_unreadable",
    ),
    "own plan records": (Damage(ASKED, PLAN, replaced(b"nonsense\n")), "records_unreadable"),
    "others' relations: markers": (
        Damage(OTHER, RELATIONS, replaced(MARKERS)),
        "relations_unreadable",
    ),
    "others' relations: a key twice": (
        Damage(OTHER, RELATIONS, replaced(DOUBLED_KEY)),
        "relations_unreadable",
    ),
    "others' relations: unknown kind": (
        Damage(OTHER, RELATIONS, replaced(entry(OTHER, "Blocks", ASKED))),
        "relations_unknown",
    ),
    "others' relations: of whom": (
        Damage(OTHER, RELATIONS, replaced(entry(BLOCKER, "blocks", ASKED))),
        "relations_unknown",
    ),
    "others' relations: whom they block": (
        Damage(OTHER, RELATIONS, replaced(entry(OTHER, "blocks", ASKED.lower()))),
        "relations_unknown",
    ),
    "others' plan records": (Damage(OTHER, PLAN, replaced(b"nonsense\n")), "plans_unreadable"),
    "others' plan records: torn": (
        Damage(OTHER, PLAN, replaced(record("before", ASKED)[:-9])),
        "plans_unreadable",
    ),
    "others' plan records: unknown kind": (
        Damage(OTHER, PLAN, replaced(record("precedes", ASKED))),
        "plans_unknown",
    ),
    "others' plan records: whom they mean": (
        Damage(OTHER, PLAN, replaced(record("before", None))),
        "plans_unknown",
    ),
    "blocker's log: fused": (Damage(BLOCKER, "thread.md", fused), "blocker_unreadable"),
    "blocker's log: gone": (Damage(BLOCKER, "thread.md", lambda _: None), "blocker_unreadable"),
    "blocker's item: no text": (
        Damage(BLOCKER, "item.md", lambda data: (data or b"") + b"\xff"),
        "blocker_unreadable",
    ),
}


def path_to(state: str) -> list[bytes]:
    steps = STATES[: STATES.index(state) + 1]
    return [created(), *(moved(AT, n, *pair) for n, pair in enumerate(pairwise(steps), start=1))]


def put(store: FileStore, number: int, state: str, *relations: tuple[str, TicketId]) -> None:
    workspace = Path(store.location.workspace)
    put_ticket(workspace, number, *path_to(state), state=state, body=BODY, relations=relations)


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    """A queued ticket that waits for one that is done, and one that is queued besides."""
    found = empty_store(tmp_path)
    put(found, 1, QUEUED)
    put(found, 2, QUEUED)
    put(found, 3, DONE, ("blocks", ASKED))
    return found


def do(store: FileStore, damage: Damage) -> None:
    path = folder_of(store, damage.ticket) / damage.path
    path.parent.mkdir(exist_ok=True)
    data = damage.change(path.read_bytes() if path.exists() else None)
    if data is None:
        path.unlink()
    else:
        path.write_bytes(data)


def service(store: FileStore) -> ClaimService:
    claims = FileClaims(str(Path(store.location.workspace) / "claims"))
    return ClaimService(store, claims, ADA, NOTHING)


def accepted(store: FileStore) -> str:
    accept_ticket(service(store), ASKED, Acceptance(REQUEST), GivenDecision(), {})
    return "started"


def judged(store: FileStore) -> str:
    by_hand = GivenDecision("implementation_ready", "I know better.")
    accept_ticket(service(store), ASKED, Acceptance(REQUEST), by_hand, {})
    return "started"


def claimed(store: FileStore) -> str:
    claim_ticket(service(store), ASKED, REQUEST)
    return "started"


def begun(store: FileStore) -> str:
    move_ticket(store, ASKED, MoveRequest(INPROGRESS), ADA)
    return "started"


def routed(store: FileStore) -> str:
    rows = list(Router(store, NOTHING).route_all([ASKED]))
    is_ready = any(isinstance(row, Decision) and row.classified.is_ready for row in rows)
    return "started" if is_ready else "refused"


def listed(store: FileStore) -> str:
    rows = [row for row in Router(store, NOTHING).summarise(STATES) if row.ticket == ASKED]
    is_ready = any(isinstance(row, DecisionSummary) and row.is_ready for row in rows)
    return "started" if is_ready else "refused"


def next_one(store: FileStore) -> str:
    return "started" if ASKED in {one.ticket for one in find_next(store, NOTHING)} else "refused"


def gated(store: FileStore) -> str:
    answer = Gate(Router(store, NOTHING), READY).ask([ASKED])
    return "started" if answer.is_ready else "refused"


#: Every way on which work may begin, or is said to be free to.
WAYS = (accepted, judged, claimed, begun, routed, listed, next_one, gated)


def outcome(way: Callable[[FileStore], str], store: FileStore) -> str:
    try:
        return way(store)
    except YoiError:
        return "refused"


@pytest.mark.parametrize("way", WAYS)
def test_a_sound_ticket_starts_on_every_way(store: FileStore, way: Callable[..., str]) -> None:
    assert outcome(way, store) == "started"


#: A move does not ask plan records (docs/routing.md), and a decision by hand no order of them.
MOVES_ASK_NO_PLANS = {"own plan records"} | {name for name in HIDING if "others' plan" in name}


@pytest.mark.parametrize("name", HIDING)
@pytest.mark.parametrize("way", WAYS)
def test_what_may_hide_a_blocker_starts_nothing_on_any_way(
    store: FileStore, way: Callable[..., str], name: str
) -> None:
    do(store, HIDING[name][0])
    expected = "started" if way is begun and name in MOVES_ASK_NO_PLANS else "refused"
    assert outcome(way, store) == expected


@pytest.mark.parametrize(("damage", "code"), HIDING.values(), ids=HIDING)
def test_the_gate_calls_it_untrusted_and_says_why(
    store: FileStore, damage: Damage, code: str
) -> None:
    do(store, damage)
    answer = Gate(Router(store, NOTHING), READY).ask([ASKED])
    assert answer.exit_code == 6
    reasons = answer.tickets[0].reasons
    if code != "item_unreadable":  # the error of the item itself stands there
        assert code in [reason.code for reason in reasons]
    assert any(damage.ticket in reason.text for reason in reasons)


@pytest.mark.parametrize("way", [accepted, claimed, begun, judged])
def test_the_error_names_the_ticket_the_file_and_a_command_that_repairs(
    store: FileStore, way: Callable[..., str]
) -> None:
    do(store, HIDING["others' relations: markers"][0])
    with pytest.raises(StoreInvalidError) as caught:
        way(store)
    assert caught.value.code == "store_untrusted"
    assert f"{OTHER}/{RELATIONS}" in caught.value.message
    assert f"`yoi ticket doctor {OTHER}`" in (caught.value.hint or "")


def test_where_that_is_why_nothing_may_start_next_says_so(store: FileStore) -> None:
    do(store, HIDING["others' relations: markers"][0])
    with pytest.raises(StoreInvalidError) as caught:
        require_next(store, NOTHING)
    assert OTHER in caught.value.message


@pytest.mark.parametrize("state", [DONE, CLOSED])
@pytest.mark.parametrize("name", [name for name in HIDING if name.startswith("others'")])
def test_what_is_resolved_and_damaged_concerns_nobody(
    store: FileStore, name: str, state: str
) -> None:
    thread = b"\n".join(path_to(state))
    do(store, Damage(OTHER, "thread.md", replaced(thread)))
    do(store, HIDING[name][0])
    assert [way.__name__ for way in WAYS[-4:] if outcome(way, store) != "started"] == []


@pytest.mark.parametrize("damaged", [fused, torn_at_end, one_id_twice])
@pytest.mark.parametrize("name", [name for name in HIDING if name.startswith("others'")])
def test_what_is_resolved_by_half_a_log_may_hold_up_whom_its_records_name(
    store: FileStore, name: str, damaged: Callable[[bytes | None], bytes]
) -> None:
    """What cannot be read of the log may have opened it again."""
    do(store, Damage(OTHER, "thread.md", replaced(damaged(b"\n".join(path_to(CLOSED))))))
    do(store, HIDING[name][0])
    assert [way.__name__ for way in WAYS[-4:] if outcome(way, store) == "started"] == []


@pytest.mark.parametrize(
    "damage",
    [
        Damage(OTHER, RELATIONS, replaced(entry(OTHER, "needs", BLOCKER))),
        Damage(OTHER, RELATIONS, replaced(entry(OTHER, "depends_on", "nonsense"))),
        Damage(OTHER, RELATIONS, replaced(entry(OTHER, "related", "nonsense"))),
        Damage(OTHER, PLAN, replaced(record("precedes", BLOCKER))),
        Damage(OTHER, "thread.md", fused),
        Damage(OTHER, "item.md", lambda data: (data or b"") + b"\xff"),
        Damage(ASKED, "thread.md", lambda data: b"A note.\n\n" + (data or b"")),
        Damage(ASKED, "thread.md", lambda data: (data or b"") + b"\nA note.\n"),
    ],
)
def test_what_names_other_tickets_or_takes_nothing_away_holds_nobody_up(
    store: FileStore, damage: Damage
) -> None:
    do(store, damage)
    assert [way.__name__ for way in WAYS[-4:] if outcome(way, store) != "started"] == []


@pytest.mark.parametrize("lost", [ASKED, BLOCKER, OTHER])
def test_what_was_recorded_and_is_in_no_file_starts_nothing_that_it_may_concern(
    store: FileStore, monkeypatch: pytest.MonkeyPatch, lost: TicketId
) -> None:
    concerns = frozenset({lost, ASKED} if lost == OTHER else {lost})
    found = {lost: MissingWrites(lost, events=1, is_gone=True, concerns=concerns)}
    monkeypatch.setattr(FileReader, "missing_writes", lambda _: found)
    assert {way.__name__ for way in WAYS if outcome(way, store) == "started"} == set()
    with pytest.raises(StoreInvalidError) as caught:
        accepted(store)
    assert caught.value.code == "events_missing"
    assert "`yoi restore`" in (caught.value.hint or "")


@pytest.mark.parametrize("lost", [ASKED, BLOCKER])
def test_what_a_merge_lost_starts_nothing(store: FileStore, lost: TicketId) -> None:
    context = NOTHING._replace(lost=lambda asked: {lost: frozenset("x")} if lost in asked else {})
    assert Gate(Router(store, context), READY).ask([ASKED]).exit_code == 6
    asking = service(store)._replace(context=context)
    with pytest.raises(StoreInvalidError, match=f"{lost}/thread.md"):
        claim_ticket(asking, ASKED, REQUEST)
    with pytest.raises(StoreInvalidError, match=f"{lost}/thread.md"):
        accept_ticket(asking, ASKED, Acceptance(REQUEST), GivenDecision(), {})


def lost_record(kind: str, ticket: str, other: str) -> LostRecords:
    """A relation of that kind that git has and the store has not; of a plan record its kind."""
    if kind in RELATING_KINDS:
        return LostRecords(ticket, plans=(PlanRecord("1", ticket, kind, "ada", AT, other),))
    return LostRecords(ticket, (Relation(ticket, kind, other, "ada", AT),))


@pytest.mark.parametrize(
    ("kind", "ticket", "other", "is_held"),
    [
        ("depends_on", ASKED, OTHER, True),
        ("blocks", OTHER, ASKED, True),
        ("duplicate_of", ASKED, OTHER, True),
        ("invented", OTHER, ASKED, True),
        ("after", ASKED, OTHER, True),
        ("before", OTHER, ASKED, True),
        ("depends_on", ASKED, BLOCKER, False),  # which is closed
        ("depends_on", OTHER, ASKED, False),
        ("blocks", ASKED, OTHER, False),
        ("related", ASKED, OTHER, False),
        ("duplicate_of", OTHER, ASKED, False),
        ("before", ASKED, OTHER, False),
        ("conflicts_with", ASKED, OTHER, False),  # which is not in progress
    ],
)
def test_a_record_that_a_merge_lost_starts_nothing_that_it_would_hold_up(
    store: FileStore, kind: str, ticket: TicketId, other: TicketId, is_held: bool
) -> None:
    context = NOTHING._replace(lost_records=lambda: (lost_record(kind, ticket, other),))
    asking = service(store)._replace(context=context)
    answer = Gate(Router(store, context), READY).ask([ASKED])
    if not is_held:
        assert answer.exit_code == 0
        claim_ticket(asking, ASKED, REQUEST)
        return
    assert [reason.code for reason in answer.tickets[0].reasons] == ["records_lost"]
    assert answer.exit_code == 6
    with pytest.raises(StoreInvalidError, match=f"{ticket} {kind} {other}") as caught:
        claim_ticket(asking, ASKED, REQUEST)
    assert f"`yoi restore {ticket}`" in (caught.value.hint or "")


def test_what_is_in_no_file_of_others_holds_nobody_up(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {OTHER: MissingWrites(OTHER, events=1, concerns=frozenset({OTHER}))}
    monkeypatch.setattr(FileReader, "missing_writes", lambda _: found)
    assert [way.__name__ for way in WAYS[-4:] if outcome(way, store) != "started"] == []


def test_a_ticket_that_cannot_be_read_may_be_in_progress_and_take_a_place(
    store: FileStore,
) -> None:
    """By what is left of its log it is queued; by its item, as a merge left it, nobody knows."""
    do(store, Damage(OTHER, "thread.md", fused))
    limited = NOTHING._replace(max_in_progress=1)
    row = Router(store, limited).route(ASKED)
    assert [reason.code for reason in row.classified.reasons] == ["capacity"]


def test_that_a_ticket_is_in_progress_is_told_by_its_log_not_by_its_item(store: FileStore) -> None:
    thread = b"\n".join(path_to(INPROGRESS))
    do(store, Damage(OTHER, "thread.md", replaced(thread)))
    row = Router(store, NOTHING._replace(max_in_progress=1)).route(ASKED)
    assert [reason.code for reason in row.classified.reasons] == ["capacity"]


def test_work_beside_a_ticket_that_cannot_be_read_may_be_work_on_the_same_files(
    store: FileStore,
) -> None:
    def touching(data: bytes | None) -> bytes:
        return (data or b"").replace(b"\n---\n", b"\ntouches: ['src']\n---\n", 1)

    do(store, Damage(ASKED, "item.md", touching))
    assert outcome(routed, store) == "started"
    do(store, Damage(OTHER, "thread.md", replaced(b"\n".join(path_to(INPROGRESS)))))
    assert outcome(routed, store) == "started"
    do(store, Damage(OTHER, "item.md", replaced(b"nonsense")))
    row = Router(store, NOTHING).route(ASKED)
    assert [reason.code for reason in row.classified.reasons] == ["conflict"]


def test_a_plan_record_keeps_apart_from_what_cannot_be_read(store: FileStore) -> None:
    do(
        store,
        Damage(
            ASKED,
            PLAN,
            replaced(
                render_record(
                    PlanRecord(
                        "orch-plan-1", ASKED, "conflicts_with", "a", AT, related_ticket=OTHER
                    )
                )
            ),
        ),
    )
    assert outcome(routed, store) == "started"
    do(store, Damage(OTHER, "thread.md", fused))
    assert outcome(routed, store) == "refused"


def test_a_duplicate_of_what_cannot_be_read_may_be_one_of_an_open_ticket(
    store: FileStore,
) -> None:
    do(store, Damage(ASKED, RELATIONS, replaced(entry(ASKED, "duplicate_of", OTHER))))
    do(store, Damage(OTHER, "thread.md", replaced(b"\n".join(path_to(DONE)))))
    assert outcome(routed, store) == "started"
    do(store, Damage(OTHER, "thread.md", lambda _: None))
    row = Router(store, NOTHING).route(ASKED)
    assert "duplicate_unreadable" in [reason.code for reason in row.classified.reasons]
