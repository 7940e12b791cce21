"""Routing on random graphs, held against an oracle that is written for nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st
from support.data import Data
from support.memory_routing import MemoryReader, MemoryTicket
from support.tickets import ticket as ticket_id

from yoi_cli.model import states
from yoi_cli.model.ids import TicketId
from yoi_cli.model.missing import MissingWrites
from yoi_cli.model.plan import RELATING_KINDS
from yoi_cli.model.relations import KINDS
from yoi_cli.model.routing import BLOCKED, MOST_IN_TREE
from yoi_cli.routing.router import Decision, DecisionSummary, Router, RoutingContext
from yoi_cli.tickets.store_facts import StoreFacts

#: The last two are the ids of no ticket.
IDS = [ticket_id(number) for number in range(9)]
PRESENT = IDS[:7]
FINISHED = ("done", "closed")

Tickets = tuple[MemoryTicket, ...]


@st.composite
def stores(draw: st.DrawFn) -> Tickets:
    """Up to seven tickets with everything that may stand between them."""
    edges = st.tuples(st.sampled_from(tuple(KINDS)), st.sampled_from(IDS))
    orders = st.tuples(st.sampled_from(RELATING_KINDS), st.sampled_from(IDS))
    rare = st.sampled_from([False] * 7 + [True])
    found: list[MemoryTicket] = []
    for id_ in PRESENT[: draw(st.integers(1, len(PRESENT)))]:
        state = draw(st.sampled_from(["queued", "queued", *states.STATES]))
        found.append(
            MemoryTicket(
                id_,
                state,
                relations=tuple(draw(st.lists(edges, max_size=2, unique=True))),
                plans=tuple(draw(st.lists(orders, max_size=1))),
                is_readable=not draw(rare),
                is_diverged=draw(rare) and state != "closed",
                has_readable_relations=not draw(rare),
            )
        )
    return tuple(found)


def decisions(tickets: Tickets, context: RoutingContext | None = None) -> dict[str, Decision]:
    router = Router(MemoryReader(tickets), context or RoutingContext())
    rows = router.route_all(TicketId(ticket.id) for ticket in tickets)
    return {row.ticket: row for row in rows if isinstance(row, Decision)}


def ready(tickets: Tickets) -> set[str]:
    return {id_ for id_, row in decisions(tickets).items() if row.classified.is_ready}


def is_finished(tickets: Tickets, id_: str) -> bool:
    """By docs/routing.md: a ticket that is not there, or cannot be told, is not finished."""
    return any(
        t.id == id_ and t.is_readable and not t.is_diverged and t.state in FINISHED for t in tickets
    )


def waits_for(tickets: Tickets, id_: str) -> set[str]:
    found: set[str] = set()
    for one in tickets:
        if one.has_readable_relations:
            for kind, target in one.relations:
                if kind == "depends_on" and one.id == id_:
                    found.add(target)
                if kind == "blocks" and target == id_:
                    found.add(one.id)
    return found


def is_held_by_plan(tickets: Tickets, id_: str) -> bool:
    underway = {t.id for t in tickets if not t.is_readable or t.state == "inprogress"}
    for one in tickets:
        for kind, target in one.plans:
            if one.id == target or id_ not in (one.id, target):
                continue
            other = target if one.id == id_ else one.id
            if kind in ("conflicts_with", "do_not_parallelize"):
                if other in underway:
                    return True
            elif (kind in ("after", "blocked_by")) == (one.id == id_) and not is_finished(
                tickets, other
            ):
                return True
    return False


def says_whom_it_holds_up(one: MemoryTicket) -> bool:
    """Whether it is known which tickets `one` may hold up; what is resolved holds up none."""
    return one.has_readable_relations or is_finished((one,), one.id)


def should_be_ready(tickets: Tickets, one: MemoryTicket) -> bool:
    """Queued, and nothing in the table of docs/routing.md holds it."""
    duplicates = {to for kind, to in one.relations if kind == "duplicate_of"}
    open_twins = {t.id for t in tickets if not is_finished(tickets, t.id)}
    return (
        one.state == "queued"
        and one.is_readable
        and all(map(says_whom_it_holds_up, tickets))
        and not one.is_diverged
        and all(is_finished(tickets, other) for other in waits_for(tickets, one.id))
        and not duplicates & open_twins
        and not is_held_by_plan(tickets, one.id)
    )


@given(stores())
def test_a_ticket_is_ready_if_and_only_if_it_is_queued_and_nothing_holds_it(
    tickets: Tickets,
) -> None:
    assert ready(tickets) == {one.id for one in tickets if should_be_ready(tickets, one)}


@given(stores(), st.sampled_from(("depends_on", "blocks")), st.data())
def test_adding_a_blocker_never_makes_anything_ready(
    tickets: Tickets, kind: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(tickets) - 1))
    target = data.draw(st.sampled_from(IDS))
    one = tickets[place]
    more = replace(one, relations=(*one.relations, (kind, target)))
    assert ready((*tickets[:place], more, *tickets[place + 1 :])) <= ready(tickets)


@given(stores(), st.sampled_from(FINISHED), st.data())
def test_finishing_a_ticket_never_blocks_anything(
    tickets: Tickets, state: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(tickets) - 1))
    one = tickets[place]
    assume(one.state not in FINISHED and not one.is_diverged)
    after = (*tickets[:place], replace(one, state=state), *tickets[place + 1 :])
    assert ready(tickets) - {one.id} <= ready(after)
    before = decisions(tickets)
    for id_, row in decisions(after).items():
        assert {b.ticket for b in row.blockers} <= {b.ticket for b in before[id_].blockers}


@given(stores(), st.randoms(use_true_random=False))
def test_the_order_of_files_never_matters(tickets: Tickets, random: Random) -> None:
    shuffled = [
        replace(
            one,
            relations=tuple(random.sample(one.relations, len(one.relations))),
            plans=tuple(random.sample(one.plans, len(one.plans))),
        )
        for one in tickets
    ]
    random.shuffle(shuffled)
    assert decisions(tuple(shuffled)) == decisions(tickets)


@given(stores(), st.sampled_from(("is_readable", "is_diverged")), st.data())
def test_what_waits_for_a_ticket_that_cannot_be_told_is_never_ready(
    tickets: Tickets, what: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(tickets) - 1))
    told: dict[str, Data] = {what: what == "is_diverged"}
    broken = replace(tickets[place], state="done", **told)
    changed = (*tickets[:place], broken, *tickets[place + 1 :])
    for id_ in ready(changed):
        assert broken.id not in waits_for(changed, id_)
        assert id_ != broken.id


@given(stores())
def test_lists_and_cards_say_the_same(tickets: Tickets) -> None:
    router = Router(MemoryReader(tickets), RoutingContext(max_in_progress=1))
    rows = [row for row in router.summarise(states.STATES) if isinstance(row, DecisionSummary)]
    full = decisions(tickets, RoutingContext(max_in_progress=1))
    assert {row.ticket for row in rows} == set(full)
    for row in rows:
        said = full[row.ticket].classified
        assert row.classification == said.classification
        assert [cause.code for cause in row.causes] == [reason.code for reason in said.reasons]


@given(stores())
def test_every_ticket_on_a_cycle_is_told_its_cycle(tickets: Tickets) -> None:
    open_ids = {id_ for id_ in IDS if not is_finished(tickets, id_)}
    edges: dict[str, set[str]] = {id_: {*waits_for(tickets, id_)} & {*open_ids} for id_ in open_ids}

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        pending = list(edges.get(start, ()))
        while pending:
            here = pending.pop()
            if here not in seen:
                seen.add(here)
                pending += edges.get(here, ())
        return seen

    for id_, row in decisions(tickets).items():
        cycle = {other for other in reached(id_) if id_ in reached(other)}
        assert set(row.cycle) == (cycle if id_ in open_ids and id_ in reached(id_) else set())


def chain(length: int) -> Tickets:
    ids = [ticket_id(number) for number in range(length)]
    last = MemoryTicket(ids[-1], "queued")
    waiting = (
        MemoryTicket(one, "queued", relations=(("depends_on", other),))
        for one, other in pairwise(ids)
    )
    return (*waiting, last)


def test_a_chain_ten_thousand_deep_is_routed_without_recursion() -> None:
    tickets = chain(10_000)
    router = Router(MemoryReader(tickets), RoutingContext())
    rows = [row for row in router.summarise(("queued",)) if isinstance(row, DecisionSummary)]
    assert [row.ticket for row in rows if row.is_ready] == [tickets[-1].id]
    first = router.route(tickets[0].id)
    assert first.blockers[0].is_cut
    assert len(router.tree(tickets[0].id)) == MOST_IN_TREE


class _Lacking(MemoryReader):
    """A store whose `lost` tickets lack something that was recorded."""

    lost: frozenset[str] = frozenset()

    def missing_writes(self) -> Mapping[str, MissingWrites]:
        return {one: MissingWrites(one, events=1, concerns=frozenset({one})) for one in self.lost}


def lacking(tickets: Tickets, lost: Iterable[str]) -> StoreFacts:
    reader = _Lacking(tickets)
    reader.lost = frozenset(lost)
    return StoreFacts(reader)


@given(stores(), st.sets(st.sampled_from(IDS), max_size=3))
def test_what_is_missing_behind_a_ticket_is_what_a_walk_from_it_meets(
    tickets: Tickets, lost: set[str]
) -> None:
    facts = lacking(tickets, lost)
    for asked in (one.id for one in tickets):
        walked = {asked, *facts.blockers_behind(asked)} & lost
        assert {one.ticket for one in facts.missing_for(asked, behind=True)} == walked
        assert {one.ticket for one in facts.missing_for(asked, behind=False)} == {asked} & lost


def test_of_a_long_chain_that_waits_for_what_is_missing_all_tickets_are_told() -> None:
    tickets = chain(10_000)
    facts = lacking(tickets, {tickets[-1].id})
    assert all(facts.missing_for(one.id, behind=True) for one in tickets)


def test_a_cycle_through_ten_thousand_tickets_is_found() -> None:
    first, *rest = chain(10_000)
    closed = replace(rest[-1], relations=(("depends_on", first.id),))
    row = Router(MemoryReader((first, *rest[:-1], closed)), RoutingContext()).route(first.id)
    assert len(row.cycle) == 10_000
    assert row.classified.classification == BLOCKED


def test_a_ticket_with_ten_thousand_dependents_counts_them_all() -> None:
    one = MemoryTicket(ticket_id(0), "queued")
    others = tuple(
        MemoryTicket(ticket_id(number), "queued", relations=(("depends_on", one.id),))
        for number in range(1, 10_001)
    )
    found = decisions((one, *others))
    assert found[one.id].unblocks == 10_000
    assert sum(row.classified.is_ready for row in found.values()) == 1
