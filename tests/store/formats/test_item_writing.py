"""item.md: what an edit leaves alone, and what is not written."""

from __future__ import annotations

import pytest

from yoi_cli.errors import StoreInvalidError, UsageError
from yoi_cli.store.formats.item import parse_item
from yoi_cli.store.formats.item_writing import edit_item, render_item

PATH = "tickets/0123456789ABC/item.md"


def edited(frontmatter: str, **changes: str | tuple[str, ...] | None) -> str:
    data = f"---\n{frontmatter}---\n\nbody\n".encode()
    result = edit_item(data, changes, path=PATH).decode()
    assert result.startswith("---\n")
    assert result.endswith("---\n\nbody\n")
    return result.removeprefix("---\n").removesuffix("---\n\nbody\n")


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("tags: 'a'\n", "b", "tags: 'b'\n"),
        ('tags: "a"\n', 'say "b"\\', 'tags: "say \\"b\\"\\\\"\n'),
        ("tags: a\n", "b", "tags: 'b'\n"),
        ("tags: null\n", "b", "tags: 'b'\n"),
        ("tags:\n", "it's", "tags: 'it''s'\n"),
        ("tags:   # why\n", "b", "tags: 'b'   # why\n"),
        ("tags: 'a'\n", None, "tags: null\n"),
        ("tags: 'a'\n", "two\nlines", 'tags: "two\\nlines"\n'),
        ("tags: [a, b]\n", ("c",), "tags: ['c']\n"),
        ('tags: ["a"]\n', ("b", "c"), 'tags: ["b", "c"]\n'),
        ('tags: ["a"]\n', (), "tags: []\n"),
        ("tags: a # why\n", "b", "tags: 'b' # why\n"),
        ("tags:    'a'\n", "b", "tags:    'b'\n"),
        ("tags : 'a'\n", "b", "tags : 'b'\n"),
        ("'tags': 'a'\n", "b", "'tags': 'b'\n"),
        ("tags: >\n  a\n  b\n\n# why\n", "c", "tags: 'c'\n\n# why\n"),
        ("tags: |+\n  a\n\n", "c", "tags: 'c'\n\n"),
        ("tags: plain\n  more\n", "c", "tags: 'c'\n"),
        ("tags: 'a\n\n  b'\n", "c", "tags: 'c'\n"),
        ("tags:\n  - a\n  - b\n# why\n", ("c",), "tags: ['c']\n# why\n"),
        ("tags:\n- a\n- b # last\n", ("c",), "tags: ['c'] # last\n"),
        ("tags: # why\n  - a\n", ("c",), "tags: ['c'] # why\n"),
        ("tags:\n  # why\n  - a\n", ("c",), "tags: ['c']\n  # why\n"),
        ('tags:\n  - "a"\n', ("c",), 'tags: ["c"]\n'),
        ("tags: [a,\n  b]  # why\n", ("c",), "tags: ['c']  # why\n"),
    ],
)
def test_a_changed_value_keeps_its_quotes_and_its_surroundings(
    before: str, value: str | tuple[str, ...] | None, after: str
) -> None:
    around = "# top\ntitle:  plain  # kept\nx: [ 'a' ,b ]\n", 'z: "q"\n'
    assert edited(around[0] + before + around[1], tags=value) == around[0] + after + around[1]


def test_a_value_that_is_already_there_is_not_rewritten() -> None:
    text = "tags: [ a,b ]\ntitle:   x # y\nassignee: ~\n"
    assert edited(text, tags=("a", "b"), title="x", assignee=None) == text


def test_a_new_key_goes_after_its_nearest_predecessor() -> None:
    text = "title: 'x'\nstate: a # c\nupdated_at: 'u'\nmine: 'y'\n"
    assert edited(text, queued_at="t", queued_by="p", created_at="c", other="o") == (
        "title: 'x'\nstate: a # c\ncreated_at: 'c'\nupdated_at: 'u'\n"
        "queued_by: 'p'\nqueued_at: 't'\nmine: 'y'\nother: 'o'\n"
    )


def test_a_new_key_without_predecessor_goes_to_the_end() -> None:
    assert edited("mine: 'y'\n# last\n", title="x") == "mine: 'y'\n# last\ntitle: 'x'\n"
    assert edited("", title="x") == "title: 'x'\n"


