"""Requests to one server: bounded in time and size, to its own origin only."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol, TypeVar

import httpx2
import msgspec

from yoi_cli.workers.remote.errors import error_of_answer, runtime_error
from yoi_cli.workers.remote.url import RuntimeUrl, parse_runtime_url
from yoi_cli.workers.remote.wire import read_document, read_error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.errors import YoiError
    from yoi_cli.workers.remote.observe import Observed
    from yoi_cli.workers.remote.upstream import ReadOutput, Upstream

_Document = TypeVar("_Document", bound=msgspec.Struct)
#: An answer holds 16 MiB of output at most, in base64.
_MOST_ANSWER = 24 << 20
_CONNECT_SECONDS = 5.0
#: Set for workers; a runtime is told which of them asks, so that none ends itself by mistake.
_CALLER = "YOI_WORKER_ID"


class Peer(Protocol):
    """Whoever is asked, as errors call it."""

    def failed(self, cause: str) -> YoiError:
        """The error for no answer, or none that is one: `timeout`, `malformed`, `unreachable`."""
        ...

    def refused(self, status: int, data: bytes) -> YoiError:
        """The error for an answer that is one."""
        ...


class RuntimePeer:
    """A runtime, by its id."""

    def __init__(self, runtime_id: str) -> None:
        self._runtime_id = runtime_id

    def failed(self, cause: str) -> YoiError:
        return runtime_error(f"runtime_{cause}", self._runtime_id)

    def refused(self, status: int, data: bytes) -> YoiError:
        said = read_error(data)
        return error_of_answer(status, said.code, said.details, self._runtime_id)


class Connection:
    """A client of the server at `url`, which is a runtime where no other `peer` is given. Its
    `repr` has neither address nor token."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout: float,
        environment: Mapping[str, str],
        runtime_id: str = "",
        peer: Peer | None = None,
        most_answer: int = _MOST_ANSWER,
    ) -> None:
        self.runtime_id = runtime_id
        self._peer = peer or RuntimePeer(runtime_id)
        self._most_answer = most_answer
        self.timeout = timeout
        place = parse_runtime_url(url)
        self._address = f"unix:{place.socket}" if place.socket else place.origin
        self._token = token
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if environment.get(_CALLER):
            headers["Yoi-Worker"] = environment[_CALLER]
        self._client = _client(place, headers)

    def __repr__(self) -> str:
        return f"Connection(runtime_id={self.runtime_id!r})"

    def observed(self, worker_id: str) -> Observed:
        """A worker there, to be followed."""
        from yoi_cli.workers.remote.observe import Observed

        return Observed(self._address, self._token, worker_id)

    def upstream(self, read: ReadOutput) -> Upstream:
        """The runtime there, to be shown by a backend; `read` reads output."""
        from yoi_cli.workers.remote.upstream import Upstream

        return Upstream(self.runtime_id, self._address, self._token, read)

    def close(self) -> None:
        self._client.close()

    def document(
        self,
        kind: str,
        of: type[_Document],
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: object = None,
        seconds: float | None = None,
    ) -> tuple[int, _Document]:
        """The status and the document of an answer, which is of `kind`, within `seconds`."""
        status, data = self._answered(method, path, query, body, seconds)
        try:
            return status, read_document(data, kind, of)
        except (ValueError, RecursionError):
            raise self._peer.failed("malformed") from None

    def raw(self, path: str, query: Mapping[str, str | int]) -> bytes:
        """The bytes of an answer that is no document."""
        return self._answered("GET", path, query, None, None)[1]

    def _answered(
        self,
        method: str,
        path: str,
        query: Mapping[str, str | int] | None,
        body: object,
        seconds: float | None,
    ) -> tuple[int, bytes]:
        """The status and the body of an answer that is no error."""
        status, data = self._ask(method, path, query, body, seconds or self.timeout)
        if not 200 <= status < 300:
            raise self._peer.refused(status, data)
        return status, data

    def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str | int] | None,
        body: object,
        seconds: float,
    ) -> tuple[int, bytes]:
        content = None if body is None else msgspec.json.encode(body)
        headers = {} if content is None else {"Content-Type": "application/json"}
        timeout = httpx2.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS))
        request = self._client.build_request(
            method, path, params=query, content=content, headers=headers, timeout=timeout
        )
        try:
            return self._answer(request, time.monotonic() + seconds)
        except httpx2.TimeoutException:
            raise self._peer.failed("timeout") from None
        except (httpx2.RemoteProtocolError, httpx2.DecodingError):
            raise self._peer.failed("malformed") from None
        except (httpx2.TransportError, OSError):
            raise self._peer.failed("unreachable") from None

    def _answer(self, request: httpx2.Request, end: float) -> tuple[int, bytes]:
        """The whole answer. One that drips is cut off at its time, and one without end at its
        size."""
        answer = self._client.send(request, stream=True, follow_redirects=False)
        try:
            parts: list[bytes] = []
            size = 0
            for part in answer.iter_bytes():
                size += len(part)
                if size > self._most_answer:
                    raise httpx2.DecodingError("too much")
                if time.monotonic() > end:
                    raise httpx2.ReadTimeout("too slow")
                parts.append(part)
            return answer.status_code, b"".join(parts)
        finally:
            with suppress(httpx2.HTTPError):
                answer.close()


def _client(place: RuntimeUrl, headers: Mapping[str, str]) -> httpx2.Client:
    """A client that goes nowhere else: no redirects, no proxies and no netrc of the
    environment, no compressed answers that grow."""
    transport = httpx2.HTTPTransport(uds=place.socket or None, trust_env=False)
    return httpx2.Client(
        base_url=place.origin,
        headers={**headers, "Accept-Encoding": "identity"},
        transport=transport,
        follow_redirects=False,
        trust_env=False,
    )
