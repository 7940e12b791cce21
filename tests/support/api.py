"""Sessions as a surface opens them."""

from __future__ import annotations

import os
from pathlib import Path

from yoi_cli.api.session import Session, Start, open_session


def start_at(folder: Path, **variables: str) -> Start:
    environment = {**os.environ, "YOI_AUTHOR": "Ada Example", **variables}
    return Start(str(folder), False, "a test", environment)


def session_at(folder: Path, **variables: str) -> Session:
    return open_session(start_at(folder, **variables))
