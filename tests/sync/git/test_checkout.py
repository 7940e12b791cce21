"""The index of a checkout after a sync: as the commit has the store, and else as it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.process import Program

from yoi_cli.sync.git.checkout import bring_index, has_tracked


def put(git: Program, repo: Path, path: str, text: str) -> None:
    (repo / path).parent.mkdir(exist_ok=True)
    (repo / path).write_text(text, encoding="utf-8")
    git("add", "--", path, cwd=repo)


def staged(git: Program, repo: Path) -> str:
    return git("ls-files", "--stage", cwd=repo).out


def test_the_index_has_what_the_commit_has_of_the_store_and_keeps_the_rest(
    git: Program, repo: Path
) -> None:
    for name in ("same", "changed", "removed"):
        put(git, repo, f".yoi/{name}", f"{name}\n")
    (repo / ".yoi" / "changed").chmod(0o755)
    git("add", "--all", cwd=repo)
    git("commit", "--quiet", "-m", "The store", cwd=repo)
    commit = git("rev-parse", "HEAD", cwd=repo).out.strip()
    meant = staged(git, repo)
    git("rm", "--quiet", "--cached", ".yoi/removed", cwd=repo)
    put(git, repo, ".yoi/changed", "otherwise\n")
    put(git, repo, ".yoi/added", "added\n")
    (repo / ".yoi" / "intended").write_text("later\n", encoding="utf-8")
    git("add", "--intent-to-add", ".yoi/intended", cwd=repo)
    put(git, repo, "outside", "mine\n")

    assert bring_index(str(repo), commit, [".yoi"])

    lines = staged(git, repo).splitlines()
    assert [line for line in lines if not line.endswith("\toutside")] == meant.splitlines()
    assert len(lines) == len(meant.splitlines()) + 1


def test_what_a_merge_left_open_in_the_store_is_as_the_commit_has_it(
    git: Program, repo: Path
) -> None:
    put(git, repo, ".yoi/a", "a\n")
    git("commit", "--quiet", "-m", "The store", cwd=repo)
    commit = git("rev-parse", "HEAD", cwd=repo).out.strip()
    meant = staged(git, repo)
    name = git("rev-parse", "HEAD:.yoi/a", cwd=repo).out.strip()
    lines = "".join(
        f"100644 {name} {stage}\t.yoi/{path}\n" for path in ("a", "b") for stage in (2, 3)
    )
    git("rm", "--quiet", "--cached", ".yoi/a", cwd=repo)
    git("update-index", "--index-info", cwd=repo, stdin=lines)

    assert bring_index(str(repo), commit, [".yoi"])

    assert staged(git, repo) == meant


def test_whether_the_store_is_tracked_is_known_until_the_index_changes(
    git: Program, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo / ".yoi").mkdir()
    (repo / ".yoi" / "a").write_text("x")
    index, note = repo / ".git" / "index", repo / ".git" / "yoi" / "tracked"

    def is_tracked(*folders: str) -> bool:
        return has_tracked(str(repo), folders, str(index), str(note))

    assert not is_tracked(".yoi")
    git("add", ".yoi", cwd=repo)
    assert is_tracked(".yoi")
    assert not note.exists(), "an index that was written just now"
    os.utime(index, (1_700_000_000, 1_700_000_000))
    monkeypatch.setattr("yoi_cli.sync.git.checkout.COARSEST_TIME_NS", -(10**9))
    assert is_tracked(".yoi")
    asked: list[object] = []
    with monkeypatch.context() as patched:
        patched.setattr("yoi_cli.sync.git.checkout.run_git", lambda *a, **_: asked.append(a))
        assert is_tracked(".yoi")
        assert not asked
        assert not is_tracked("other")
        assert asked
    git("rm", "-r", "-q", "--cached", ".yoi", cwd=repo)
    os.utime(index, (1_700_000_000, 1_700_000_000))  # which gives another time of change
    assert not is_tracked(".yoi")
    note.write_text("nothing of this")
    assert not is_tracked(".yoi")
