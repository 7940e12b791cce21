"""What a sync says of a remote: never a password."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.process import Program

from yoi_cli.errors import OperationError
from yoi_cli.git.sync_remote import GitRemote


@pytest.mark.parametrize("password", ["s3cret", "s3c@ret", "s3c/ret"])
def test_an_address_is_shown_without_the_password_in_it(
    git: Program, repo: Path, password: str
) -> None:
    git("remote", "add", "origin", f"http://ada:{password}@127.0.0.1:9/x.git", cwd=repo)
    remote = GitRemote(
        str(repo),
        "origin",
        "main",
        ref="refs/worktree/yoi/x/fetched",
        silence=30,
        may_ask=False,
        runs_hooks=False,
        hear=lambda _what, _percent: None,
    )

    with pytest.raises(OperationError) as refused:
        remote.fetch()

    said = f"{refused.value.message} {refused.value.hint} {refused.value.details}"
    assert "cannot be reached" in said
    assert "ret" not in said
