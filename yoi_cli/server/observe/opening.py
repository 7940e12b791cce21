"""Where a viewer begins, by what it asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.server.observe import closing
from yoi_cli.server.observe.closing import ObservationClosed

if TYPE_CHECKING:
    from yoi_cli.server.observe.cursor import Cursor
    from yoi_cli.server.observe.feed import Feed, Standing


class Asked(NamedTuple):
    """What a viewer asked for: from which cursor, or from which byte, on.

    `start` is a byte, one that counts from the end where it is negative, or None for now.
    `follows` is to go on when everything was told, `events_only` to leave the output out, and
    `is_strict` to be refused where the cursor is of no use any more, `all_events` to be told of
    events from the first on.
    """

    cursor: Cursor | None = None
    start: int | None = None
    follows: bool = True
    events_only: bool = False
    is_strict: bool = False
    all_events: bool = False


class Place(NamedTuple):
    """Where a viewer begins. `lost` is the byte that it asked for, where that is gone."""

    at: Cursor
    lost: int | None = None


async def place(asked: Asked, feed: Feed) -> Place:
    """Where a viewer of `feed` begins. Raises `ObservationClosed`."""
    wanted = _wanted(asked, feed)
    if asked.all_events:
        wanted = wanted._replace(event=0)
    if wanted.worker_id != feed.worker_id:
        raise ObservationClosed(closing.CURSOR_MALFORMED)
    if _is_ahead(wanted, feed.standing):
        await feed.refresh()  # it may come from another server, which had seen more
    standing = feed.standing
    is_same = wanted.incarnation == standing.incarnation
    if is_same and standing.oldest <= wanted.offset <= standing.size:
        return Place(wanted)
    if asked.is_strict:
        raise ObservationClosed(closing.CURSOR_EXPIRED)
    event = min(wanted.event, standing.events) if is_same else 0
    return Place(feed.cursor(standing.oldest, event), wanted.offset)


def _wanted(asked: Asked, feed: Feed) -> Cursor:
    """The cursor that was asked for, in so many words or not."""
    standing = feed.standing
    if asked.cursor is not None:
        return asked.cursor
    if asked.start is None:
        return feed.cursor(standing.size, standing.events)
    if asked.start < 0:
        return feed.cursor(max(standing.oldest, standing.size + asked.start), standing.events)
    # Whoever asks for all there is has lost nothing by what is not kept.
    return feed.cursor(asked.start or standing.oldest, 0)


def _is_ahead(wanted: Cursor, standing: Standing) -> bool:
    return wanted.offset > standing.size or wanted.event > standing.events
