"""Markdown that others wrote, as HTML: no markup of theirs, no pictures, no address that runs."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markupsafe import Markup

from yoi_cli.model.ids import is_ticket_id
from yoi_cli.model.text import visible, visible_block

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

_ADDRESS = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
_WORD = re.compile(r"(?<![\w/.-])[0-9A-HJKMNP-TV-Z]{13}(?![\w/-])")
_BOXES = {"[ ] ": "☐ ", "[x] ": "☑ ", "[X] ": "☑ "}
#: Longer text is shown as it is: nobody reads it laid out.
_LONGEST = 1 << 18
_DEEPEST = 6


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": 20})
    parser.enable(["table", "strikethrough"]).disable(["image", "html_inline", "html_block"])
    parser.validateLink = lambda url: bool(_ADDRESS.match(url))  # type: ignore[method-assign]
    return parser


def markdown(text: str, base: str, top: int = 3) -> Markup:
    """`text` as HTML whose headings begin at the level `top`. Full ids of tickets lead to their
    pages below `base`; characters that hide or reorder others are shown as escapes."""
    shown = visible_block(text)
    if len(shown) > _LONGEST:
        return Markup('<pre class="plain">{}</pre>').format(shown)
    parser = _parser()
    tokens = parser.parse(shown)
    _shift_headings(tokens, top)
    for token in tokens:
        if token.type == "inline" and token.children:
            _mark_boxes(token.children)
            token.children = _link_tickets(token.children, base)
        for one in token.children or ():
            if one.type == "link_open":
                one.attrSet("rel", "noopener noreferrer nofollow")
    # What the parser makes is escaped by it: nothing of the text is markup.
    return Markup(parser.renderer.render(tokens, parser.options, {}))  # noqa: S704


def _shift_headings(tokens: Sequence[Token], top: int) -> None:
    """Headings of consecutive levels from `top` on, whatever levels the text has."""
    above: list[int] = []
    level = top
    for token in tokens:
        if token.type == "heading_open":
            said = int(token.tag[1])
            while above and above[-1] >= said:
                above.pop()
            level = min(top + len(above), _DEEPEST)
            above.append(said)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{level}"


def _mark_boxes(children: Sequence[Token]) -> None:
    first = children[0]
    box = _BOXES.get(first.content[:4]) if first.type == "text" else None
    if box is not None:
        first.content = box + first.content[4:]


def _link_tickets(children: Sequence[Token], base: str) -> list[Token]:
    """The same with the ids of tickets as links, but within links."""
    from markdown_it.token import Token

    made: list[Token] = []
    depth = 0
    for token in children:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type != "text" or depth:
            made.append(token)
            continue
        at = 0
        for found in _WORD.finditer(token.content):
            if not is_ticket_id(found[0]) or not found[0].startswith("0"):
                continue
            made.append(Token("text", "", 0, content=token.content[at : found.start()]))
            made.append(Token("link_open", "a", 1, attrs={"href": f"{base}/tickets/{found[0]}"}))
            made.append(Token("text", "", 0, content=found[0]))
            made.append(Token("link_close", "a", -1))
            at = found.end()
        made.append(Token("text", "", 0, content=token.content[at:]))
    return made


def plain(text: str) -> Markup:
    """Lines of text as they are, with what hides or reorders made visible."""
    return Markup("{}").format(visible_block(text))


def one_line(text: str) -> str:
    return visible(text)
