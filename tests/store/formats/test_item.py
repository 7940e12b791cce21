"""item.md: what is read, and what is refused with its line."""

from __future__ import annotations

import subprocess
import sys

import pytest
import yaml

from yoi_cli.errors import StoreInvalidError
from yoi_cli.store.formats import item_yaml
from yoi_cli.store.formats.item import parse_fields, parse_item
from yoi_cli.store.formats.item_writing import edit_item

PATH = "tickets/0123456789ABC/item.md"
CANONICAL = b"""---
title: "\xe9\x96\x8b\xe7\x99\xba 'one'"
state: 'ready'
created_at: '2026-06-25T16:30:32Z'
updated_at: '2026-06-25T16:30:32Z'
assignee: null
risk_flags: ['a', "b", c-d]
---

# Heading

Text.
"""


def fields(frontmatter: str) -> dict[str, object]:
    return dict(parse_item(f"---\n{frontmatter}---\n".encode(), path=PATH).fields)


def refusal(data: bytes) -> StoreInvalidError:
    with pytest.raises(StoreInvalidError) as caught:
        parse_item(data, path=PATH)
    return caught.value


# Reading


def test_a_canonical_item_is_read_with_its_lines_and_body() -> None:
    item = parse_item(CANONICAL, path=PATH)
    assert item.fields == {
        "title": "開発 'one'",
        "state": "ready",
        "created_at": "2026-06-25T16:30:32Z",
        "updated_at": "2026-06-25T16:30:32Z",
        "assignee": None,
        "risk_flags": ("a", "b", "c-d"),
    }
    assert item.lines["title"] == 2
    assert item.lines["risk_flags"] == 7
    assert item.body == "# Heading\n\nText.\n"


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        ("no", "no"),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("1e3", "1e3"),
        ("2026-01-01", "2026-01-01"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("Null", "Null"),
        ("'null'", "null"),
        ('"~"', "~"),
        ("''", ""),
        ("", None),
        ("null", None),
        ("~", None),
        ("[]", ()),
        ("[no, 010, 'x, y', \"]\"]", ("no", "010", "x, y", "]")),
        ("['null']", ("null",)),
        ("Fix it, please # soon", "Fix it, please"),
        ("'it''s'", "it's"),
        (r'"a\tb\n\"\\\/\x41あ"', 'a\tb\n"\\/Aあ'),
        ("\n  - one\n  - 'two'", ("one", "two")),
        ("\n- one\n# note\n- two", ("one", "two")),
        (">\n  folded\n  text", "folded text\n"),
        ("'next\x85line'", "next line"),
        ("plain\n  on two lines", "plain on two lines"),
    ],
)
def test_values_are_text_null_or_lists_of_text(value: str, meaning: object) -> None:
    assert fields(f"key: {value}\n") == {"key": meaning}


def test_keys_are_text_too() -> None:
    assert fields("null: a\nyes: b\n12: c\n'odd key': d\n'<<': e\n") == {
        "null": "a",
        "yes": "b",
        "12": "c",
        "odd key": "d",
        "<<": "e",
    }


def test_a_frontmatter_may_be_empty_or_only_comments() -> None:
    assert fields("") == {}
    assert fields("# nothing yet\n") == {}


def test_crlf_is_read_and_the_body_keeps_it() -> None:
    item = parse_item(b"---\r\ntitle: 'x'\r\ntags:\r\n- a\r\n---\r\n\r\nb\r\n", path=PATH)
    assert item.fields == {"title": "x", "tags": ("a",)}
    assert item.lines == {"title": 2, "tags": 3}
    assert item.body == "b\r\n"


@pytest.mark.parametrize(
    ("rest", "body"),
    [
        (b"---", ""),
        (b"---\n", ""),
        (b"---  \t\nb", "b"),
        (b"---\n\n", ""),
        (b"---\n\n\n  b \n\n", "\n  b \n\n"),
        (b"---\nb\n---\nc\n", "b\n---\nc\n"),
    ],
)
def test_the_body_is_what_follows_the_closing_line_but_one_blank_line(
    rest: bytes, body: str
) -> None:
    assert parse_item(b"---\ntitle: 'x'\n" + rest, path=PATH).body == body


