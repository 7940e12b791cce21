"""Who would commit with an environment, and whether the signature can be made."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.process import Program

from yoi_cli.git.identity import commit_problem, identity_of

pytestmark = pytest.mark.process


def worker(tmp_path: Path, env: dict[str, str], config: str) -> dict[str, str]:
    """An environment whose home has nothing but `config` for git."""
    home = tmp_path / "home-of-worker"
    home.mkdir()
    (home / ".gitconfig").write_text(config)
    return {"PATH": env["PATH"], "HOME": str(home)}


def test_who_has_no_identity_cannot_commit(tmp_path: Path, repo: Path, env: dict[str, str]) -> None:
    alone = worker(tmp_path, env, "[user]\nuseConfigOnly = true\n")
    found = commit_problem(str(repo), alone)
    assert found is not None
    assert found.code == "identity_missing"
    assert identity_of(str(repo), alone) == {}


def test_an_identity_may_come_by_configuration_or_by_variables(
    tmp_path: Path, repo: Path, env: dict[str, str]
) -> None:
    ada = worker(tmp_path, env, "[user]\nname = Ada <L>\nemail = ada@example.org\n")
    assert commit_problem(str(repo), ada) is None
    by_variables = {**ada, "GIT_AUTHOR_NAME": "Grace", "GIT_AUTHOR_EMAIL": "g@example.org"}
    assert identity_of(str(repo), by_variables) == {
        "GIT_AUTHOR_NAME": "Grace",
        "GIT_AUTHOR_EMAIL": "g@example.org",
        "GIT_COMMITTER_NAME": "Ada L",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
    }


def test_a_signature_is_tried_and_leaves_nothing_behind(
    tmp_path: Path, repo: Path, git: Program, env: dict[str, str]
) -> None:
    who = "[user]\nname = Ada\nemail = ada@example.org\nsigningKey = nobody\n"
    signer = tmp_path / "signer"
    signs = f"[commit]\ngpgSign = yes\n[gpg]\nprogram = {signer}\n"
    ada = worker(tmp_path, env, who + signs)
    git("commit", "--quiet", "--allow-empty", "-m", "One")
    before = git("count-objects", "-v").out
    found = commit_problem(str(repo), ada)
    assert found is not None
    assert found.code == "signing_failed"
    signer.write_text(
        "#!/bin/sh\ncat > /dev/null\nprintf '\\n[GNUPG:] SIG_CREATED ' >&2\necho signed\n"
    )
    signer.chmod(0o755)
    assert commit_problem(str(repo), ada) is None
    assert git("count-objects", "-v").out == before
