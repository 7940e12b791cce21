"""Small files and what docs/format.md says of them, told by both readers."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from format.compare import item_difference, thread_difference
from format.items import Value, read_item
from format.threads import read_thread

from yoi_cli.errors import StoreInvalidError
from yoi_cli.model.commits import Note
from yoi_cli.model.events import Event, heading_for
from yoi_cli.model.fold import fold
from yoi_cli.store.formats.item import parse_fields, parse_item
from yoi_cli.store.formats.note import parse_note
from yoi_cli.store.formats.thread import parse_thread

ID = "01JYK2Z5J8Q0V6W3N4R7T9X1A0"
NEXT = "01JYK2Z5J8Q0V6W3N4R7T9X1AZ"
AT = "2026-06-25T16:30:32Z"
SAID = "author: ada at: 2026-06-25T16:30:32Z"
NEW = f"<!-- event: comment {SAID} id: {ID} -->"
OLD = f"<!-- event: comment {SAID} -->"
END = "\n\n---\n"


class Told(NamedTuple):
    """What is read: bodies (with `*` before those of older events), reports, torn bytes."""

    bodies: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    torn: tuple[str, ...] = ()


def told(data: bytes) -> Told:
    parsed = parse_thread(data)
    return Told(
        tuple(("*" if one.is_older else "") + one.body for one in parsed.thread.events),
        tuple(sorted({fault.code for fault in parsed.thread.faults})),
        tuple(data[start:end].decode() for start, end in parsed.torn),
    )


def new(body: str, *, id_: str = ID, pairs: str = "", end: str = END) -> str:
    more = f"{pairs} " if pairs else ""
    return f"<!-- event: comment {SAID} {more}id: {id_} -->\n\n## Comment\n\n{body}{end}"


def old(body: str, end: str = END) -> str:
    return f"{OLD}\n\n## Comment\n\n{body}{end}"


def crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


TORN = ("torn",)
LOST = ("event_disfigured", "header_malformed")
THREADS: dict[str, tuple[str, Told]] = {
    # Line ends: by the header of each event, not by the file.
    "an event with CRLF in a file of LF": (
        new("a") + "\n" + crlf(new("b\nc", id_=NEXT)),
        Told(("a", "b\nc")),
    ),
    "an event with LF in a file of CRLF": (
        crlf(new("a")) + "\r\n" + new("b\r\nc", id_=NEXT),
        Told(("a", "b\r\nc")),
    ),
    "CRLF: one CR is taken": (crlf(new("b\r\nc")), Told(("b\r\nc",))),
    "CRLF: a separator with LF": (crlf(new("a", end="\n\n")) + "---\n", Told(("a",))),
    "LF: a separator with CRLF": (
        new("a", end="\n\n---\r\n"),
        Told((), TORN, (new("a", end="\n\n---\r\n"),)),
    ),
    "older, LF: a separator with CRLF": (old("a", end="\n\n---\r\n"), Told(("*a",))),
    # Headers.
    "an indented header": (new(f"a\n {OLD}"), Told((f"a\n {OLD}",))),
    "a header behind other text": (new(f"a {OLD}"), Told((f"a {OLD}",))),
    "blanks behind the header": (f"{NEW} \t\n\n## C\n\na{END}", Told(("a",))),
    "a form feed behind the header": (f"{NEW}\x0c\na", Told((), TORN, (f"{NEW}\x0c\na",))),
    "an id that is not last": (f"<!-- event: comment id: {ID} {SAID} -->\na{END}", Told(("a",))),
    "an id that comes first of two": (
        f"<!-- event: comment {SAID} id: {ID} id: x -->\na{END}",
        Told(("a",)),
    ),
    "an id that comes second": (
        f"<!-- event: comment {SAID} id: x id: {ID} -->\na{END}",
        Told(("*a",)),
    ),
    "two spaces between pairs": (
        f"<!-- event: comment  {SAID} id: {ID} -->\na{END}",
        Told(("*a",), LOST),
    ),
    "no space before the end": (f"<!-- event: comment {SAID}-->\na\n", Told(("*a",), LOST[1:])),
    "a malformed header is a boundary": (
        old("a", end="\n") + "<!-- event:x -->\nb\n",
        Told(("*a", "*b"), LOST[1:]),
    ),
    "a key of other letters": (
        f"<!-- event: comment {SAID} größe: 1 id: {ID} -->\na{END}",
        Told(("*a",), LOST),
    ),
    "a bare value with no-break space": (
        f"<!-- event: comment {SAID} x: a\u00a0b id: {ID} -->\na{END}",
        Told(("*a",), LOST),
    ),
    "no kind": (f'<!-- event: "" {SAID} id: {ID} -->\na{END}', Told(("a",), LOST[1:])),
    "no time": (f"<!-- event: x author: a id: {ID} -->\na{END}", Told(("a",), LOST[1:])),
    "an arrow in quotes": (f'<!-- event: x {SAID} y: "-->" id: {ID} -->\na{END}', Told(("a",))),
    "a header with NUL": (f"{OLD[:-4]}\0 -->\na\n", Told((), TORN, (f"{OLD[:-4]}\0 -->\na\n",))),
    "a header that is not closed": (
        old("a") + "\n" + OLD[:-4] + "\nb\n\n" + new("c"),
        Told(("*a", "c"), TORN, (OLD[:-4] + "\nb\n\n",)),
    ),
    # A header cut to its first characters.
    "a header cut to one character": (new("a") + "\n<", Told(("a",), TORN, ("<",))),
    "cut, behind an older event": (old("a") + "\n<!-- ev", Told(("*a",), TORN, ("<!-- ev",))),
    "cut, in an open fence": (
        old("```", end="\n\n") + OLD[:-1],
        Told(("*```",), TORN, (OLD[:-1],)),
    ),
    "cut, behind no empty line": (old("a\n<!-", end=""), Told(("*a\n<!-",))),
    "cut, and a line end": (old("a\n\n<!-", end="\n"), Told(("*a\n\n<!-",))),
    "nothing but a cut header": ("<!--", Told((), TORN, ("<!--",))),
    "cut, behind an empty line alone": ("\n<!--", Told((), TORN, ("<!--",))),
    "cut, behind a mark": ("\ufeff<!--", Told((), ("byte_order_mark", "torn"), ("<!--",))),
    "closed, in an open fence": (old(f"```\n\n{OLD}", end=""), Told((f"*```\n\n{OLD}",))),
    # Separators.
    "blanks behind a separator": (new("a", end="\n\n--- \t\n"), Told(("a",))),
    "a blank before a separator": (new("a\n ---"), Told(("a\n ---",))),
    "more dashes": (new("a\n----"), Told(("a\n----",))),
    "a separator without a line end": (new("a", end="\n\n---"), Told(("a",))),
    "the same behind no empty line": (
        new("a\n---", end=""),
        Told((), TORN, (new("a\n---", end=""),)),
    ),
    "the same with CRLF": (crlf(new("a", end="\n\n---")), Told(("a",))),
    "the same with CRLF, and LF before": (f"{NEW}\r\na\n\r\n---", Told(("a",))),
    "as many lines as the header says": (new("a", pairs="lines: 3", end="\n\n---"), Told(("a",))),
    "fewer lines than the header says": (
        new("a", pairs="lines: 5", end="\n\n---"),
        Told((), TORN, (new("a", pairs="lines: 5", end="\n\n---"),)),
    ),
    "lines do not count before a line end": (new("a", pairs="lines: 5"), Told(("a",))),
    "text between events": (
        new("a") + "x\n\n" + old("b"),
        Told(("a", "*b"), ("text_between_events",)),
    ),
    "an older event runs on behind a separator": (old("a\n\n---\n\nb"), Told(("*a\n\n---\n\nb",))),
    # Fences, in older events.
    "a fence hides a header": (old(f"```\n{OLD}\n```"), Told((f"*```\n{OLD}\n```",))),
    "a fence behind three spaces": (
        old(f"   ~~~ x\n{OLD}\n~~~"),
        Told((f"*   ~~~ x\n{OLD}\n~~~",)),
    ),
    "four spaces open none": (old("    ```", end="\n") + old("b"), Told(("*    ```", "*b"))),
    "backticks behind backticks open none": (
        old("```a`", end="\n") + old("b"),
        Told(("*```a`", "*b")),
    ),
    "a shorter fence closes none": (old(f"````\n```\n{OLD}"), Told((f"*````\n```\n{OLD}",))),
    "other characters close none": (old(f"```\n~~~\n{OLD}"), Told((f"*```\n~~~\n{OLD}",))),
    "text behind it closes none": (old(f"```\n``` x\n{OLD}"), Told((f"*```\n``` x\n{OLD}",))),
    "a longer fence with blanks closes it": (
        old("```\n````\t", end="\n") + old("b"),
        Told(("*```\n````\t", "*b")),
    ),
    "other white space behind it closes none": (
        old(f"```\n```\x0c\n{OLD}"),
        Told((f"*```\n```\x0c\n{OLD}",)),
    ),
    "a fence hides no id": (old("```", end="\n\n") + new("b"), Told(("*```", "b"))),
    "an event with an id has no fences": (new("```") + "\n" + old("b"), Told(("```", "*b"))),
    # The same bytes.
    "twice, with a blank line more": (
        new("a") + "\n\n" + new("a"),
        Told(("a",), ("event_repeated",)),
    ),
    "twice, the second without a line end": (
        new("a") + "\n" + new("a")[:-1],
        Told(("a",), ("event_repeated",)),
    ),
    "twice, with other line ends": (
        new("a") + "\n" + crlf(new("a")),
        Told(("a", "a"), ("event_id_conflict",)),
    ),
    "older events are never made one": (old("a") + "\n" + old("a"), Told(("*a", "*a"))),
    # NUL.
    "NUL behind a finished event": (
        new("a") + "\nb\0\nc\n",
        Told(("a",), TORN, ("b\0\nc\n",)),
    ),
    "NUL in an event": (new("a\0"), Told((), TORN, (new("a\0"),))),
    "NUL in an older event": (old("a\nb\0\nc"), Told(("*a",), TORN, ("b\0\nc\n\n---\n",))),
    "NUL before the first": ("x\n\0" + "\n" + new("a"), Told(("a",), TORN, ("x\n\0\n",))),
    # Escaping.
    "the first rule": (new("\\---\n\\\\ ---\n\\x"), Told(("---\n\\ ---\n\\x",))),
    "the first rule does not know CR": (new("\\---\r"), Told(("\\---\r",))),
    "the second rule": (
        new("a\r\\---\u2003\n\\\u00a0<!-- event:", pairs="escaping: line_ends"),
        Told(("a\r---\u2003\n\u00a0<!-- event:",)),
    ),
    "another word for a rule": (new("\\---\r", pairs="escaping: other"), Told(("\\---\r",))),
    "older events are not escaped": (old("\\---"), Told(("*\\---",))),
}


@pytest.mark.parametrize(("text", "expected"), THREADS.values(), ids=THREADS)
def test_a_thread_reads_as_the_page_says(text: str, expected: Told) -> None:
    data = text.encode()
    assert told(data) == expected
    assert thread_difference(data) == ""


VALUES: dict[str, str] = {
    "a-b_1": "a-b_1",
    'a"b\\n': 'a"b\\n',
    '"a b"': "a b",
    '""': "",
    r'"\"\\\n\x"': r'"\nx',
    "-->": "-->",
}


@pytest.mark.parametrize(("said", "value"), VALUES.items())
def test_a_header_value_reads_as_the_page_says(said: str, value: str) -> None:
    data = f"<!-- event: x {SAID} key: {said} id: {ID} -->{END}".encode()
    (event,) = parse_thread(data).thread.events
    assert event.attributes["key"] == value
    assert thread_difference(data) == ""


@pytest.mark.parametrize(
    ("said", "pairs"),
    [
        ("author: Ada Example at: b", {"author": "Ada", "at": "b"}),
        ('author: "Ada at: b', {"author": '"Ada', "at": "b"}),
        ('author: "a b"c at: d', {"author": '"a', "at": "d"}),
        ("größe: 1  at: b", {"e": "1", "at": "b"}),
        ("author: a  author: b", {"author": "a"}),
    ],
)
def test_of_a_malformed_header_that_is_told_which_the_page_says(
    said: str, pairs: dict[str, str]
) -> None:
    data = f"<!-- event: x {said}-->\n".encode()
    second = read_thread(data).events[0].pairs
    assert second == {"event": "x", **pairs}
    assert thread_difference(data) == ""


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("\n \t\n##  A title \t\n\na", "A title"),
        ("## \na", ""),
        ("## \u00a0A", "\u00a0A"),
        (" ## A\na", None),
        ("##A\na", None),
        ("a\n## A", None),
    ],
)
def test_a_heading_is_the_first_line_that_is_not_blank(text: str, heading: str | None) -> None:
    data = f"{NEW}\n{text}{END}".encode()
    assert parse_thread(data).thread.events[0].heading == heading
    assert thread_difference(data) == ""


def test_bytes_that_are_no_utf8_stay_in_bodies_and_headers() -> None:
    data = f"{NEW}\n\na".encode() + b"\xff" + END.encode()
    assert told_bytes(data) == [b"a\xff"]
    in_header = data.replace(b"author: ada", b"author: \xe9")
    assert parse_thread(in_header).thread.events[0].id == ID
    assert thread_difference(data) == thread_difference(in_header) == ""


def told_bytes(data: bytes) -> list[bytes]:
    events = parse_thread(data).thread.events
    return [event.body.encode("utf-8", "surrogateescape") for event in events]


def test_a_status_changed_of_an_older_store_moves_nothing() -> None:
    data = f"<!-- event: status_changed {SAID} from: planning to: done field: state -->\n".encode()
    assert fold(parse_thread(data).thread.events).state == "planning"
    assert heading_for("status_changed") == "Status changed"


def test_an_old_review_says_its_status_with_result() -> None:
    def review(pairs: str) -> Event:
        data = f"<!-- event: review {SAID} {pairs} -->\n".encode()
        return parse_thread(data).thread.events[0]

    assert review("result: approve").status == "approve"
    assert review("result: approve status: request_changes").status == "request_changes"


PLAIN: dict[str, Value] = {
    "": None,
    "null": None,
    "~": None,
    "'null'": "null",
    "NULL": "NULL",
    "''": "",
    "'it''s'": "it's",
    r'"\"\\\/\n\t\x41\u00e9"': '"\\/\n\tAé',
    "no": "no",
    "010": "010",
    "2026-06-25T16:30:32Z": "2026-06-25T16:30:32Z",
    "two words.of/text a:b": "two words.of/text a:b",
    "'日本'  ": "日本",
    "[]": (),
    "[ a, 'b c' , \"d\" ]": ("a", "b c", "d"),
    "['a','b']": ("a", "b"),
}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(("said", "value"), PLAIN.items())
def test_a_value_of_the_plain_form_reads_as_the_page_says(
    said: str, value: Value, end: str
) -> None:
    data = f"---\ntitle: 'x'\nkey: {said}{end}--- \n\nText.\n".encode()
    second = read_item(data)
    assert second is not None
    assert second.fields == {"title": "x", "key": value}
    assert item_difference(data) == ""


REFUSED = [
    *(
        "key:\t'x'",
        "key: 'x'\t",
        "key\t: 'x'",
        "key: a\tb",
        "key: |\n  a\n \tb",
        "key: >#",
        "key: \ufeffa",
    ),
    *("key: &a b", "key: *a", "key: !t x", "<<: x", "key: {a: b}", "key: [[a]]", "key: [null]"),
    *("key: a\nkey: b", "key: a\n...\n", '"k\\ud800": x', 'key: "\\q"', "key: 'a", "- a", "key"),
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_flat_is_refused_with_and_without_libyaml(text: str) -> None:
    data = f"---\n{text}\n---\n".encode()
    with pytest.raises(StoreInvalidError) as refusal:
        parse_item(data, path="item.md")
    assert refusal.value.code == "item_frontmatter_invalid"
    assert refusal.value.details["line"] in (2, 3, 4)
    assert read_item(data) is None
    assert item_difference(data) == ""


READ = ["# said\tso\nkey: x", "\nkey:   'x'", "'key': \"x\"", "key: >-\n  x", "key:\n  x # why"]


@pytest.mark.parametrize("text", READ)
def test_what_a_reader_may_refuse_reads_alike_with_and_without_libyaml(text: str) -> None:
    data = f"---\n{text}\n---\n".encode()
    assert parse_item(data, path="item.md").fields == {"key": "x"}
    assert read_item(data) is None
    assert item_difference(data) == ""


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ("---\na: b\n---\nText.\r\n---\n", "Text.\r\n---\n"),
        ("---\na: b\n---\n\n\nText", "\nText"),
        ("---\na: b\n---\n\r\nText", "Text"),
        ("---\na: b\n--- \t\r\n \nText", " \nText"),
        ("\ufeff---\r\na: b\n---", ""),
    ],
)
def test_a_description_is_what_stands_behind_the_second_line(text: str, description: str) -> None:
    assert parse_item(text.encode(), path="item.md").body == description
    assert item_difference(text.encode()) == ""


def test_a_description_that_is_no_utf8_is_refused_but_the_fields_are_read() -> None:
    data = b"---\na: b\n---\n\n\xff\n"
    with pytest.raises(StoreInvalidError) as refusal:
        parse_item(data, path="item.md")
    assert refusal.value.code == "item_not_utf8"
    assert parse_fields(data, path="item.md", complete=True) == {"a": "b"}
    assert read_item(data) is None


def test_frontmatter_has_a_limit() -> None:
    def item(size: int) -> bytes:
        return b"---\na: '" + b"x" * (size - 6) + b"'\n---\n"

    assert len(str(parse_item(item(64 * 1024), path="item.md").fields["a"])) == 64 * 1024 - 6
    with pytest.raises(StoreInvalidError) as refusal:
        parse_item(item(64 * 1024 + 1), path="item.md")
    assert refusal.value.code == "item_frontmatter_too_large"
    assert item_difference(item(64 * 1024)) == item_difference(item(64 * 1024 + 1)) == ""


@pytest.mark.parametrize("word", ["00001KVZSGT14", "SGT14", "sgti", "0ooo"])
def test_a_spool_note_may_name_its_ticket_by_a_part(word: str) -> None:
    note: Note = parse_note(
        f'{{"version": 1, "what": "commit", "ticket": "{word}", "commit": "{"a" * 40}",'
        ' "author": "ada", "later": 1}'.encode()
    )
    assert note.ticket == word


@pytest.mark.parametrize("word", ["", "SGT", "00001KVZSGT144", "../a", "日本日本"])
def test_a_spool_note_names_no_ticket_otherwise(word: str) -> None:
    with pytest.raises(ValueError, match="ticket"):
        parse_note(
            f'{{"version": 1, "what": "commit", "ticket": "{word}", "commit": "{"a" * 40}",'
            ' "author": "ada"}'.encode()
        )