def test_a_beginning_without_the_closing_line_asks_for_more() -> None:
    end = CANONICAL.index(b"\n---\n") + 5
    for length in range(end):
        assert parse_fields(CANONICAL[:length], path=PATH) is None
    assert parse_fields(CANONICAL[:end], path=PATH) == parse_item(CANONICAL, path=PATH).fields


def test_a_whole_file_is_not_asked_for_more() -> None:
    assert parse_fields(b"---\na: b\n---", path=PATH, complete=True) == {"a": "b"}
    for data in (b"", b"---", b"---\na: b\n"):
        with pytest.raises(StoreInvalidError) as caught:
            parse_fields(data, path=PATH, complete=True)
        assert caught.value.code == "item_frontmatter_missing"


def test_a_line_that_only_looks_like_the_closing_line_is_not_taken_for_it() -> None:
    assert refusal(b"---\na: b\n----\nc: d\n---\n").code == "item_frontmatter_invalid"
    assert parse_fields(b"---\na: b\n---", path=PATH) is None


# Refusing


@pytest.mark.parametrize(
    ("frontmatter", "line", "word"),
    [
        ("title: a\nstate: b\ntitle: c\n", 4, "title"),
        ("title: 'a'\nstate: 'b'\n'title': 'c'\n", 4, "title"),
        ("a: 1\nb: &x y\n", 3, "anchors"),
        ("a: 1\nb: *x\n", 3, "aliases"),
        ("a: 1\nb: !!str y\n", 3, "tags"),
        ("a: 1\nb: ! y\n", 3, "tags"),
        ("a: 1\nb: [x, !t y]\n", 3, "tags"),
        ("a: 1\n<<: {b: c}\n", 3, "merge keys"),
        ("a: 1\n--- b\nc: 1\n", 3, "document"),
        ("a: 1\n...\n", 3, "document"),
        ("%YAML 1.1\n--- {}\n", 2, "document"),
        ("a: 1\n\n# c\nb:\n  c: d\n", 6, "mapping"),
        ("a: {b: c}\n", 2, "mapping"),
        ("a: [[b]]\n", 2, "list"),
        ("a:\n- b\n- - c\n", 4, "list"),
        ("a: [b: c]\n", 2, "list"),
        ("a: [b, null]\n", 2, "list"),
        ("a:\n- b\n-\n- c\n", 4, "list"),
        ("{a: b}\n", 2, "key: value"),
        ("- a\n", 2, "key: value"),
        ("just text\n", 2, "key: value"),
        ("? a\n: b\n", 2, "key: value"),
        ("? [a]\n: b\n", 2, "key"),
        (": a\n", 2, "YAML"),
        ("'': a\n", 2, "key: value"),
        ("a: b\nc: 'd\ne: f\n", 3, "YAML"),
        ("a: b\nc: [d\ne: f\n", 3, "YAML"),
        ("a: b\nc d\ne: f\n", 3, "YAML"),
        ("a: b\nc: d: e\n", 3, "YAML"),
        ("a: b\n\tc: d\n", 3, "YAML"),
        ("a: b\nc: \x07\n", 3, "U+0007"),
        ("a: b\nc: '\x80'\n", 3, "U+0080"),
        ("\ufeffa: b\n", 2, "U+FEFF"),
        ('a: b\nc: "\\ud800"\n', 3, ""),
        ("a: 1\r\n\r\nb: &x y\r\n", 4, "anchors"),
        ("a: 'x\u2028y'\nb: &x y\n", 3, "anchors"),
    ],
)
def test_what_is_not_flat_text_is_refused_with_its_line(
    frontmatter: str, line: int, word: str
) -> None:
    error = refusal(f"---\n{frontmatter}---\n".encode())
    assert error.code == "item_frontmatter_invalid"
    assert error.details == {"path": PATH, "line": line}
    assert error.message.startswith(f"{PATH}, line {line}: ")
    assert word in error.message
    assert error.hint


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"", "item_frontmatter_missing", 1),
        (b"# Heading\n", "item_frontmatter_missing", 1),
        (b"---\na: b\n", "item_frontmatter_missing", 1),
        (b"---\na: b\nc: \xff\n---\n", "item_not_utf8", 3),
        (b"---\na: b\n---\n\nfine\n\xe9\x96\n", "item_not_utf8", 6),
    ],
)
def test_a_file_that_is_no_item_is_refused_with_its_line(data: bytes, code: str, line: int) -> None:
    error = refusal(data)
    assert error.code == code
    assert error.details == {"path": PATH, "line": line}


