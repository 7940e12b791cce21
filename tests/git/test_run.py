"""Asking git."""

from __future__ import annotations

from pathlib import Path

import pytest

from yoi_cli.errors import OperationError
from yoi_cli.git.place import Place


def test_a_git_that_a_signal_ended_has_given_no_answer(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(str(repo), str(repo / ".git"))
    assert place.commit_of("HEAD") is not None
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "git").write_text("#!/bin/sh\nkill -INT $$\n")
    (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    with pytest.raises(OperationError) as error:
        place.commit_of("HEAD")
    assert error.value.code == "git_ended"
