"""What kinds of files a sync carries: modes, folders, line ends, and both kinds of object names."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from support.process import Program
from support.sync_clones import OWN, Clones, NewClones

pytestmark = pytest.mark.slow


@pytest.fixture(params=[(), OWN], ids=["current", "own"])
def clones(request: pytest.FixtureRequest, new_clones: NewClones) -> Clones:
    return new_clones(request.param)


def artifacts_of(clone: Path, ticket: str) -> Path:
    return clone / ".yoi/tickets" / ticket / "artifacts"


def is_executable(path: Path) -> bool:
    return bool(path.stat().st_mode & stat.S_IXUSR)


def commits(clones: Clones, *clones_of: Path) -> set[str]:
    """What the syncs of clones that all have the same say is the commit in common."""
    return {clones.sync(clone, "--json").json["commit"] for clone in clones_of}


def test_an_executable_file_is_executable_everywhere_and_then_nothing_is_left_to_sync(
    clones: Clones, git: Program
) -> None:
    here, there = clones.clone("a"), clones.clone("b")
    old = clones.create(here, "Known to both")
    clones.sync(here)
    clones.sync(there)
    new = clones.create(here, "New")
    for ticket in (old, new):
        script = artifacts_of(here, ticket) / "check.sh"
        script.write_text("#!/bin/sh\n", encoding="utf-8")
        script.chmod(0o755)
    clones.comment(there, old, "Said there")
    clones.converge(here, there)
    for ticket in (old, new):
        for clone in (here, there):
            assert is_executable(artifacts_of(clone, ticket) / "check.sh")
    assert len(commits(clones, here, there, here, there)) == 1
    assert git("status", "--porcelain", cwd=there).out == ""
    (artifacts_of(there, old) / "check.sh").chmod(0o644)
    clones.converge(there, here)
    assert not is_executable(artifacts_of(here, old) / "check.sh")


def test_a_file_becomes_a_folder_and_a_file_again_in_every_clone(
    clones: Clones, git: Program
) -> None:
    here, there = clones.clone("a"), clones.clone("b")
    ticket = clones.create(here, "One")
    (artifacts_of(here, ticket) / "notes").write_text("a file", encoding="utf-8")
    clones.converge(here, there)
    (artifacts_of(here, ticket) / "notes").unlink()
    (artifacts_of(here, ticket) / "notes").mkdir()
    (artifacts_of(here, ticket) / "notes/one").write_text("in a folder", encoding="utf-8")
    clones.comment(there, ticket, "Said there")
    clones.converge(here, there)
    assert (artifacts_of(there, ticket) / "notes/one").read_text() == "in a folder"
    (artifacts_of(here, ticket) / "notes/one").unlink()
    (artifacts_of(here, ticket) / "notes").rmdir()
    (artifacts_of(here, ticket) / "notes").write_text("a file again", encoding="utf-8")
    clones.comment(there, ticket, "Said again")
    clones.converge(here, there)
    assert (artifacts_of(there, ticket) / "notes").read_text() == "a file again"
    assert git("status", "--porcelain", cwd=there).out == ""


def test_a_file_here_and_a_folder_there_are_left_to_a_person(clones: Clones) -> None:
    here, there = clones.clone("a"), clones.clone("b")
    ticket = clones.create(here, "One")
    clones.converge(here, there)
    (artifacts_of(here, ticket) / "notes").write_text("a file", encoding="utf-8")
    clones.sync(here)
    (artifacts_of(there, ticket) / "notes").mkdir()
    (artifacts_of(there, ticket) / "notes/one").write_text("in a folder", encoding="utf-8")
    result = clones.sync(there, "--json", check=False)
    assert (result.code, result.error["code"]) == (4, "sync_conflict")
    assert result.error["details"]["ticket"] == ticket
    assert (
        "artifacts/notes is a file on one side and a folder on the other"
        in (result.error["message"])
    )
    (artifacts_of(there, ticket) / "notes").rename(artifacts_of(there, ticket) / "more")
    clones.converge(here, there)


@pytest.fixture
def on_main(new_clones: NewClones) -> Clones:
    return new_clones(())


def test_line_ends_of_a_clone_with_autocrlf_are_no_change_of_what_others_changed(
    on_main: Clones, git: Program
) -> None:
    here = on_main.clone("a")
    attributes = here / ".yoi/.gitattributes"  # as a store of an older version has them
    lines = [line for line in attributes.read_text().splitlines(True) if "-text" not in line]
    attributes.write_text("".join(lines))
    ticket = on_main.create(here, "One")
    on_main.sync(here)
    git("clone", "--quiet", "-c", "core.autocrlf=true", "remote.git", "w", cwd=on_main.folder)
    there = on_main.folder / "w"
    assert b"\r\n" in (there / ".yoi/tickets" / ticket / "thread.md").read_bytes()
    with (here / ".yoi/ticket.config.toml").open("a", encoding="utf-8") as file:
        file.write("\n[routing]\nmax_in_progress = 2\n")
    on_main.yoi("ticket", "edit", ticket, "--message", "A new description", cwd=here)
    on_main.sync(here)
    on_main.comment(there, ticket, "Said there")
    report = on_main.sync(there, "--json").json
    assert report["conflicts"] == []
    on_main.sync(here)
    for clone in (here, there):
        shown = on_main.yoi("ticket", "show", ticket, cwd=clone).out
        assert "A new description" in shown
        assert "Said there" in shown
        assert b"max_in_progress = 2" in (clone / ".yoi/ticket.config.toml").read_bytes()
        assert git("status", "--porcelain", cwd=clone).out == ""
    sent = git("show", f"{report['commit']}:.yoi/tickets/{ticket}/thread.md", cwd=here).out
    assert "\r" not in sent


def test_a_file_whose_line_ends_attributes_change_is_brought_like_any_other(
    on_main: Clones, git: Program
) -> None:
    here, there = on_main.clone("a"), on_main.clone("b")
    ticket = on_main.create(here, "One")
    (here / ".git/info/attributes").write_text("* text=auto\n", encoding="utf-8")
    (artifacts_of(here, ticket) / "log.txt").write_bytes(b"one\r\ntwo\r\n")
    on_main.sync(here)
    on_main.sync(there)
    with (artifacts_of(there, ticket) / "log.txt").open("ab") as file:
        file.write(b"three\n")
    on_main.sync(there)
    on_main.sync(here)
    assert (artifacts_of(here, ticket) / "log.txt").read_bytes() == b"one\ntwo\nthree\n"


def test_a_removal_arrives_in_a_repository_of_sha256(
    tmp_path: Path, yoi: Program, git: Program
) -> None:
    git("init", "--quiet", "--bare", "--object-format=sha256", "remote.git", cwd=tmp_path)
    clones = Clones(tmp_path, yoi, git)
    here, there = tmp_path / "a", tmp_path / "b"
    git("init", "--quiet", "--object-format=sha256", "-b", "main", "a", cwd=tmp_path)
    git("remote", "add", "origin", "../remote.git", cwd=here)
    yoi("init", cwd=here)
    ticket = clones.create(here, "One")
    note = artifacts_of(here, ticket) / "note"
    note.write_text("a note", encoding="utf-8")
    clones.sync(here)
    git("clone", "--quiet", "remote.git", "b", cwd=tmp_path)
    note.unlink()
    clones.comment(there, ticket, "Said there")
    clones.converge(here, there)
    assert not (artifacts_of(there, ticket) / "note").exists()
    assert git("status", "--porcelain", cwd=there).out == ""