def test_bytes_that_are_not_utf8_are_refused_in_a_list_too() -> None:
    with pytest.raises(StoreInvalidError) as caught:
        parse_fields(b"---\na: b\nc: '\xff'\n---\n", path=PATH)
    assert (caught.value.code, caught.value.details["line"]) == ("item_not_utf8", 3)


LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("frontmatter", "code"),
    [
        ("a: " + "[" * 900 + "]" * 900 + "\n", "item_frontmatter_invalid"),
        ("a: " + "{b: " * 900 + "}" * 900 + "\n", "item_frontmatter_invalid"),
        ("a:\n" + "".join(" " * n + "-\n" for n in range(1, 300)), "item_frontmatter_invalid"),
        ("- " * 900 + "a\n", "item_frontmatter_invalid"),
        ("a: " + "[" * 60_000 + "\n", "item_frontmatter_invalid"),
        (LAUGHS, "item_frontmatter_invalid"),
        ("a: '" + "x" * 1_000_000 + "'\n", "item_frontmatter_too_large"),
        ("a: b # c\n" * 120_000, "item_frontmatter_too_large"),
        ("a: '" + "'x" * 30_000 + "\n", "item_frontmatter_invalid"),
        ('a: "' + "\\n" * 30_000 + "\n", "item_frontmatter_invalid"),
        ("a: " + "x:y " * 15_000 + "!:\n", "item_frontmatter_invalid"),
    ],
)
def test_a_bomb_is_refused_before_it_goes_off(frontmatter: str, code: str) -> None:
    # Expanded or recursed into, these would take all memory, the stack or minutes.
    assert refusal(f"---\n{frontmatter}---\n".encode()).code == code


def test_64_kib_are_read_and_a_byte_more_is_not() -> None:
    room = 64 * 1024 - len("a: ''\n")
    assert fields(f"a: '{'x' * room}'\n") == {"a": "x" * room}
    code = refusal(f"---\na: '{'x' * (room + 1)}'\n---\n".encode()).code
    assert code == "item_frontmatter_too_large"
    with pytest.raises(StoreInvalidError):
        parse_fields(b"---\n" + b"x" * 70_000, path=PATH)


def test_both_yaml_parsers_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: >\n  x\n  y\n\n# c\ntags:\n- 'p'  # q\n- r\nb:   # z\nc: [s, \"t\"]\nあ: 😀 # \n"
    usual = item_yaml.read(text, PATH)
    monkeypatch.setattr(item_yaml, "LOADER", yaml.SafeLoader)
    assert item_yaml.read(text, PATH) == usual
    with pytest.raises(StoreInvalidError):
        item_yaml.read('a: "\\ud800"\n', PATH)


@pytest.mark.process
def test_canonical_items_are_read_and_edited_without_a_yaml_library() -> None:
    program = f"""
import sys
from yoi_cli.store.formats import item as f, item_writing as e
data = {CANONICAL!r}
f.parse_fields(data, path="p")
f.parse_item(data, path="p")
e.edit_item(data, {{"state": "done", "queued_by": "a\\nb"}}, path="p", remove=["assignee"])
f.parse_fields(e.render_item({{"title": "\\x85"}}, "b"), path="p")
print(sorted({{"yaml", "frontmatter"}} & set(sys.modules)))
"""
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


def test_a_byte_order_mark_is_passed_over_and_stays() -> None:
    data = b"\xef\xbb\xbf---\r\ntitle: 'a'\r\n---\r\n\r\nText.\r\n"
    assert parse_item(data, path=PATH).fields == {"title": "a"}
    assert parse_fields(data, path=PATH) == {"title": "a"}
    edited = edit_item(data, {"title": "b"}, path=PATH)
    assert edited == data.replace(b"'a'", b"'b'")
