"""Sessions as a surface opens them."""

from __future__ import annotations

import os
from pathlib import Path

from yoi_cli.api.session import Session, Start, open_session


def start_at(folder: Path) -> Start:
    return Start(str(folder), False, "a test", {**os.environ, "YOI_AUTHOR": "Ada Example"})


def session_at(folder: Path) -> Session:
    return open_session(start_at(folder))
