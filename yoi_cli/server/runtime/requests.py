"""What the routes of the runtime server take: queries and bodies."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from yoi_cli.model.workers.order import Digest
from yoi_cli.server.http.paging import PageQuery

_Offset = Annotated[int, Meta(ge=-(1 << 53), le=1 << 53)]
_Reason = Annotated[str, Meta(max_length=2000)]
_Grace = Annotated[float, Meta(ge=0, le=3600)]
_State = Literal["queued", "running", "exited", "killed", "lost"]
_Word = Annotated[str, Meta(max_length=200)]


class WorkersQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which workers: of a `state`, for a `ticket`, in a `role`, with a `profile`, by a `key`."""

    state: _State | UnsetType = UNSET
    ticket: _Word | UnsetType = UNSET
    role: _Word | UnsetType = UNSET
    profile: _Word | UnsetType = UNSET
    key: _Word | UnsetType = UNSET


class WorkerQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how many seconds to `wait` for the worker's end, 60 at most."""

    wait: int = 0


class EventsQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which events."""


class TranscriptQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At most `limit` bytes from the byte `start` on, a negative one counted from the end; `raw`
    as bytes and not as a document."""

    start: _Offset = 0
    limit: int = 1 << 20
    raw: bool = False


class BundleQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The digest that is asked for."""

    digest: Digest


class InputBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a worker is to read: `data`, as text or in base64; `close` then closes its input."""

    data: str = ""
    encoding: Literal["text", "base64"] = "text"
    close: bool = False


class StopBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many seconds of `grace` it has, and the `reason`, for its ticket's log. `force` also
    ends what the caller stands in."""

    grace: _Grace | None = None
    reason: _Reason = ""
    force: bool = False


class CancelBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `reason`, for its ticket's log. `force` also ends what the caller stands in."""

    reason: _Reason = ""
    force: bool = False


class PruneBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Workers that ended before this time are forgotten: 2026-06-01T12:00:00Z."""

    ended_before: Annotated[
        str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z\Z", max_length=40)
    ]
