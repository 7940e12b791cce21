"""relations.json as text."""

from __future__ import annotations

import pytest

from yoi_cli.model.relations import Relation
from yoi_cli.store.formats.relations import may_name, parse_relations, render_relations


def test_relations_are_written_by_kind_and_target_and_read_back() -> None:
    one = Relation("0000000000001", "related", "0000000000003", "ada", "2026-06-01T00:00:00Z")
    two = one._replace(kind="depends_on", note='why\n"so"')
    data = render_relations([one, two])
    assert parse_relations(data, path="p") == (two, one)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{\n  "version": 1,\n  "relations": []\n}\n', False),
        (b'{\n  "version": 1,\n  "relations": [\n    {"target": "0000000000001"}\n  ]\n}\n', True),
        (b'{\n  "version": 1,\n  "relations": [\n    {"target": "\\u0030"}\n  ]\n}\n', True),
        (b'{"version": 1, "relations": []}', True),
        (b"{", True),
    ],
)
def test_only_a_sound_file_without_the_id_is_passed_over(data: bytes, expected: bool) -> None:
    assert may_name(data, "0000000000001") is expected


def test_a_byte_order_mark_is_passed_over() -> None:
    one = Relation("0000000000001", "related", "0000000000003", "ada", "2026-06-01T00:00:00Z")
    data = b"\xef\xbb\xbf" + render_relations([one])
    assert parse_relations(data, path="p") == (one,)
    assert may_name(data, "0000000000003")
