"""Rows of the index: what is read back is what was made."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.model.ids import TicketId
from yoi_cli.model.item import FieldValue
from yoi_cli.model.plan import AcceptedPlan, PlanRecord
from yoi_cli.model.relations import Relation
from yoi_cli.model.routing import Review, ThreadSummary
from yoi_cli.model.spending import Spending
from yoi_cli.model.thread_figures import ThreadFigures
from yoi_cli.store.files.index.rows import (
    KeptFields,
    acceptance_in,
    figures_in,
    figures_row,
    item_head,
    item_row,
    latest_in,
    plans_in,
    records_row,
    relations_in,
    summary_in,
    thread_row,
)
from yoi_cli.store.files.index.table import Row, decode_table, empty_table, encode_table
from yoi_cli.store.values import PlansRow

TICKET = TicketId("0000000000001")
SIGNATURE = tuple(range(1, 6))
#: With halves of surrogate pairs, as older files have them.
texts = st.text(st.characters(codec=None), max_size=12)
values = st.one_of(st.none(), texts, st.lists(texts, max_size=3).map(tuple))
fields = st.dictionaries(st.one_of(texts, st.sampled_from(["state", "title"])), values, max_size=5)
booleans = st.booleans()
summaries = st.builds(
    ThreadSummary,
    texts,
    booleans,
    st.builds(Review, booleans, booleans, booleans, booleans, texts, texts),
    booleans,
)
figures = st.builds(
    ThreadFigures,
    texts,
    st.lists(st.tuples(texts, st.integers(0)), max_size=3).map(tuple),
    st.builds(Spending, st.integers(0), st.none() | st.floats(0, 1e9)),
    *(texts,) * 3,
    st.none() | texts,
    st.integers(0),
    *(texts,) * 2,
)
relations = st.builds(Relation, texts, texts, texts, texts, texts, st.none() | texts)
plans = st.builds(
    PlanRecord,
    *(texts,) * 5,
    st.none() | texts,
    st.none() | texts,
    st.none() | st.builds(AcceptedPlan, texts, st.none() | texts, st.none() | texts),
)


def kept(row: Row) -> Row:
    """The row as a table gives it back."""
    files = len(row.signature) // 5
    table = empty_table(files).aligned(TICKET.encode()).with_rows([0], lambda _: row)
    again = decode_table(encode_table(table, {}), {}, files)
    (found,) = again.rows()
    assert (found.head, found.body) == (again.head(0), again.body(0))
    return Row(again.signatures, found.head, found.body)


@given(fields, booleans, st.none() | booleans)
def test_fields(given_fields: dict[str, FieldValue], is_text: bool, said: bool | None) -> None:
    row = kept(item_row(SIGNATURE, given_fields, is_text=is_text, has_acceptance=said))
    head = item_head(row.head)
    found = KeptFields(head, row)
    assert found.get("state", "none") == given_fields.get("state", "none")
    assert found == given_fields
    assert list(found) == list(given_fields)
    assert [(name in found, found[name]) for name in given_fields] == [
        (True, value) for value in given_fields.values()
    ]
    assert ("no field" in found, found.get("no field")) == (False, None)
    assert (head.is_text, acceptance_in(row)) == (is_text, said)


@given(st.none() | summaries, st.none() | texts)
def test_threads(summary: ThreadSummary | None, latest: str | None) -> None:
    row = kept(thread_row(SIGNATURE, summary, latest))
    assert (summary_in(row), latest_in(row)) == (summary, latest)


@given(figures)
def test_figures(given_figures: ThreadFigures) -> None:
    assert figures_in(kept(figures_row(SIGNATURE, given_figures))) == given_figures


@given(st.lists(relations, max_size=3), st.none() | st.lists(plans, max_size=3), booleans)
def test_records(related: list[Relation], planned: list[PlanRecord] | None, is_torn: bool) -> None:
    told = None if planned is None else PlansRow(TICKET, tuple(planned), is_torn=is_torn)
    row = kept(records_row(SIGNATURE * 3, related, told))
    assert relations_in(row, b"") == tuple(related)
    assert plans_in(TICKET, row) == told


def test_relations_that_do_not_name_a_ticket_are_not_decoded() -> None:
    row = records_row(SIGNATURE * 3, [Relation(TICKET, "blocks", "x", "Ada", "")], None)
    assert relations_in(row, TICKET.encode()) != ()
    assert relations_in(row, b"0000000000002") == ()
