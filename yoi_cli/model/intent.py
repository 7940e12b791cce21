"""The short contract handed to whoever implements a ticket (docs/routing.md)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t#]*")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
#: How a line begins that may be a heading or a fence; most lines are neither.
_MARKS = ("#", "`", "~", " ")
#: What a template leaves where somebody should have written something.
_PLACEHOLDERS = frozenset({"", "tbd", "todo", "未定", "none", "n/a", "なし", "...", "…"})

#: The packet's parts in their order: key, the name it is printed under, and the headings that
#: fill it, lower-cased. A heading that begins with one of these words counts too, and what
#: stands under the headings below it belongs to it.
PARTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("intent", "Intent", ("intent", "goal", "objective", "目的", "ゴール", "意図")),
    (
        "binding",
        "Binding decisions / invariants",
        (
            "binding decisions",
            "invariants",
            "decisions",
            "constraints",
            "決定事項",
            "不変条件",
            "方針",
        ),
    ),
    ("requirements", "Requirements", ("requirements", "requirement", "scope", "要件")),
    (
        "acceptance",
        "Acceptance criteria",
        ("acceptance criteria", "acceptance", "done when", "受け入れ条件", "受入条件", "完了条件"),
    ),
    (
        "latitude",
        "Implementation latitude",
        ("implementation latitude", "latitude", "実装の裁量", "裁量"),
    ),
    (
        "escalate",
        "Escalate if",
        ("escalation conditions", "escalate if", "escalation", "エスカレーション"),
    ),
    ("validation", "Validation", ("validation", "verification", "test plan", "検証", "確認方法")),
    (
        "risks",
        "Critical risks / reviewer focus",
        ("critical risks", "risks", "reviewer focus", "リスク", "レビュー"),
    ),
)
PART_KEYS = tuple(key for key, _, _ in PARTS)
_ACCEPTANCE_HEADINGS = next(words for key, _, words in PARTS if key == "acceptance")
_ALL_HEADINGS = tuple(word for _, _, words in PARTS for word in words)
#: What ends an English word, be it in the plural; Japanese knows no such ends.
_WORD_END = re.compile(r"s?(?![a-z0-9])")
#: The mark before a list's item, a task's box with it.
_MARKER = re.compile(r"^[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)?(?:\[[ xX]\][ \t]*)?")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d+[.)])[ \t]")
_BACKGROUND = ("background", "背景", "issue")


class IntentPacket(NamedTuple):
    """The parts of a packet by key (`PART_KEYS`), each markdown text, absent where unsaid."""

    parts: Mapping[str, str]

    @property
    def has_acceptance(self) -> bool:
        """Whether it says how one can tell that the work is done."""
        return "acceptance" in self.parts

    @property
    def missing(self) -> tuple[str, ...]:
        """The keys of the parts that say nothing."""
        return tuple(key for key in PART_KEYS if key not in self.parts)


def packet_of(title: str, description: str) -> IntentPacket:
    """The packet that a ticket's description gives; the title stands in for its intent."""
    sections = tuple(split_sections(description))
    parts: dict[str, str] = {}
    for key, _, headings in PARTS:
        text = _gather(sections, headings)
        if text:
            parts[key] = text
    if "intent" not in parts:
        background = _gather(sections, _BACKGROUND)
        parts["intent"] = f"{title}\n\n{background}".strip() if background else title
    return IntentPacket(parts)


def rest_of(description: str) -> str:
    """What a description says besides the packet: the text before the first heading, and the
    sections under headings that no part has, in their order."""
    sections = tuple(split_sections(description))
    taken: set[int] = set()
    for _, _, headings in PARTS:
        taken.update(_places(sections, headings))
    if not _gather(sections, PARTS[0][2]):
        taken.update(_places(sections, _BACKGROUND))
    rest = (
        f"{'#' * level} {heading}\n\n{text}".strip() if heading else text.strip()
        for place, (level, heading, text) in enumerate(sections)
        if place not in taken and not _is_placeholder(text)
    )
    return "\n\n".join(rest)


def complete(packet: IntentPacket, said: Mapping[str, str]) -> IntentPacket:
    """`packet` with the parts that somebody gave by hand put in place of its own."""
    return IntentPacket({**packet.parts, **{key: text for key, text in said.items() if text}})


def render_packet(packet: IntentPacket) -> str:
    """The packet as a decision event carries it and as a worker reads it."""
    blocks = [f"{name}:\n{packet.parts[key]}" for key, name, _ in PARTS if key in packet.parts]
    return "IntentPacket:\n\n" + "\n\n".join(blocks)


def parse_packet(text: str) -> Mapping[str, str]:
    """The parts that a file names, under markdown headings or under the names of a packet."""
    labelled = "\n".join(_labels_as_headings(text.split("\n")))
    parts: dict[str, str] = {}
    sections = tuple(split_sections(labelled))
    for key, name, headings in PARTS:
        found = _gather(sections, (*headings, name.lower()))
        if found:
            parts[key] = found
    return parts


