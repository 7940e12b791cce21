"""The name that git signs with, read without git, is the one that git tells."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from support.process import Program

from yoi_cli.errors import OperationError
from yoi_cli.git.checkout import find_checkout
from yoi_cli.git.user_name import user_name

_PLAIN = [
    "[user]\n\tname = Jane Doe\n\temail = jane@example.org\n",
    "[core]\n\tbare = false\n[user]\nname=one\nname = two\n",
    "[USER]\n  Name   =   José  da   Silva  \n\n# a comment \\\n; another\n",
    "[user]\r\n\tname = Windows\r\n\temail = w@example.org\r\n",
    '[user "other"]\n\tname = of another\n[user]\n\tname = of this\n',
    '[alias]\n\tname = no\n\tx = "!f() { echo \\"[user]\\"; }; f"\n[user]\n\tname = yes=it is\n',
    "[user]\n\tname = one\n[core]\n\tname = two\n[user]\n\temail = x\n",
]
_UNUSUAL = [
    '[user]\n\tname = "Jane Doe"\n',
    '[user]\n\tname = Jane "the" Doe\n',
    "[user]\n\tname = Jane # she\n",
    "[user]\n\tname = Jane ; she\n",
    "[user]\n\tname = Jane \\\n\t Doe\n",
    "[user]\n\tname = Jane\\tDoe\n",
    "[user]\n\tname = Jane\tDoe\n",
    "[user] name = beside\n",
    "[user] # of mine\n\tname = commented\n",
    "[user]\n\tname = before\n[alias]\n\tx = a\\\n\tname = no\n",
    "\ufeff[user]\n\tname = marked\n",
    "[user]\n\tname =\n",
    "[user]\n\temail = nobody@example.org\n",
    "",
]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("GIT_CONFIG_GLOBAL", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home" / ".config" / "git").mkdir(parents=True)
    return tmp_path / "home"


def told_by_git(folder: Path) -> str:
    command = ["git", "config", "--get", "user.name"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return done.stdout.decode().removesuffix("\n")


def read(folder: Path, *, without_git: bool = False) -> str:
    with pytest.MonkeyPatch.context() as patch:
        checkout = find_checkout(str(folder))
        if without_git:
            patch.setenv("PATH", str(folder / "nothing"))
        return user_name(str(folder), checkout)


@pytest.mark.parametrize("text", [*_PLAIN, *_UNUSUAL])
def test_what_a_file_says_is_what_git_says(repo: Path, home: Path, text: str) -> None:
    (home / ".gitconfig").write_text(text, newline="")
    assert read(repo) == told_by_git(repo)


@pytest.mark.parametrize("text", _PLAIN)
def test_git_is_not_started_for_what_is_plain(repo: Path, home: Path, text: str) -> None:
    (home / ".gitconfig").write_text(text, newline="")
    assert read(repo, without_git=True) != ""


def test_files_come_in_the_order_of_git(repo: Path, home: Path) -> None:
    places = [home / ".config/git/config", home / ".gitconfig", repo / ".git/config"]
    for number, path in enumerate(places):
        with path.open("a") as file:
            file.write(f"[user]\n\tname = {number}\n")
        assert read(repo, without_git=True) == told_by_git(repo) == str(number)


@pytest.mark.parametrize("where", ["home", "clone"])
def test_files_that_are_included_count(repo: Path, home: Path, where: str) -> None:
    (home / "more").write_text("[user]\n\tname = included\n")
    (home / ".gitconfig").write_text("[user]\n\tname = before\n")
    path = home / ".gitconfig" if where == "home" else repo / ".git/config"
    for section in ("[include]", f'[includeIf "gitdir:{repo}/"]'):
        with path.open("a") as file:
            file.write(f"{section}\n\tpath = {home}/more\n")
        assert read(repo) == told_by_git(repo) == "included"


def test_a_worktree_has_its_own_name_where_git_says_so(
    repo: Path, home: Path, git: Program
) -> None:
    (home / ".gitconfig").write_text("[user]\n\tname = of all\n")
    (repo / ".git" / "config.worktree").write_text("[user]\n\tname = of this\n")
    assert read(repo) == told_by_git(repo) == "of all"
    git("config", "extensions.worktreeConfig", "true")
    assert read(repo) == told_by_git(repo) == "of this"


def test_variables_of_git_count(repo: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / ".gitconfig").write_text("[user]\n\tname = of home\n")
    (home / "other").write_text("[user]\n\tname = of another\n")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "the last")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "other"))
    assert read(repo, without_git=True) == "of another"
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "")
    assert read(repo) == "the last"
    for name, value in (("COUNT", "1"), ("KEY_0", "user.name"), ("VALUE_0", "of a variable")):
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    assert read(repo) == "of a variable"


def test_a_file_that_git_cannot_read_is_an_error_and_nobody_waits_for_a_pipe(
    repo: Path, home: Path
) -> None:
    with (repo / ".git/config").open("a") as file:
        file.write("[broken\n")
    with pytest.raises(OperationError, match="bad config line"):
        read(repo)
    os.mkfifo(home / ".gitconfig")
    (repo / ".git/config").write_text("[user]\n\tname = of this\n")
    assert read(repo, without_git=True) == "of this"
