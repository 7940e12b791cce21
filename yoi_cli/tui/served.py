"""The panel over a workspace that a server shows (`yoi panel --backend`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from yoi_cli.api.served import ServedWorkspace, find_place
from yoi_cli.tui.app import check_terminal, show
from yoi_cli.tui.backend.served import ServedBackend

if TYPE_CHECKING:
    from yoi_cli.api.session import Start


def run(**options: object) -> None:
    """Show what the server `backend` has, whose token `token_file` or `token_env` may name, until
    the panel is closed. Raises what `find_place` and `ServedWorkspace` raise."""
    check_terminal()
    start = cast("Start", options["start"])
    token_file, token_env = str(options["token_file"]), str(options["token_env"])
    place = find_place(start, str(options["backend"]), token_file=token_file, token_env=token_env)
    backend = ServedBackend(ServedWorkspace(place, start.environment))
    show(backend, closed_too=bool(options["closed"]))
