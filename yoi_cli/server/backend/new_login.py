"""`yoi serve --login`: a new address for a browser, asked of the server that runs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import httpx2
import msgspec

from yoi_cli.api.documents.board import BackendDocument, LoginCodeDocument
from yoi_cli.api.documents.envelope import document
from yoi_cli.api.servers import BACKEND, find_server
from yoi_cli.errors import OperationError

if TYPE_CHECKING:
    from yoi_cli.api.session import Session

_UNIX = "unix:"


class _Answer(msgspec.Struct):
    data: LoginCodeDocument


def print_login(*, session: Session) -> None:
    """Print the document of the server that runs, with a new address. Raises as `new_login`."""
    sys.stdout.write(document("backend", new_login(session)))


def new_login(session: Session) -> BackendDocument:
    """The server that runs, with a new address. Raises `NotFoundError` (`server_not_running`) and
    `OperationError` (`server_silent`)."""
    found = find_server(session, BACKEND)
    path = found.address.removeprefix(_UNIX) if found.address.startswith(_UNIX) else None
    transport = httpx2.HTTPTransport(uds=path, trust_env=False)
    base = found.address if path is None else "http://localhost"
    headers = {"Authorization": f"Bearer {found.token}"}
    try:
        with httpx2.Client(base_url=base, transport=transport, trust_env=False) as client:
            answer = client.post("/api/login-codes", headers=headers)
        code = msgspec.json.decode(answer.content, type=_Answer).data
    except (httpx2.HTTPError, msgspec.MsgspecError) as error:
        raise OperationError(
            "server_silent",
            "The server that runs does not answer as it should.",
            hint="End it, and start it again.",
        ) from error
    return BackendDocument(
        workspace_id=found.name,
        address=found.address,
        file="",
        login=f"{found.address}{code.path}",
    )
