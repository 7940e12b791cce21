"""What a sync says of a remote: never a password."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.process import Program

from yoi_cli.errors import OperationError
from yoi_cli.sync.git.remote import GitRemote


def remote_of(repo: Path, branch: str) -> GitRemote:
    return GitRemote(
        str(repo),
        "origin",
        branch,
        ref="refs/worktree/yoi/x/fetched",
        silence=30,
        may_ask=False,
        runs_hooks=False,
        hear=lambda _what, _percent: None,
    )


@pytest.mark.parametrize("password", ["s3cret", "s3c@ret", "s3c/ret"])
def test_an_address_is_shown_without_the_password_in_it(
    git: Program, repo: Path, password: str
) -> None:
    git("remote", "add", "origin", f"http://ada:{password}@127.0.0.1:9/x.git", cwd=repo)

    with pytest.raises(OperationError) as refused:
        remote_of(repo, "main").fetch()

    said = f"{refused.value.message} {refused.value.hint} {refused.value.details}"
    assert "cannot be reached" in said
    assert "ret" not in said


@pytest.fixture
def shared(git: Program, repo: Path, tmp_path: Path) -> Path:
    """A bare repository that is the remote of `repo`, with its commit on main."""
    git("init", "--quiet", "--bare", "shared.git", cwd=tmp_path)
    git("remote", "add", "origin", str(tmp_path / "shared.git"), cwd=repo)
    git("push", "--quiet", "origin", "HEAD:refs/heads/main", cwd=repo)
    return tmp_path / "shared.git"


def test_a_push_waits_for_one_that_still_holds_the_branch(
    git: Program, repo: Path, shared: Path
) -> None:
    remote = remote_of(repo, "main")
    seen = remote.fetch()
    git("commit", "--quiet", "--allow-empty", "--message", "More", cwd=repo)
    more = git("rev-parse", "HEAD", cwd=repo).out.strip()
    lock = shared / "refs/heads/main.lock"
    lock.touch()
    # The other push ends when ours was turned away once.
    hook = shared / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n[ -e {shared}/tried ] && rm -f {lock}\ntouch {shared}/tried\n")
    hook.chmod(0o755)

    assert remote.push(more, seen)
    assert git("rev-parse", "main", cwd=shared).out.strip() == more


def test_a_branch_that_stays_locked_is_a_refusal_that_says_so(
    git: Program, repo: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yoi_cli.sync.git.remote._LOCK_PAUSE", 0)
    remote = remote_of(repo, "main")
    seen = remote.fetch()
    git("commit", "--quiet", "--allow-empty", "--message", "More", cwd=repo)
    (shared / "refs/heads/main.lock").touch()

    with pytest.raises(OperationError, match="cannot lock ref") as refused:
        remote.push(git("rev-parse", "HEAD", cwd=repo).out.strip(), seen)
    assert refused.value.code == "push_refused"


def test_the_way_to_the_remote_is_the_one_that_the_environment_tells_git(
    git: Program, repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("remote", "add", "origin", "ssh://ada@example.invalid:2222/x.git", cwd=repo)
    ssh = tmp_path / "ssh"
    ssh.write_text(f'#!/bin/sh\necho "$@" >{tmp_path}/asked\nexit 1\n')
    ssh.chmod(0o755)
    monkeypatch.setenv("GIT_SSH", str(ssh))
    monkeypatch.setenv("GIT_SSH_VARIANT", "plink")

    with pytest.raises(OperationError):
        remote_of(repo, "main").fetch()
    assert (tmp_path / "asked").read_text().startswith("-P 2222 ada@example.invalid")


@pytest.mark.parametrize("branch", ["a\u2028b", "a\u0085b", 'a"b', "$(x)"])
def test_a_branch_with_an_odd_name_is_found(
    git: Program, repo: Path, shared: Path, branch: str
) -> None:
    head = git("rev-parse", "HEAD", cwd=repo).out.strip()
    remote = remote_of(repo, branch)
    assert remote.push(head, None)
    assert remote.fetch() == head
