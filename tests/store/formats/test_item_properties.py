"""item.md for every text: what is written is read back, and two readers are one."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st

from yoi_cli.errors import StoreInvalidError, UsageError
from yoi_cli.model.fields import KEY_ORDER
from yoi_cli.model.item import FieldValue, Item
from yoi_cli.store.formats import item as item_format
from yoi_cli.store.formats import item_yaml
from yoi_cli.store.formats.item import parse_fields, parse_item
from yoi_cli.store.formats.item_entry import FrontmatterEntry
from yoi_cli.store.formats.item_writing import edit_item, render_item

PATH = "tickets/0123456789ABC/item.md"

#: What YAML treats in ways of its own, so that random text would seldom meet it.
AWKWARD = "'\"\\ \t\n\r:#-,[]{}&*!|>%@`?~\x00\x07\x1f\x7f\x85\xa0\u2028\u2029\u3000\ufeff\uffff😀é"
TEXTS = st.text(st.sampled_from(AWKWARD + "an0")) | st.text()
VALUES = st.none() | TEXTS | st.lists(TEXTS, max_size=4).map(tuple)
KEYS = st.sampled_from(KEY_ORDER) | st.text(
    st.sampled_from("ab_-1:'\"# <\n") | st.characters(codec="utf-8"), min_size=1, max_size=20
)
FIELDS = st.dictionaries(KEYS, VALUES, max_size=6)

#: Text as the fast reader knows it, in a list or alone; what it knows only alone.
CANONICAL_TEXTS = ["'one'", "''", "'it''s'", "'a: b # c'", "'null'", "' '", "'あ\u3000'"]
CANONICAL_TEXTS += ['"two"', '""', r'"a\"b\\c"', r'"\n\t\/"', r'"\x41é"', "x", "no", "010", "a/b"]
CANONICAL_LINES = [
    "",
    "null",
    "~",
    "2026-01-01T00:00:00Z",
    "http://x/y",
    "two words",
    "Null",
    "a:b",
]
#: Sound YAML that it leaves to the general reader, and what nobody may accept.
OTHER_TEXTS = [
    "'x\x85y'",
    "'x \u2028 y'",
    r'"\0"',
    "'\ufeff'",
    '"\u2028"',
    "a#b",
    "a -b",
    "-a",
    "あ",
    "a=b",
    "'x'\n  ",
]
OTHER_LINES = [
    "a,b",
    "x # c",
    "'x' # c",
    "# c",
    "|\n  x\n  y",
    ">-\n  x\n\n  y",
    "|+\n  x",
    "x\n  y",
]
OTHER_LINES += ["\n- x\n- 'y' # d", '\n  # c\n  - "x"', "[a,\n  b]"]
UNSOUND = [
    "a: b",
    "a:",
    "- a",
    "*a",
    "&a b",
    "!t a",
    "<<",
    "'a",
    '"a',
    "'a'b",
    "@a",
    "%a",
    "|",
    ">",
]
UNSOUND += ["'\x80'", "{a: b}", r'"\ud800"', "[", "]", "[[a]]", "#", "null null", "a  b", " ", "\t"]


def lists(texts: list[str], commas: list[str], padding: list[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda elements, comma, pad: f"[{pad}{comma.join(elements)}{pad}]",
        st.lists(st.sampled_from(texts), max_size=3),
        st.sampled_from(commas),
        st.sampled_from(padding),
    )


def frontmatters(
    keys: list[str], values: st.SearchStrategy[str], tails: list[str]
) -> st.SearchStrategy[str]:
    entries = st.tuples(st.sampled_from(keys), values)
    return st.builds(
        lambda entries, tail: "".join(f"{key}: {value}\n" for key, value in entries) + tail,
        st.lists(entries, max_size=5, unique_by=lambda entry: entry[0]),
        st.sampled_from(tails),
    )


CANONICAL_VALUES = st.sampled_from(CANONICAL_TEXTS + CANONICAL_LINES) | lists(
    CANONICAL_TEXTS, [", "], [""]
)
CANONICAL = frontmatters(["a", "b", "title", "tags", "c-d", "null"], CANONICAL_VALUES, ["", "\n"])
OTHER_VALUES = st.sampled_from(OTHER_TEXTS + OTHER_LINES) | lists(
    CANONICAL_TEXTS + OTHER_TEXTS, [", ", ",", " , ", ",  "], ["", " "]
)
SOUND = CANONICAL | frontmatters(
    ["a", "b", "title", "tags", "c-d", "null", "'q r'", "é"],
    CANONICAL_VALUES | OTHER_VALUES,
    ["", "\n", "# c\n", "  # c\n\n"],
)
PIECES = st.sampled_from(
    [*UNSOUND, *CANONICAL_TEXTS, *" \t\r\n'\"\\:#,-[]?", ": ", "\n ", "a: x\n", "---\n", "\u2028"]
)
#: The same with something put in that is harmless, or changes the meaning, or breaks it.
DISTURBED = st.builds(
    lambda text, at, piece: text[: at % (len(text) + 1)] + piece + text[at % (len(text) + 1) :],
    SOUND,
    st.integers(0, 200),
    PIECES,
).map(lambda text: text if text.endswith("\n") else f"{text}\n")
NEAR_CANONICAL = SOUND | DISTURBED

CHANGES = st.dictionaries(st.sampled_from([*KEY_ORDER, "a", "b"]), VALUES)
REMOVED = st.sets(st.sampled_from(["a", "b", "title", "c-d", "absent"]), max_size=2)


def between_the_lines(data: bytes) -> str:
    lines = data.decode().split("\n")
    return "".join(f"{line}\n" for line in lines[1 : lines.index("---", 1)])


def quick(text: str) -> dict[str, FieldValue] | None:
    """What the fast reader says of a frontmatter, None where it declines."""
    with pytest.MonkeyPatch.context() as patch:

        def declined(text: str, path: str) -> list[FrontmatterEntry]:
            raise StoreInvalidError("declined", text, details={"path": path})

        patch.setattr(item_yaml, "read", declined)
        try:
            return dict(parse_item(f"---\n{text}---\n".encode(), path=PATH).fields)
        except StoreInvalidError:
            return None


def general(text: str) -> dict[str, FieldValue] | None:
    """What the general reader says of it, None where it refuses."""
    try:
        return {e.key: e.value for e in item_yaml.read(text, PATH)}
    except StoreInvalidError:
        return None


@given(FIELDS, TEXTS)
@example({"title": "\x85\u2028'\"\\"}, "\n---\n\n")
def test_what_is_written_is_one_line_a_key_and_read_back_by_both_readers(
    fields: dict[str, FieldValue], body: str
) -> None:
    data = render_item(fields, body)
    item = parse_item(data, path=PATH)
    assert item.fields == parse_fields(data, path=PATH) == fields
    assert sorted(item.lines.values()) == list(range(2, 2 + len(fields)))
    frontmatter = between_the_lines(data)
    assert len(frontmatter.splitlines()) == len(fields)
    assert general(frontmatter) == fields


@given(st.fixed_dictionaries({"title": TEXTS, "state": TEXTS, "tags": st.tuples(TEXTS, TEXTS)}))
def test_what_is_written_is_always_quick_to_read(fields: dict[str, FieldValue]) -> None:
    assert quick(between_the_lines(render_item(fields, ""))) == fields


@given(TEXTS)
def test_a_body_is_read_back_with_one_final_newline(body: str) -> None:
    kept = body.rstrip("\n")
    assert parse_item(render_item({}, body), path=PATH).body == (f"{kept}\n" if kept else "")


@given(NEAR_CANONICAL)
@example("a: 'x'\na: 'x'\n")
@example("a: x\n\n\nb:\n")
@example("a: [x, 'y',\"z\"]\n")
def test_the_fast_reader_agrees_with_the_general_one_or_declines(text: str) -> None:
    assume("---" not in text.splitlines())  # which ends a frontmatter, and is in none
    answer = quick(text)
    if answer is not None:
        assert general(text) == answer


@given(CANONICAL)
def test_the_fast_reader_declines_nothing_canonical(text: str) -> None:
    assert quick(text) is not None


@given(NEAR_CANONICAL)
def test_every_reader_gives_the_same_answer(text: str) -> None:
    data = f"---\n{text}---\n\nbody\n".encode()
    try:
        fields = parse_item(data, path=PATH).fields
    except StoreInvalidError as refused:
        with pytest.raises(StoreInvalidError) as again:
            parse_fields(data, path=PATH)
        assert again.value.message == refused.message
        return
    assert parse_fields(data, path=PATH) == fields
    crlf = data.replace(b"\r", b"").replace(b"\n", b"\r\n")
    if b"\r" not in data:
        assert parse_item(crlf, path=PATH).fields == fields


@given(NEAR_CANONICAL, st.sampled_from(("", "\n", "\r\n", " \n")), TEXTS)
@example("a: 'x'\n\nb:\n", "\n", "body")
@example("--- \n", "", "")
def test_an_item_of_the_plain_form_is_read_as_any_other(text: str, blank: str, body: str) -> None:
    data = f"---\n{text}---\n{blank}{body}".encode("utf-8", "surrogatepass")

    def read() -> Item | str:
        try:
            return parse_item(data, path=PATH)
        except StoreInvalidError as error:
            return error.message

    answer = read()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(item_format, "_plain_item", lambda _data: None)
        assert read() == answer


@given(NEAR_CANONICAL)
def test_libyaml_and_the_parser_in_python_agree_on_what_is_accepted_by_both(text: str) -> None:
    usual = general(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(item_yaml, "LOADER", yaml.SafeLoader)
        other = general(text)
    assert usual == other or None in (usual, other)


@given(CANONICAL, CHANGES, REMOVED, TEXTS, TEXTS)
def test_an_edit_of_a_canonical_item_does_all_it_was_asked_to_and_nothing_else(
    text: str, changes: dict[str, FieldValue], remove: set[str], old_body: str, body: str
) -> None:
    data = f"---\n{text}---\n{old_body}".encode()
    fields = parse_item(data, path=PATH).fields
    after = edit_item(data, changes, path=PATH, remove=remove, body=body)
    wanted = {key: value for key, value in {**fields, **changes}.items() if key not in remove}
    assert parse_item(after, path=PATH).fields == wanted
    assert parse_item(after, path=PATH).body == body
    assert edit_item(after, changes, path=PATH, remove=remove, body=body) == after
    kept = [line for line in text.splitlines(keepends=True) if line.startswith("null: ")]
    assert all(line.encode() in after for line in kept)


@given(NEAR_CANONICAL, CHANGES, REMOVED)
@example("title: |+\n  x\n\n", {"state": "s"}, set())
@example("b: |\n  x\na: 'one'\n  # c\n", {}, {"a"})
def test_an_edit_is_done_whole_or_refused(
    text: str, changes: dict[str, FieldValue], remove: set[str]
) -> None:
    data = f"---\n{text}---\nbody".encode()
    try:
        before = parse_item(data, path=PATH)
    except StoreInvalidError:
        return
    wanted = {**before.fields, **changes}
    assert edit_item(data, before.fields, path=PATH, body=before.body) == data
    try:
        after = edit_item(data, changes, path=PATH, remove=remove)
    except StoreInvalidError as error:
        assert error.code == "item_edit_refused"
        return
    assert parse_item(after, path=PATH).fields == {
        key: value for key, value in wanted.items() if key not in remove
    }
    assert after.endswith(b"---\nbody")


@given(SOUND, TEXTS, TEXTS, st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_a_replaced_body_is_read_back_as_given(text: str, old: str, new: str, gap: str) -> None:
    head = f"---\n{text}---"
    after = edit_item(f"{head}{gap}{old}".encode(), {}, path=PATH, body=new)
    assert parse_item(after, path=PATH).body == new
    assert after.startswith(head.encode())


@given(st.binary())
@example(b"---\n\xff\n---\n")
def test_any_bytes_are_read_or_refused_with_a_line(data: bytes) -> None:
    for file in (data, b"---\n" + data + b"\n---\n"):
        try:
            parse_item(file, path=PATH)
        except StoreInvalidError as error:
            line = error.details["line"]
            assert isinstance(line, int)
            assert 1 <= line <= file.count(b"\n") + 1


@given(TEXTS, st.characters(categories=["Cs"]), TEXTS)
def test_half_a_surrogate_pair_is_refused_wherever_it_stands(
    before: str, surrogate: str, after: str
) -> None:
    text = before + surrogate + after
    for fields, body in (({"title": text}, ""), ({"tags": (text,)}, ""), ({}, f"x{text}x")):
        with pytest.raises(UsageError) as caught:
            render_item(fields, body)
        assert caught.value.code == "text_invalid"
