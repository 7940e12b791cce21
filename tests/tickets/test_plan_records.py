"""Keeping and listing plan records: what docs/format.md allows, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.file_stores import ADA, empty_store, folder_of, make_ticket, open_store

from yoi_cli.errors import NotFoundError, UsageError, YoiError
from yoi_cli.model.ids import TicketId
from yoi_cli.model.plan import KINDS, RELATING_KINDS, AcceptedPlan, PlanRecord, standing
from yoi_cli.store.files.store import FileStore
from yoi_cli.tickets.plan_records import PlanDraft, add_plan, list_plans, remove_plan

ACCEPTED = AcceptedPlan("Do it.", "work/x", ".worktree/x", "one coder")


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return empty_store(tmp_path)


@pytest.fixture
def two(store: FileStore) -> tuple[TicketId, TicketId]:
    return make_ticket(store, "One"), make_ticket(store, "Two")


def draft(kind: str, ticket: str, related: str) -> PlanDraft:
    """A draft of `kind` with all that it needs."""
    if kind in RELATING_KINDS:
        return PlanDraft(ticket, kind, related, "why")
    accepted = ACCEPTED if kind == "accepted_plan" else None
    return PlanDraft(ticket, kind, None, "no place", accepted)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_as_it_was_written(
    store: FileStore, two: tuple[TicketId, TicketId], tmp_path: Path, kind: str
) -> None:
    one, other = two
    planned = add_plan(store, draft(kind, one, other), ADA)
    assert open_store(tmp_path).plan(one) == (planned.record,)
    assert planned.record.author == ADA.author
    assert planned.record.id.endswith("-1")


def test_the_id_ends_with_the_number_of_the_line(
    store: FileStore, two: tuple[TicketId, TicketId]
) -> None:
    one, other = two
    for number, kind in enumerate(KINDS, start=1):
        assert add_plan(store, draft(kind, one, other), ADA).record.id.endswith(f"-{number}")


@pytest.mark.parametrize("kind", RELATING_KINDS)
def test_an_order_that_stands_already_is_not_written_again(
    store: FileStore, two: tuple[TicketId, TicketId], kind: str
) -> None:
    first = add_plan(store, draft(kind, *two), ADA)
    again = add_plan(store, draft(kind, *two), ADA)
    assert (again.changed, again.record) == (False, first.record)
    assert len(store.plan(two[0])) == 1


def test_a_note_on_capacity_may_be_repeated(
    store: FileStore, two: tuple[TicketId, TicketId]
) -> None:
    for _ in range(2):
        assert add_plan(store, draft("waiting_capacity_note", *two), ADA).changed


def test_what_was_removed_holds_no_more_and_may_be_added_again(
    store: FileStore, two: tuple[TicketId, TicketId]
) -> None:
    one, other = two
    first = add_plan(store, draft("after", *two), ADA).record
    removed = remove_plan(store, PlanDraft(one, "after", other, "settled"), ADA)
    assert removed.records == (first,)
    assert standing(store.plan(one)) == ()
    counter = store.plan(one)[1]
    assert (counter.kind, counter.removes) == ("waiting_capacity_note", first.id)
    assert counter.note == f"Removed: {one} after {other}. settled"
    assert list_plans(store, None, None).records == ()
    assert len(list_plans(store, None, None, removed_too=True).records) == 2
    assert add_plan(store, draft("after", *two), ADA).changed
    assert len(standing(store.plan(one))) == 1


def test_a_counter_record_takes_back_what_names_the_same_ticket_alone() -> None:
    """Two clones may give one id to two records."""
    record = PlanRecord("orch-plan-1", "A", "after", "ada", "2026-06-25T16:30:32Z", "B")
    twin = record._replace(related_ticket="C")
    counter = record._replace(id="orch-plan-2", kind="waiting_capacity_note", removes=record.id)
    assert standing((record, twin, counter)) == (twin,)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (("sometime", None), "plan_kind_unknown"),
        (("accepted_plan", None), "plan_not_removable"),
        (("before", "B"), "plan_not_found"),
        (("after", None), "plan_ambiguous"),
        (("waiting_capacity_note", None), "plan_ambiguous"),
    ],
)
def test_what_cannot_be_removed_is_refused_and_nothing_is_written(
    store: FileStore, two: tuple[TicketId, TicketId], asked: tuple[str, str | None], code: str
) -> None:
    one, other = two
    third = make_ticket(store, "Three")
    for first in (other, third):
        add_plan(store, PlanDraft(one, "after", first), ADA)
    for note in ("no place", "no machine"):
        add_plan(store, PlanDraft(one, "waiting_capacity_note", None, note), ADA)
    before = store.plan(one)
    kind, related = asked
    with pytest.raises(YoiError) as raised:
        remove_plan(store, PlanDraft(one, kind, other if related else None), ADA)
    assert raised.value.code == code
    assert store.plan(one) == before
    remove_plan(store, PlanDraft(one, "waiting_capacity_note"), ADA, record=before[2].id)
    assert [record.note for record in standing(store.plan(one))] == [None, None, "no machine"]


def test_a_plan_record_changes_no_state_and_no_log(
    store: FileStore, two: tuple[TicketId, TicketId]
) -> None:
    before = (store.item(two[0]), store.thread(two[0]))
    add_plan(store, draft("after", *two), ADA)
    assert (store.item(two[0]), store.thread(two[0])) == before


def after(
    note: str = "why", *, related: str | None = "B", plan: AcceptedPlan | None = None
) -> PlanDraft:
    return PlanDraft("A", "after", related, note, plan)


def accepted(plan: AcceptedPlan | None) -> PlanDraft:
    return PlanDraft("A", "accepted_plan", None, None, plan)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (PlanDraft("A", "sometime", "B"), "plan_kind_unknown"),
        (after(related=None), "plan_incomplete"),
        (PlanDraft("A", "waiting_capacity_note", None, " "), "plan_incomplete"),
        (accepted(None), "plan_incomplete"),
        (accepted(AcceptedPlan(" ")), "plan_incomplete"),
        (after(plan=ACCEPTED), "plan_accepted_misplaced"),
        (after("x" * (16 * 1024 + 1)), "plan_text_too_long"),
        (after("価" * (16 * 1024 // 3 + 1)), "plan_text_too_long"),
        (accepted(AcceptedPlan("x" * 20_000)), "plan_text_too_long"),
        (accepted(AcceptedPlan("x", "b" * 1025)), "plan_text_too_long"),
        (accepted(AcceptedPlan("x", "a\nb")), "plan_line_broken"),
        (accepted(AcceptedPlan("x", None, "a\u2028b")), "plan_line_broken"),
    ],
)
def test_what_the_format_does_not_allow_is_refused(
    store: FileStore, two: tuple[TicketId, TicketId], wrong: PlanDraft, code: str
) -> None:
    related = wrong.related and two[1]
    with pytest.raises(UsageError) as refused:
        add_plan(store, wrong._replace(ticket=two[0], related=related), ADA)
    assert refused.value.code == code
    assert store.plan(two[0]) == ()


def test_the_longest_text_that_is_allowed_is_kept(
    store: FileStore, two: tuple[TicketId, TicketId]
) -> None:
    note = "x" * 16 * 1024
    add_plan(store, draft("after", *two)._replace(note=note), ADA)
    assert store.plan(two[0])[0].note == note


def test_a_record_names_two_tickets_that_are_there(
    store: FileStore, two: tuple[TicketId, TicketId]
) -> None:
    with pytest.raises(UsageError, match="itself"):
        add_plan(store, draft("after", two[0], two[0]), ADA)
    with pytest.raises(NotFoundError):
        add_plan(store, draft("after", two[0], "0000000000000"), ADA)


def test_a_ticket_is_asked_about_in_both_directions(
    store: FileStore, two: tuple[TicketId, TicketId]
) -> None:
    one, other = two
    third = make_ticket(store, "Three")
    record = add_plan(store, draft("before", one, other), ADA).record
    noted = add_plan(store, draft("waiting_capacity_note", third, ""), ADA).record
    assert list_plans(store, other, None).records == (record,)
    assert list_plans(store, None, None).records == (record, noted)
    assert list_plans(store, None, "before").records == (record,)
    assert list_plans(store, third, "before").records == ()
    with pytest.raises(UsageError):
        list_plans(store, None, "sometime")


def test_one_broken_file_of_records_never_hides_the_others(
    store: FileStore, two: tuple[TicketId, TicketId]
) -> None:
    one, other = two
    add_plan(store, draft("after", other, one), ADA)
    broken = folder_of(store, one) / "artifacts" / "orchestration-plan.jsonl"
    broken.write_text("nonsense\n")
    found = list_plans(store, None, None)
    assert [record.ticket_id for record in found.records] == [other]
    assert [row.id for row in found.unreadable] == [one]
