"""The `Ticket:` trailer of a commit message: where it stands, and where one is put.

The rules are those of git's trailers with git's own settings (git-interpret-trailers(1)), whatever
`trailer.*` says in the clone: a message must read the same for everybody. Git itself is not asked
to add one, since it writes the other lines of the paragraph anew, an address among them.
`hooks/git/scripts.py` has the same rules for a shell; tests hold both to one table of messages.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.model.commits import TRAILER
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_CUT = re.compile(r"(.+) -{24} >8 -{24}\r?")
_TOKEN = re.compile(r"[A-Za-z0-9-]+[ \t]*:")
#: As people and git write one. `https://…` and `std::vector` have git's form, too.
_WRITTEN = re.compile(r"[A-Za-z0-9-]+[ \t]*:(?:[ \t\r]|$)")
_TICKET = re.compile(rf"{TRAILER}[ \t]*:(.*)", re.IGNORECASE)
#: What git takes for blank.
_BLANKS = " \t\r"
_GENERATED = ("Signed-off-by: ", "(cherry picked from commit ")
#: What git takes for the mark of a comment where it may choose (`core.commentChar = auto`).
_MARKS = "#;@!$%^&|:"
AUTO = "auto"


class _Block(NamedTuple):
    """The last paragraph of a message; `end` is the index behind its last line.

    `tickets` are its `Ticket:` trailers, unfolded; `is_trailers` whether git takes it for
    trailers, `is_plain` whether a line can be added to it without a word's being taken for one.
    """

    end: int
    is_trailers: bool
    is_plain: bool
    tickets: tuple[str, ...]


def ticket_trailers(message: str) -> tuple[str, ...]:
    """The values of a message's `Ticket:` trailers, in their order; it has no comments."""
    block = _last_block(message.split("\n"), "")
    return tuple(filter(None, block.tickets)) if block.is_trailers else ()


def with_ticket_trailer(message: str, ticket: str, comment: str = "") -> str:
    """`message` with the trailer `Ticket: <ticket>`, as it is where it has such a trailer.

    Not a character of it changes: the trailer stands behind what is said, before comments and
    what is below the cut. `comment` is what lines of comment begin with, `auto` where git chose
    it, empty where nobody edits the message, whose `#` is text then.
    """
    if message and not message.endswith("\n"):
        message += "\n"
    lines = message.split("\n")
    block = _last_block(lines, _mark(lines) if comment == AUTO else comment)
    if block.is_trailers and block.tickets:
        return message
    added = [f"{TRAILER}: {ticket}"]
    if not (block.is_trailers and block.is_plain):
        added.insert(0, "")
    if block.end == 0:
        added.insert(0, "")  # the subject is typed into the first line
    return "\n".join([*lines[: block.end], *added, *lines[block.end :]])


def _mark(lines: Sequence[str]) -> str:
    """What comments begin with, by the lines that git itself wrote; or the empty string."""
    for line in lines:
        if cut := _CUT.fullmatch(line):
            return cut.group(1)
    last = next((line for line in reversed(lines) if line.strip(_BLANKS)), "")
    return last[:1] if last[:1] in _MARKS else ""


def _last_block(lines: Sequence[str], comment: str) -> _Block:
    def is_comment(line: str) -> bool:
        return bool(comment) and line.startswith(comment)

    end = len(lines)
    for index, line in enumerate(lines):
        if is_comment(line) and _CUT.fullmatch(line):
            end = index
            break
    while end and (not lines[end - 1].strip(_BLANKS) or is_comment(lines[end - 1])):
        end -= 1
    title = 0
    while title < end and (is_comment(lines[title]) or lines[title].strip(_BLANKS)):
        title += 1
    return _block(lines[title:end], end, [is_comment(line) for line in lines[title:end]])


def _block(lines: Sequence[str], end: int, comments: Sequence[bool]) -> _Block:
    """The last paragraph of `lines`, which begin with the empty line below the subject."""
    trailers = others = 0
    is_generated, is_plain = False, True
    tickets: list[str] = []
    folded: list[str] = []
    for line, is_comment in zip(reversed(lines), reversed(comments), strict=True):
        if is_comment:
            continue
        if not line.strip(_BLANKS):
            break
        if line[0] in " \t":
            folded.append(line.strip())
            continue
        is_token = _TOKEN.match(line) is not None
        if is_token or line.startswith(_GENERATED):
            trailers += 1
            is_generated |= line.startswith(_GENERATED)
            is_plain &= not is_token or _WRITTEN.match(line) is not None
            if found := _TICKET.match(line):
                tickets.append(" ".join([found.group(1).strip(), *reversed(folded)]).strip())
        else:
            others += 1 + len(folded)
        folded.clear()
    others += len(folded)
    is_trailers = trailers * 3 >= others if is_generated else bool(trailers) and not others
    return _Block(end, is_trailers, is_plain, tuple(reversed(tickets)))
