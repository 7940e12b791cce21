"""A session: a workspace that was found, and what works on it (docs/api.md)."""

from __future__ import annotations

from yoi_cli.workspace.session import Session as Session
from yoi_cli.workspace.session import open_session as open_session
from yoi_cli.workspace.start import Start as Start
from yoi_cli.workspace.start import starting_folder as starting_folder
