"""Random threads and items, from the pieces that readers may take for different things."""

from __future__ import annotations

import random

_IDS = [f"01JYK2Z5J8Q0V6W3N4R7T9X1A{end}" for end in "0AZ"]
_WORDS = (
    *("comment", "state_changed", "close", "closed", "x", '"a b"', '""', 'a"b', "a\\b", '"q\\"'),
    *('"a\\"b"', '"\\\\"', "-->", "\xa0", "日本", "a\u2003b", "8ZZ", "ready", "queued", "state"),
)
_KEYS = (*("from", "to", "field", "lines", "escaping", "x-y", "größe", "id", "event", "at", "a b"),)
_PAIRS = (*("lines: 3", "escaping: line_ends", "field: state", "from: planning to: ready"),)
_ENDS = (
    *(" -->", " -->", " -->", " -->", "-->", " --> ", " -->\t\r", " ->", "", " --> x", " -->\x0b"),
)
_LINES = (
    *("", "", "", "", " ", "\t\r", "---", "---", "---", "---", "--- ", "---\t", " ---", "--- x"),
    *("----", "\\---", "\\\\---", "\\ ---", "---\\", "## Heading", "## ", "##x", "## \u00a0x "),
    *("text", "- item", "日本語", "a\u2028---", "\x85---\x85", "\\---\u2003", "\ufeff---", "\x0b"),
    *(
        "```",
        "````",
        "```py",
        "```a`",
        "~~~",
        "~~~ `",
        "   ```",
        "    ```",
        "```\x0b",
        "``` ",
        "~~~x",
    ),
    *("<", "<!--", "<!-- event", "<!-- event:", " <!-- event: comment author: a at: b -->"),
    *("x <!-- event: y", "\\<!-- event: z", "<!-- other -->", "\0", "a\0b", "<<<<<<< HEAD"),
)


def any_line_end(dice: random.Random) -> str:
    return dice.choice(("\n", "\n", "\n", "\n", "\n", "\n", "\r\n", "\r\n", "\r", "\n\n", "\r\r\n"))


def any_header(dice: random.Random) -> str:
    """A header, sound or not."""
    if dice.random() < 0.5:
        kind = dice.choice(_WORDS[:5])
        pairs = [f"event: {kind}", "author: ada", "at: 2026-06-25T16:30:32Z"]
        pairs += dice.choices((*_PAIRS, f"lines: {dice.randrange(8)}"), k=dice.choice((0, 0, 1)))
        if dice.random() < 0.75:
            pairs.append(f"id: {dice.choice(_IDS)}")
    else:
        pairs = [f"event: {dice.choice(_WORDS)}", f"author: {dice.choice(_WORDS)}"]
        pairs += [f"{dice.choice(_KEYS)}: {dice.choice(_WORDS)}" for _ in range(dice.randrange(3))]
        pairs.append("at: " + dice.choice(("2026-06-25T16:30:32Z", '""')))
        pairs += [f"id: {dice.choice((*_IDS, 'x', *_WORDS))}"] * dice.choice((0, 1, 1, 2))
        if dice.random() < 0.2:
            pairs[1:] = dice.sample(pairs[1:], len(pairs) - 1)
    gap = dice.choice((" ", " ", " ", " ", " ", " ", "  ", "\t", ""))
    end = " -->" if dice.random() < 0.8 else dice.choice(_ENDS)
    return "<!-- " + gap.join(pairs) + end


def any_thread(dice: random.Random) -> bytes:
    """A thread of some headers and lines, in an order that is sometimes the usual one."""
    end = dice.choice(("\n", "\n", "\n", "\r\n"))
    is_mixed = dice.random() < 0.3
    said = dice.choice(("", "", "", "", "", "", "\ufeff", "text", "\0", "\n", "<!-- ev"))
    for _ in range(dice.randrange(1, 5)):
        lines = [any_header(dice)]
        if dice.random() < 0.7:
            lines += ["", dice.choice(("## Comment", "## ", "x")), ""]
        lines += dice.choices(_LINES, k=dice.randrange(5))
        if dice.random() < 0.7:
            lines += ["", dice.choice(("---", "---", "---", "--- ", "---\r")), ""]
        for line in lines:
            said += line + (any_line_end(dice) if is_mixed else end)
    data = said.encode()
    if dice.random() < 0.15:
        return data[: data.rfind(b"---") + 3] + dice.choice((b"", b"", b"\r", b" "))
    return data[: dice.randrange(len(data) + 1)] if dice.random() < 0.3 else data


