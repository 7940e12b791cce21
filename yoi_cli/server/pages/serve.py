"""`yoi serve` with its pages, and `yoi web`, which leads a browser to them."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import TYPE_CHECKING

from yoi_cli.api.documents.envelope import document
from yoi_cli.api.servers import BACKEND, find_server
from yoi_cli.errors import NotFoundError
from yoi_cli.server.backend.new_login import new_login
from yoi_cli.server.backend.serve import Pages
from yoi_cli.server.backend.serve import serve as serve_backend
from yoi_cli.server.pages.routes import PUBLIC, page_routes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.api.documents.board import BackendDocument
    from yoi_cli.api.session import Session
    from yoi_cli.server.backend.context import BackendContext


def serve(
    *,
    session: Session,
    bind: str,
    name: str,
    token_file: str,
    token_env: str,
    max_body: int,
    behind_proxy: bool,
    hosts: tuple[str, ...],
    certificate: str,
    key: str,
) -> None:
    """Serve the session's workspace with its pages, as `serve` of the backend does."""
    serve_backend(
        session=session,
        bind=bind,
        name=name or label_of(session),
        token_file=token_file,
        token_env=token_env,
        max_body=max_body,
        behind_proxy=behind_proxy,
        hosts=hosts,
        certificate=certificate,
        key=key,
        pages=pages_of,
    )


def web(*, session: Session, bind: str, name: str, opens: bool, as_json: bool) -> None:
    """Serve the workspace's pages until it is told to end, and open them where there is a browser.

    Where a server of the workspace runs already, its pages are opened, and nothing is started.
    """
    tell = partial(_tell, opens=opens, as_json=as_json, environment=session.environment)
    try:
        find_server(session, BACKEND)
    except NotFoundError:
        pass
    else:
        tell(new_login(session))
        return
    serve_backend(
        session=session,
        bind=bind,
        name=name or label_of(session),
        token_file="",
        token_env="",
        max_body=2 << 20,
        behind_proxy=False,
        hosts=(),
        certificate="",
        key="",
        pages=pages_of,
        tell=tell,
    )


def pages_of(context: BackendContext) -> Pages:
    return Pages(page_routes(context), PUBLIC)


def label_of(session: Session) -> str:
    """What a workspace is called where nobody said: the name of its folder, and not where it is."""
    return os.path.basename(session.workspace) or "yoi"


def _tell(
    said: BackendDocument, *, opens: bool, as_json: bool, environment: Mapping[str, str]
) -> None:
    has_opened = opens and has_browser(environment) and _open(said.login)
    if as_json:
        sys.stdout.write(document("backend", said))
    elif has_opened:
        sys.stdout.write(f"The pages are open in your browser; they are at {said.address}\n")
    else:
        sys.stdout.write(f"Open this once, within a minute: {said.login}\n")
        sys.stdout.write("`yoi serve --login` prints another. Ctrl-C ends the server.\n")
    sys.stdout.flush()


def has_browser(environment: Mapping[str, str]) -> bool:
    """Whether a browser of this machine would be in front of whoever typed the command."""
    if environment.get("SSH_CONNECTION"):
        return False
    shown = environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")
    return bool(shown or environment.get("BROWSER") or sys.platform == "darwin")


def _open(address: str) -> bool:
    import webbrowser

    try:
        return webbrowser.open(address)
    except webbrowser.Error:
        return False
