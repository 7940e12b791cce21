"""What tickets wait for is drawn as trees, which stay small whatever the store holds."""

from __future__ import annotations

import pytest
from support.memory_routing import MemoryReader, MemoryTicket
from support.tickets import ticket as ticket_id

from yoi_cli.cli.plain.route_text import print_explanation
from yoi_cli.model.routing import MOST_IN_TREE
from yoi_cli.routing.router import Router, RoutingContext

COUNT = 3 * MOST_IN_TREE
IDS = [ticket_id(number) for number in range(COUNT)]


def chain() -> Router:
    """Every ticket depends on the next one."""
    after = [*((("depends_on", id_),) for id_ in IDS[1:]), ()]
    tickets = [MemoryTicket(id_, "queued", edges) for id_, edges in zip(IDS, after, strict=True)]
    return Router(MemoryReader(tickets), RoutingContext())


def test_a_tree_follows_the_nearest_tickets_and_no_more_than_a_person_reads() -> None:
    tree = chain().tree(IDS[0])
    assert list(tree) == IDS[:MOST_IN_TREE]


def test_trees_of_a_long_chain_take_room_that_grows_with_the_chain(
    capsys: pytest.CaptureFixture[str],
) -> None:
    router, drawn = chain(), set[str]()
    for id_ in IDS:
        print_explanation(router.route(id_), router.tree(id_), drawn)
    lines = capsys.readouterr().out.splitlines()
    assert sum("└─" in line for line in lines) < 3 * COUNT
    assert sum("and more behind these" in line for line in lines) == COUNT - MOST_IN_TREE + 1
