"""`yoi runtime token`: credentials for the server that runs."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from yoi_cli.api.documents.envelope import document
from yoi_cli.api.documents.runtime import RuntimeTokenDocument
from yoi_cli.api.runtimes import EmbeddedRuntime, check_worker_id
from yoi_cli.api.servers import RUNTIME, find_server
from yoi_cli.errors import UsageError
from yoi_cli.model.time import stamp
from yoi_cli.server.http.permissions import OWNER, VIEWER, WORKER, Principal
from yoi_cli.server.http.tokens import sign

if TYPE_CHECKING:
    from yoi_cli.api.session import Session


def print_token(
    *, session: Session, kind: str, worker: str | None, hours: float, as_json: bool
) -> None:
    """Print a token of `kind` for the runtime server of the session's clone.

    Raises `NotFoundError` (`server_not_running`, `worker_not_found`) and `UsageError`
    (`token_kind_invalid`).
    """
    server = find_server(session, RUNTIME)
    seconds = round(hours * 3600)
    principal = _principal(session, kind, worker)
    if principal.kind == OWNER:
        token, expires = server.token, None
    else:
        token = sign(server.token, principal, runtime_id=server.name, seconds=seconds)
        expires = stamp(round(time.time() + seconds) * 1000)
    if not as_json:
        sys.stdout.write(f"{token}\n")
        return
    said = RuntimeTokenDocument(
        token=token, kind=principal.kind, address=server.address, expires_at=expires
    )
    sys.stdout.write(document("runtime_token", said))


def _principal(session: Session, kind: str, worker: str | None) -> Principal:
    if kind == WORKER and worker is not None:
        view = EmbeddedRuntime(session).show(check_worker_id(worker))
        return Principal(WORKER, view.worker_id, view.ticket)
    if kind in (OWNER, VIEWER) and worker is None:
        return Principal(kind)
    raise UsageError(
        "token_kind_invalid",
        "There are tokens for owner, viewer and worker; one for a worker names it.",
        hint="`yoi runtime token --kind worker --worker ID`, or `--kind viewer`.",
    )
