"""What formatters, fixers and hands do to a thread, as they do it."""

from __future__ import annotations

import re
from collections.abc import Callable

from support.threads import block

BODY = "first line  \nsecond\n\n***\n\n* one\n* two\n\n---\n\n\n<!-- event: x -->\n\tend\t"
BASE = b"\n".join([block("Made.", 0, kind="create"), block(BODY, 1), block("Third.", 2)])
NEW = block("from ours", 10)
OTHER = block("from theirs", 11)
WHOLE = BASE + b"\n" + NEW + b"\n" + OTHER

#: What programs do to a thread's bytes, as they do it.
FORMATTERS: dict[str, Callable[[bytes], bytes]] = {
    "a fixer of trailing white space": lambda data: re.sub(rb"(?m)[ \t]+$", b"", data),
    "a fixer of line ends": lambda data: data.replace(b"\n", b"\r\n"),
    "prettier": lambda data: re.sub(rb"(?m)^\* ", b"- ", data).replace(b"***", b"---"),
    "mdformat": lambda data: re.sub(rb"(?m)^---$", b"_" * 70, data),
    "markdownlint, blank lines": lambda data: re.sub(rb"\n{3,}", b"\n\n", data),
    "markdownlint, tabs": lambda data: data.replace(b"\t", b"    "),
    "a hand": lambda data: data.replace(b"second", b"another word"),
    "a hand that takes separators": lambda data: data.replace(b"\n\n---\n", b"\n"),
    "a byte order mark": lambda data: b"\xef\xbb\xbf" + data,
}
