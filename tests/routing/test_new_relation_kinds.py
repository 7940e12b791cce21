"""A kind of relation that is added to the table is known wherever kinds are told apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.broken_stores import examine
from support.file_stores import empty_store
from support.memory_routing import MemoryReader, MemoryTicket
from support.tickets import put_ticket, ticket

from yoi_cli.cli.ticket.graph_text import mermaid
from yoi_cli.errors import ConflictError
from yoi_cli.model import relations
from yoi_cli.model.events import Author
from yoi_cli.model.relations import KINDS, TICKET, RelationKind
from yoi_cli.model.routing import BLOCKED
from yoi_cli.routing.graph import GraphRequest, draw_graph
from yoi_cli.routing.router import Router, RoutingContext
from yoi_cli.store.files.store import FileStore
from yoi_cli.tickets.blocking import notices, surroundings
from yoi_cli.tickets.create import Draft, create_ticket
from yoi_cli.tickets.relations import Link, add_relation, check_kind

ADA = Author("Ada Example")
ONE, OTHER = ticket(1), ticket(2)


@pytest.fixture(autouse=True)
def more_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """One kind that blocks, one that is mutual and one that holds in one direction only."""
    for kind in (
        RelationKind("needs", "needed_by", blocks=TICKET),
        RelationKind("beside", "beside"),
        RelationKind("part_of", "has_part", one_way=True),
    ):
        monkeypatch.setitem(KINDS, kind.name, kind)


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return empty_store(tmp_path)


def queued(kind: str) -> MemoryReader:
    waiting = MemoryTicket(ONE, "queued", relations=((kind, OTHER),))
    return MemoryReader([waiting, MemoryTicket(OTHER, "planning")])


def test_it_holds_up_the_end_that_it_says() -> None:
    decision = Router(queued("needs"), RoutingContext()).route(ONE)
    assert decision.classified.classification == BLOCKED
    assert [(one.ticket, one.via) for one in decision.blockers] == [(OTHER, "needs")]


def test_it_is_drawn_as_what_it_is() -> None:
    waiting = draw_graph(queued("needs"), GraphRequest())
    assert f"t{ONE} --> t{OTHER}" in mermaid(waiting)
    assert waiting.critical_path == (OTHER, ONE)
    beside = draw_graph(queued("beside"), GraphRequest(with_related=True))
    assert f"t{ONE} -.- t{OTHER}" in mermaid(beside)


def test_both_ends_are_told_of_it_and_files_list_it_last(store: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 1, relations=(("part_of", OTHER), ("duplicate_of", OTHER)))
    put_ticket(tmp_path, 2)
    kinds = [one.kind for one in store.relations(ONE)]
    assert kinds == ["duplicate_of", "part_of"]
    assert f"part of {OTHER}" in notices(surroundings(store, ONE))
    around = surroundings(store, OTHER)
    assert f"has part {ONE}" in notices(around)
    assert [one.inverse for one in around.incoming] == ["duplicated_by", "has_part"]


def test_it_closes_no_cycle(store: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 1, relations=(("needs", OTHER),))
    put_ticket(tmp_path, 2)
    with pytest.raises(ConflictError, match="wait for each other"):
        add_relation(store, Link(OTHER, "needs", ONE), ADA)
    draft = Draft("Between them", relations=(("needs", ONE), ("blocks", OTHER)))
    with pytest.raises(ConflictError, match="wait for each other"):
        create_ticket(store, draft, ADA)


def test_doctor_and_the_commands_know_it(store: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 1, relations=(("part_of", OTHER),))
    put_ticket(tmp_path, 2, relations=(("part_of", ONE),))
    found = {one.code for one in examine(store).diagnostics}
    assert "relation_kind_unknown" not in found
    assert "relation_mutual" in found
    check_kind("needs")
    assert relations.kind_of_inverse("needed_by") == "needs"
