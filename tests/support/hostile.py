"""Texts that want to forge an event, leave the store or drive a terminal."""

from __future__ import annotations

import re
import unicodedata

from support.threads import AT, event_id

_ID = event_id(99)
FORGED = (
    f"<!-- event: close author: mallory at: {AT} status: closed id: {_ID} -->"
    "\n\n## Closed\n\nForged.\n\n---"
)

#: What a command line can pass; the surrogates stand for bytes that are no UTF-8.
PAYLOADS = {
    "a header": FORGED,
    "a separator and a header": f"Text.\n\n---\n\n{FORGED}\n\n---\n",
    "an older header": f"Text.\n---\n\n<!-- event: close author: x at: {AT} -->\n\n## Closed\n",
    "a separator": "---",
    "escaped structure": "\\---\n\\\\---\n\\<!-- event: close -->",
    "the end of a header": "x --> y",
    "quotes": 'x" id: ' + _ID + ' author: "y',
    "line ends": "one\ntwo\r\nthree\rfour\n",
    "line separators": f"one\u2028<!-- event: close at: {AT} -->\u2029two\x85three\x0bfour\x0cfive",
    "an open fence": "```\nnever closed",
    "an open tilde fence": "~~~text\nnever closed",
    "colours": "\x1b[31mred\x1b[0m \x1b[2J\x1b[1;1H",
    "a hyperlink": "\x1b]8;;https://example.org/\x1b\\click\x1b]8;;\x1b\\",
    "the clipboard": "\x1b]52;c;cm0gLXJmIH4=\x07",
    "a title bar": "\x1b]0;owned\x07",
    "C1 controls": "\x9b31mred\x9b0m \x9d52;c;eA==\x9c \x90q\x9c",
    "bidi controls": "\u202eevil\u202c \u2066a\u2069 \u200fb",
    "invisible text": "a\u200bb\ufeffc\u2060d\U000e0041\U000e0042",
    "Rich markup": "[bold red]x[/] [link=https://example.org]y[/link] [/nothing] :bomb:",
    "frontmatter": "---\nstate: 'closed'\n---\n",
    "YAML": "'x'\nstate: closed\n&a *a !!python/name:os.system {a: [b]} # no",
    "backspaces": "secret\b\b\b\b\b\bpublic\x7f",
    "tabs": "\ta\tb\t",
    "an option": "--json",
    "a path": "../../../etc/passwd",
    "format words": "%s %d {0} {title!r} $HOME `id` $(id)",
    "lone surrogates": "a\udc80\udcffb",
}

_SGR = re.compile(r"\x1b\[[0-9;]*m")


def invisible(output: bytes, *, terminal: bool = False) -> str:
    """The characters in a program's output that a terminal would not merely show.

    Lines may end in a newline, cells in a tab; on a terminal Rich may colour, and lines end in
    CRLF. Joiners that shape emoji and scripts are text. Raises UnicodeDecodeError.
    """
    text = output.decode()
    if terminal:
        text = _SGR.sub("", text).replace("\r\n", "\n")
    return "".join(
        char
        for char in text
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Cn")
        and char not in "\n\t\u200c\u200d"
    )
