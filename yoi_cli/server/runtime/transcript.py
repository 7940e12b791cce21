"""`GET …/transcript`: what a worker wrote, by the offsets of its bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.api.documents.workers import output_document
from yoi_cli.api.runtimes import check_worker_id
from yoi_cli.server.http.errors import refusal
from yoi_cli.server.http.paging import check_limit
from yoi_cli.server.http.routes import Bytes, Call, Outcome, Reply
from yoi_cli.server.runtime.context import MOST_OUTPUT
from yoi_cli.server.runtime.requests import TranscriptQuery

if TYPE_CHECKING:
    from yoi_cli.api.workers import Output
    from yoi_cli.server.runtime.context import RuntimeContext

_RANGE = re.compile(r"bytes=(?P<first>\d{0,16})-(?P<last>\d{0,16})")
_OK, _PARTIAL = 200, 206


def transcript(call: Call[RuntimeContext]) -> Outcome:
    """Bytes from `start`, as a document or raw; raw ones may be asked for by `Range` as well."""
    query = call.query_as(TranscriptQuery)
    worker_id = check_worker_id(call.path["worker_id"])
    check_limit(query.limit, MOST_OUTPUT)
    asked = _range_of(call) if query.raw else None
    if asked is not None:
        return _partial(call, worker_id, asked)
    part = call.context.runtime.output(worker_id, query.start, query.limit)
    if query.raw:
        return Bytes(_OK, part.data, headers=_headers(part))
    return Reply(_OK, "worker_output", output_document(worker_id, part))


def _partial(call: Call[RuntimeContext], worker_id: str, asked: tuple[int, int]) -> Outcome:
    start, limit = asked
    size = call.context.runtime.show(worker_id).output_size
    part = call.context.runtime.output(worker_id, start, min(limit, MOST_OUTPUT))
    if not part.data:
        raise refusal("range_not_satisfiable", size=size)
    last = part.cursor - 1
    total = max(size, part.cursor)
    headers = {**_headers(part), "content-range": f"bytes {part.start}-{last}/{total}"}
    return Bytes(_PARTIAL, part.data, headers=headers)


def _range_of(call: Call[RuntimeContext]) -> tuple[int, int] | None:
    """The start and the number of bytes of one range; what is no such range is not minded, as
    RFC 9110 has it."""
    found = _RANGE.fullmatch(call.headers.get("range", "").replace(" ", ""))
    if found is None:
        return None
    first, last = found["first"], found["last"]
    if not first:
        return (-int(last), int(last)) if last and int(last) else None
    if last and int(last) < int(first):
        return None
    return int(first), (int(last) - int(first) + 1 if last else MOST_OUTPUT)


def _headers(part: Output) -> dict[str, str]:
    return {
        "accept-ranges": "bytes",
        "yoi-start": str(part.start),
        "yoi-cursor": str(part.cursor),
        "yoi-resync": str(int(part.resync)),
        "yoi-at-end": str(int(part.at_end)),
    }