def has_acceptance(description: str) -> bool:
    """Whether a description has acceptance criteria that are not the template's."""
    return bool(_gather(tuple(split_sections(description)), _ACCEPTANCE_HEADINGS))


def with_acceptance(description: str, criteria: Sequence[str], *, japanese: bool = False) -> str:
    """`description` with these acceptance criteria in place of those that it has, one a list item.

    A text of several lines, or one that is an item already, stands as it is.
    """
    text = "\n".join(_as_item(one.strip("\n")) for one in criteria)
    lines, start, end = description.split("\n"), -1, -1
    for place, level, heading in _headings(lines):
        if start < 0 and _fits(heading, _ACCEPTANCE_HEADINGS):
            start, own = place, level
        elif start >= 0 and (level <= own or _fits(heading, _ALL_HEADINGS)):
            end = place
            break
    if start < 0:
        heading = "## 受け入れ条件" if japanese else "## Acceptance criteria"
        return f"{description.rstrip()}\n\n{heading}\n\n{text}\n".lstrip("\n")
    rest = ["", *lines[end:]] if end >= 0 else [""]
    return "\n".join([*lines[: start + 1], "", text, *rest])


def _as_item(text: str) -> str:
    is_item = "\n" in text or _ITEM.match(text) is not None
    return text if is_item else f"- {text.strip()}"


def _headings(lines: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """The place, level and text of every heading; fenced lines are none."""
    fence = ""
    for place, line in enumerate(lines):
        mark = _FENCE.fullmatch(line)
        if mark:
            fence = _next_fence(fence, mark.group(1), mark.group(2))
        elif not fence and (found := _HEADING.fullmatch(line)):
            yield place, len(found.group(1)), found.group(2).strip()


class Section(NamedTuple):
    """A heading with its level (0 and empty before the first one), and the text below it."""

    level: int
    heading: str
    text: str


def split_sections(markdown: str) -> Iterator[Section]:
    """The sections of a text, each up to the next heading; fenced lines are no headings."""
    level, heading, lines, fence = 0, "", list[str](), ""
    for line in markdown.split("\n"):
        if not line.startswith(_MARKS):
            lines.append(line)
            continue
        mark = _FENCE.fullmatch(line)
        found = None if fence or mark else _HEADING.fullmatch(line)
        if mark:
            fence = _next_fence(fence, mark.group(1), mark.group(2))
        if found:
            yield Section(level, heading, "\n".join(lines).strip("\n"))
            level, heading, lines = len(found.group(1)), found.group(2).strip(), []
        else:
            lines.append(line)
    yield Section(level, heading, "\n".join(lines).strip("\n"))


def _next_fence(fence: str, marks: str, rest: str) -> str:
    if not fence:
        return "" if marks[0] == "`" and "`" in rest else marks
    return "" if marks.startswith(fence) and not rest.strip() else fence


def _gather(sections: tuple[Section, ...], headings: tuple[str, ...]) -> str:
    """The texts of all sections whose headings fit, placeholders left out.

    A section goes on through deeper headings, but for those that fill a part themselves.
    """
    texts: list[str] = []
    for place in _places(sections, headings):
        level, heading, text = sections[place]
        if not _is_placeholder(text):
            mark = "" if _fits(heading, headings) else f"{'#' * level} {heading}\n\n"
            texts.append(mark + text.strip())
    return "\n\n".join(texts)


def _places(sections: tuple[Section, ...], headings: tuple[str, ...]) -> Iterator[int]:
    """Where the sections stand that belong to one of `headings`."""
    within = 0
    for place, (level, heading, _) in enumerate(sections):
        if _fits(heading, headings):
            within = level
        elif within and (level <= within or _fits(heading, _ALL_HEADINGS)):
            within = 0
        if within:
            yield place


def _fits(heading: str, words: tuple[str, ...]) -> bool:
    """Whether a heading begins with one of `words`, and not merely with a longer word."""
    lower = heading.lower()
    return lower.startswith(words) and any(
        lower.startswith(word) and _WORD_END.match(lower, len(word)) is not None for word in words
    )


def _is_placeholder(text: str) -> bool:
    """Whether every line of `text` only holds a place."""
    return all(
        _MARKER.sub("", line).strip(" \t.。:：()（）[]<>*_").lower() in _PLACEHOLDERS
        for line in _COMMENT.sub("", text).split("\n")
    )


def _labels_as_headings(lines: list[str]) -> Iterator[str]:
    """`lines` with the names of a packet's parts made headings, but not within fences."""
    fence = ""
    for line in lines:
        mark = _FENCE.fullmatch(line)
        if mark:
            fence = _next_fence(fence, mark.group(1), mark.group(2))
        yield line if fence or mark else _as_heading(line)


def _as_heading(line: str) -> str:
    name = line.strip().rstrip(":：").lower()
    known = {name for _, name, _ in PARTS} | {word for _, _, words in PARTS for word in words}
    is_label = line.rstrip().endswith((":", "：")) and name in {word.lower() for word in known}
    return f"# {name}" if is_label else line
