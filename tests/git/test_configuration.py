"""The configuration read at once says what git says key by key."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.process import Program

from yoi_cli.git.command import look_up
from yoi_cli.git.configuration import read_configuration
from yoi_cli.git.plain_refs import branch_named

ODD = """
[user]
	name = First
[User]
	NAME = "Last # one"
	email
[branch "a.b=c"]
	remote = x y
	merge = refs/heads/a.b=c
[branch "lines"]
	remote = "two\\nlines"
[remote "a.b"]
	url = one
	url = two
[remote]
	pushDefault = nothing
[remote "été=\\"x\\""]
	prune = true
[core]
	sshCommand =
"""
KEYS = (
    *("user.name", "user.email", "user.nothing", "core.sshcommand", "branch.lines.remote"),
    *("branch.a.b=c.remote", "branch.a.b=c.merge", "remote.a.b.url", "core.bare"),
)


def test_every_key_has_the_value_that_git_gives_for_it(git: Program, repo: Path) -> None:
    with (repo / ".git/config").open("a", encoding="utf-8") as file:
        file.write(ODD)
    (repo / "more").write_text("[user]\n\tname = Included\n", encoding="utf-8")
    git("config", "include.path", str(repo / "more"), cwd=repo)

    found = read_configuration(str(repo))

    assert found.get("user.name") == "Included"
    for key in KEYS:
        assert found.get(key) == look_up(["config", "--get", key], cwd=str(repo)), key
    assert found.remotes == ("a.b", 'été="x"')
    assert list(found.remotes) == git("remote", cwd=repo).out.splitlines()


def test_the_branch_is_read_from_head_where_git_would_say_the_same(
    git: Program, repo: Path
) -> None:
    git_dir = str(repo / ".git")
    assert branch_named(git_dir, git_dir) == "main"
    git("switch", "--quiet", "--orphan", "not/made", cwd=repo)
    assert branch_named(git_dir, git_dir) == "not/made"
    git("symbolic-ref", "refs/heads/alias", "refs/heads/main", cwd=repo)
    git("symbolic-ref", "HEAD", "refs/heads/alias", cwd=repo)
    assert branch_named(git_dir, git_dir) is None
    git("checkout", "--quiet", "--detach", "main", cwd=repo)
    assert branch_named(git_dir, git_dir) is None


@pytest.mark.parametrize("head", ["", "ref: refs/heads/", "ref: refs/heads/.invalid", "x" * 40])
def test_a_head_that_names_no_branch_is_left_to_git(tmp_path: Path, head: str) -> None:
    (tmp_path / "HEAD").write_text(head, encoding="utf-8")
    assert branch_named(str(tmp_path), str(tmp_path)) is None
