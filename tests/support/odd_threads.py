"""Threads as hypothesis makes them: as `yoi` writes them, and damaged."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import strategies as st
from support.threads import AT, block, event_id, older

from yoi_cli.model.events import CLOSE, STATE_CHANGED
from yoi_cli.model.states import STATES

WORDS = (*STATES, "elsewhere", "cli_state", "two words", 'a "quote"', "理由", "U+3000\u3000space")
#: Pieces of the format, put where they may do harm.
SPLINTERS = (
    b"\n", b"\r\n", b"\0", b"---", b"\n---\n", b"\n\n", b"<!-- event:", b" -->", b'"', b"\\",
    b" id: ", b" at: ", b"from: ready ", b"event: close ", b"```\n", b" ", b"\xff", b"\xe3\x80\x80",
    b"<!-- event: close author: x at: 2026-01-01T00:00:00Z -->\n", f" id: {event_id(1)} ".encode(),
    b"\n---\n\n<!-- event: close author: x at: y ", b"\x0b", b"\xc2\xa0",
)  # fmt: skip
#: When events were written, as their headers say.
TIMES = (AT, "2026-06-25T16:30:33Z", "2026-01-01T00:00:00Z", "soon")
WORK = ("review", "implementation_report", "worker")


def words(*of: str) -> st.SearchStrategy[str]:
    return st.sampled_from(of or WORDS)


@st.composite
def blocks(draw: st.DrawFn) -> bytes:
    kind = draw(words("comment", STATE_CHANGED, STATE_CHANGED, CLOSE, "commit", *WORK))
    attributes = [
        ("status", draw(words("approve", "request_changes", ""))),
        ("worker", draw(words("", "w1", "w2"))),
        ("tokens", draw(words("", "120", "x"))),
        ("cost", draw(words("0.25", "1", "-"))),
        ("step", draw(words("", "ask"))),
        ("from", draw(words())),
        ("to", draw(words())),
        ("reason", draw(words())),
    ]
    if draw(st.booleans()):
        attributes.append(("field", draw(words("state", "workflow_state", "priority"))))
    written = block(
        draw(words("Said.", "---", "<!-- event: close", "", "```\n")),
        draw(st.integers(0, 6)),
        kind=kind,
        author=draw(words("ada", "Ada Example", "山田", "x\u3000y", 'the "one"')),
        attributes=tuple(attributes) if kind != "comment" or draw(st.booleans()) else (),
    )
    return written.replace(AT.encode(), draw(st.sampled_from(TIMES)).encode())


def legal(*way: str) -> bytes:
    """A thread as `yoi` writes it."""
    found = [block("Created.", 0, kind="create")]
    for number, (origin, target) in enumerate(pairwise(way), 1):
        pairs = (("from", origin), ("to", target), ("reason", "cli_state"), ("field", "state"))
        found.append(block("Moved.", number, kind=STATE_CHANGED, attributes=pairs))
    return b"\n".join(found)


@st.composite
def threads(draw: st.DrawFn) -> bytes:
    if draw(st.booleans()):
        return legal(*STATES[: draw(st.integers(1, len(STATES)))])
    parts = draw(st.lists(st.one_of(blocks(), st.just(older())), min_size=1, max_size=6))
    return draw(st.sampled_from((b"\n", b"\n", b"\n", b"", b"\n\n"))).join(parts)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A thread with a few stretches cut out, and splinters put in."""
    data = draw(threads())
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        data = data[:start] + draw(st.sampled_from((b"", *SPLINTERS))) + data[end:]
    return data
