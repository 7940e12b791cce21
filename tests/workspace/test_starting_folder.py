"""Where a command starts from, and what is said where that is no folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from yoi_cli.errors import NotFoundError
from yoi_cli.workspace.start import Start, starting_folder


def start(folder: str | None) -> Start:
    return Start(folder, False, "list", {})


def test_a_folder_that_is_gone_is_told_as_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(NotFoundError, match="The folder that you stand in is gone"):
        starting_folder(start(None))


def test_a_folder_that_was_named_is_named_in_the_refusal(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"no folder '.*/none'"):
        starting_folder(start(str(tmp_path / "none")))