_BYTES = (
    b"\0",
    b"\r",
    b"\n",
    b"\\",
    b'"',
    b" ",
    b"\t",
    b"-",
    b"\xff",
    b"\xc2\x85",
    b"'",
    b"`",
    b":",
)


def mutant(data: bytes, dice: random.Random) -> bytes:
    """`data` with a few bytes changed, lines moved or taken out, or its line ends changed."""
    for _ in range(dice.randrange(1, 4)):
        way, at = dice.randrange(7), dice.randrange(len(data) + 1)
        if way == 0:
            data = data[:at] + dice.choice(_BYTES) + data[at:]
        elif way == 1:
            data = data[:at] + data[at + dice.randrange(1, 30) :]
        elif way == 2:
            data = data[:at]
        elif way == 3:
            data = data.replace(b"\n", b"\r\n") if b"\r" not in data else data.replace(b"\r", b"")
        elif way == 4:
            data = data[:at] + dice.choice(_BYTES) + data[at + 1 :]
        else:
            lines = data.split(b"\n")
            line = lines.pop(dice.randrange(len(lines)))
            if way == 5:
                lines.insert(dice.randrange(len(lines) + 1), line)
            data = b"\n".join(lines)
    return data


_VALUES = (
    *("'x'", "''", "'it''s'", "'a", '"x"', '"\\n\\x41\\u00e9"', '"\\q"', '"\\ud800"', "null", "~"),
    *("", "words of text", "2026-06-25T16:30:32Z", "P1", "a: b", "a:b", "a:", "#", "a #b", "-x"),
    *("[]", "[a]", "['a', \"b\"]", "[a, b]", "[a,b]", "[a,'b']", "[a, ]", "[null]", "[[a]]", "[a"),
    *("*a", "&a b", "!t x", "{a: b}", "|", "> x", "'a' b", "日本", "'日本'", "\t'x'", "'\t'", "@x"),
    *("'a\x85b'", "'\ufeff'", "true", "010", "[~]", "['a' , 'b']", "[ a ]", "'a' ", "'a'\t", "x\\"),
)
_PLAIN = (
    *("'x'", "''", "'it''s'", '"x"', '"\\n\\x41\\u00e9"', "null", "~", "", "words of text", "P1"),
    *("2026-06-25T16:30:32Z", "a:b", "[]", "[a]", "['a', \"b\"]", "[a, b]", "[a,'b']", "[ a ]"),
    *("'日本'",),
)
_FIELDS = (
    *("title", "state", "tags", "a-b", "_x", "1x", "a b", "'q'", '"q"', "ä", "x" * 101, "<<", "?"),
)


def any_item(dice: random.Random) -> bytes:
    """An item of some fields, usually well formed around them."""
    end = dice.choice(("\n", "\n", "\n", "\r\n"))
    is_plain = dice.random() < 0.6
    lines = [dice.choice(("---", "---", "---", "---", "--- ", "----", "\ufeff---"))]
    for _ in range(dice.randrange(5)):
        gap = " " if is_plain else dice.choice((" ", " ", " ", " ", "", "  ", "\t"))
        is_odd = dice.random() < (0.1 if is_plain else 0.4)
        fields, values = (_FIELDS, _VALUES) if is_odd else (_FIELDS[:5], _PLAIN)
        lines.append(f"{dice.choice(fields)}:{gap}{dice.choice(values)}")
        if not is_plain and dice.random() < 0.1:
            lines.append(dice.choice(("", " ", "# said", "- a", "  more", "...", "--- x", "\t")))
    lines += [
        dice.choice(("---", "---", "---", "---", "---\t", " ---", "")),
        "",
        "Text.",
        "---",
        "",
    ]
    data = end.join(lines[: len(lines) - dice.randrange(3)]).encode()
    return data + dice.choice((b"", b"", b"", b"", b"\xff", b"\r"))
