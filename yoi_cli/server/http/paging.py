"""Lists in pages: `limit` and an opaque `cursor`, which names the last item that was given."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec import UNSET, Struct, UnsetType

from yoi_cli.api.documents.runtime import PageDocument
from yoi_cli.errors import UsageError
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.server.http.errors import refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Item = TypeVar("Item")

DEFAULT_LIMIT, GREATEST_LIMIT = 50, 200
_MARK = "p1:"


class PageQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`limit` items, 1 to 200, that follow `cursor`, which a page before gave."""

    limit: int = DEFAULT_LIMIT
    cursor: str | UnsetType = UNSET


class Page(NamedTuple, Generic[Item]):
    """Some of the items, and what says which."""

    items: tuple[Item, ...]
    page: PageDocument


def page_of(
    items: Sequence[Item],
    name: Callable[[Item], str],
    query: PageQuery,
    *,
    is_falling: bool = False,
) -> Page[Item]:
    """The page that `query` asks for of `items`, which are sorted by their names, which rise or,
    where it `is_falling`, fall.

    Whatever comes or goes between two pages, none is given twice, and none that stays is left
    out. Raises `limit` and `cursor_malformed`.
    """
    check_limit(query.limit)
    after = _read(query.cursor) if isinstance(query.cursor, str) else None
    if after is None:
        rest = [*items]
    elif is_falling:
        rest = [one for one in items if name(one) < after]
    else:
        rest = [one for one in items if name(one) > after]
    shown = tuple(rest[: query.limit])
    has_more = len(rest) > len(shown)
    return Page(
        shown,
        PageDocument(
            limit=query.limit,
            returned=len(shown),
            has_more=has_more,
            next_cursor=_write(name(shown[-1])) if has_more else None,
        ),
    )


def beginning_of(query: PageQuery) -> str:
    """The name behind which the page begins that `query` asks for, empty for the first. Raises
    `limit` and `cursor_malformed`."""
    check_limit(query.limit)
    return _read(query.cursor) if isinstance(query.cursor, str) else ""


def check_limit(
    limit: int, greatest: int = GREATEST_LIMIT, least: int = 1, field: str = "limit"
) -> None:
    """Raise `limit` for one that is not served; it is never changed without a word."""
    if not least <= limit <= greatest:
        raise UsageError(
            "limit",
            f"{field} is not between {least} and {greatest}.",
            hint="Ask for less, and go on from the cursor.",
            details={"field": field, "limit": greatest},
        )


def _write(name: str) -> str:
    return urlsafe_b64encode((_MARK + name).encode()).decode().rstrip("=")


def _read(cursor: str) -> str:
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (ValueError, UnicodeError):
        raise refusal("cursor_malformed") from None
    if not text.startswith(_MARK) or _write(text.removeprefix(_MARK)) != cursor:
        raise refusal("cursor_malformed")
    return text.removeprefix(_MARK)