def test_a_new_key_is_indented_like_the_others() -> None:
    assert edited("  title: x\n  mine: y\n", state="s") == "  title: x\n  state: 's'\n  mine: y\n"


def test_a_removed_key_takes_its_lines_along_and_no_others() -> None:
    data = b"---\n# a\ntitle: x\ntags:\n- a\n- b # c\n# d\nstate: y\n---\nbody"
    assert edit_item(data, {}, path=PATH, remove=("tags", "absent")) == (
        b"---\n# a\ntitle: x\n# d\nstate: y\n---\nbody"
    )


def test_line_ends_stay_and_new_lines_take_them() -> None:
    data = b'---\r\ntitle: "x"\r\ntags:\r\n  - a\r\nz: >\r\n  f\r\n  g\r\n---\r\n\r\nb\nc'
    assert edit_item(data, {"tags": ("b",), "state": "s"}, path=PATH) == (
        b"---\r\ntitle: \"x\"\r\nstate: 's'\r\ntags: ['b']\r\nz: >\r\n  f\r\n  g\r\n---\r\n\r\nb\nc"
    )


@pytest.mark.parametrize(
    ("rest", "body", "after"),
    [
        (b"---\n\nold\n", "new\n", b"---\n\nnew\n"),
        (b"---  \r\n\r\nold", "new", b"---  \r\n\r\nnew"),
        (b"---\nold\n", "new\n", b"---\nnew\n"),
        (b"---\nold\n", "\nnew\n", b"---\n\n\nnew\n"),
        (b"---\n", "new\n", b"---\n\nnew\n"),
        (b"---", "new", b"---\n\nnew"),
        (b"---", "", b"---"),
        (b"---\nold\n", "old\n", b"---\nold\n"),
        (b"---\n\n---\nold\n", "---\na: b\n---\n", b"---\n\n---\na: b\n---\n"),
    ],
)
def test_a_body_is_replaced_and_nothing_else(rest: bytes, body: str, after: bytes) -> None:
    head = b"---\ntitle:  x\n"
    result = edit_item(head + rest, {}, path=PATH, body=body)
    assert result == head + after
    assert parse_item(result, path=PATH).body == body


def test_an_edit_that_would_harm_another_field_is_refused() -> None:
    # The blank lines belong to the title, and a key put between would cut them off.
    data = b"---\ntitle: |+\n  x\n\n\nmine: y\n---\n"
    with pytest.raises(StoreInvalidError) as caught:
        edit_item(data, {"state": "s"}, path=PATH)
    assert caught.value.code == "item_edit_refused"
    assert PATH in caught.value.message


def test_an_item_that_cannot_be_read_is_not_edited() -> None:
    with pytest.raises(StoreInvalidError) as caught:
        edit_item(b"---\na: b\na: c\n---\n", {"title": "x"}, path=PATH)
    assert caught.value.code == "item_frontmatter_invalid"


def test_a_new_item_has_its_keys_in_order_and_ends_with_a_newline() -> None:
    rendered = render_item(
        {"mine": "m", "tags": ("a", "it's"), "state": "planning", "title": "T", "assignee": None},
        "Body\n\n\n",
    )
    assert rendered == (
        b"---\ntitle: 'T'\nstate: 'planning'\nassignee: null\ntags: ['a', 'it''s']\nmine: 'm'\n"
        b"---\n\nBody\n"
    )
    assert render_item({"title": "T"}, "") == b"---\ntitle: 'T'\n---\n"


@pytest.mark.parametrize(
    ("title", "key", "body", "code"),
    [
        ("\ud800", "k", "", "text_invalid"),
        ("t", "k", "\udfff", "text_invalid"),
        ("t", "", "", "text_invalid"),
        ("t", "k" * 101, "", "text_invalid"),
        ("t" * 70_000, "k", "", "text_too_long"),
    ],
)
def test_text_that_could_not_be_read_back_is_not_written(
    title: str, key: str, body: str, code: str
) -> None:
    with pytest.raises(UsageError) as rendering:
        render_item({"title": title, key: "v"}, body)
    with pytest.raises(UsageError) as editing:
        edit_item(b"---\ntitle: 'one'\n---\n", {"title": title, key: "v"}, path=PATH, body=body)
    assert rendering.value.code == editing.value.code == code
