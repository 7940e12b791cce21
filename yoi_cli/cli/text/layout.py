"""How the columns of a table share a terminal: one policy for every list (docs/commands.md).

Ids are whole at every width, and a title has at least half of what they leave. Where that is too
little for the rest, a row takes two lines: what fits beside the id, and below it the title. Prose
stands below where it would have to be cut.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: What a column holds: an id, what a row is about, a short word, a time, or text that gives way,
#: or sentences of which nothing is left out.
ID = "id"
TITLE = "title"
WORD = "word"
TIME = "time"
TEXT = "text"
PROSE = "prose"

GAP = 2
INDENT = 2
#: No text is cut shorter than this to make room for others, and no title.
_LEAST_TEXT = 6
_LEAST_TITLE = 20
#: What stands beside an id first, where not everything can: short words, and then texts.
_PLACES = {ID: 0, TEXT: 2}


class Wish(NamedTuple):
    """What a column holds, the width at which nothing of it is cut, and whether a row does
    without it rather than take two lines."""

    kind: str
    width: int
    is_spare: bool = False


class Layout(NamedTuple):
    """How wide the columns beside one another are, by their places, and what stands below them.

    `title` is the place of a column with a line of its own, which is `title_width` wide; `below`
    are those for which the line has no room.
    """

    widths: dict[int, int]
    title: int | None = None
    below: tuple[int, ...] = ()

    @property
    def width(self) -> int:
        """How wide the columns beside one another are together."""
        return sum(self.widths.values()) + GAP * max(len(self.widths) - 1, 0)


def lay_out(wishes: Sequence[Wish], room: int) -> Layout:
    """The columns, of which at most one is a title, in `room` cells."""
    every = dict(enumerate(wishes))
    whole = Layout({at: wish.width for at, wish in every.items()})
    if whole.width <= room:
        return whole
    prose = tuple(at for at, wish in every.items() if wish.kind == PROSE)
    rest = {at: wish for at, wish in every.items() if wish.kind != PROSE}
    needed = {at: wish for at, wish in rest.items() if not wish.is_spare}
    found = _one_line(rest, room) or _one_line(needed, room) or _two_lines(rest, room)
    return found._replace(below=found.below + prose)


def _one_line(wishes: Mapping[int, Wish], room: int) -> Layout | None:
    """The columns with titles and texts cut, None where these would be cut too short."""
    widths = {at: wish.width for at, wish in wishes.items()}
    left = room - _sum(wishes, ID) - GAP * max(len(wishes) - 1, 0)
    words = _sum(wishes, WORD) + _sum(wishes, TIME)
    title = _title_of(wishes)
    least = {at: min(wish.width, _LEAST_TEXT) for at, wish in wishes.items() if wish.kind == TEXT}
    half = 0
    if title is not None:
        half = min(widths[title], max(left - left // 2, _LEAST_TITLE))
    spare = left - half - words - sum(least.values())
    if spare < 0:
        return None
    widths.update(_shared(least, widths, spare))
    if title is not None:
        widths[title] = min(widths[title], left - words - sum(widths[at] for at in least))
    return Layout(widths)


def _sum(wishes: Mapping[int, Wish], kind: str) -> int:
    return sum(wish.width for wish in wishes.values() if wish.kind == kind)


def _shared(least: dict[int, int], wanted: dict[int, int], spare: int) -> dict[int, int]:
    """What texts get of `spare` cells above the `least`: as much each, until it has enough."""
    given = dict(least)
    hungry = [at for at in given if given[at] < wanted[at]]
    while spare > 0 and hungry:
        share = max(spare // len(hungry), 1)
        for at in hungry[:spare]:
            more = min(share, wanted[at] - given[at], spare)
            given[at] += more
            spare -= more
        hungry = [at for at in hungry if given[at] < wanted[at]]
    return given


def _two_lines(wishes: Mapping[int, Wish], room: int) -> Layout:
    """An id, and what fits beside it in full; the title and everything else below."""
    title = _title_of(wishes)
    chosen: set[int] = set()
    used = 0
    for at, wish in sorted(wishes.items(), key=lambda one: _PLACES.get(one[1].kind, 1)):
        if at != title and (not chosen or used + wish.width <= room):
            chosen.add(at)
            used += wish.width + GAP
    beside = {at: wishes[at].width for at in wishes if at in chosen}
    below = (at for at in wishes if at not in chosen and at != title)
    return Layout(beside, title, tuple(at for at in below if not wishes[at].is_spare))


def _title_of(wishes: Mapping[int, Wish]) -> int | None:
    return next((at for at, wish in wishes.items() if wish.kind == TITLE), None)
