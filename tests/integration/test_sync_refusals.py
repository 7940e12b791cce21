"""What `yoi sync` does not do, and how it says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.file_stores import fingerprint
from support.sync_clones import OWN, Clones, NewClones


@pytest.fixture
def clones(new_clones: NewClones) -> Clones:
    return new_clones(())


@pytest.fixture
def own(new_clones: NewClones) -> Clones:
    """Clones whose store has a branch of its own."""
    return new_clones(OWN)


def commit(clones: Clones, clone: Path, name: str) -> None:
    (clone / name).write_text(name, encoding="utf-8")
    clones.git("add", name, cwd=clone)
    clones.git("commit", "--quiet", "--message", f"Write {name}", cwd=clone)


def heads(clones: Clones) -> str:
    return clones.git("for-each-ref", cwd=clones.folder / "remote.git").out


def refused(clones: Clones, clone: Path, *more: str) -> tuple[int, str]:
    result = clones.sync(clone, "--json", *more, check=False)
    return result.code, result.error["code"]


def test_commits_of_code_are_never_pushed_yet_what_others_sent_arrives(clones: Clones) -> None:
    here, there = clones.clone("a"), clones.clone("b")
    theirs = clones.create(there, "From there")
    clones.sync(there)
    commit(clones, here, "code.py")
    clones.create(here, "From here")
    before = heads(clones)
    result = clones.sync(here, "--json", check=False)
    assert (result.code, result.error["code"]) == (4, "sync_ahead")
    assert [one["subject"] for one in result.error["details"]["commits"]] == ["Write code.py"]
    assert heads(clones) == before
    assert "From there" in clones.thread(here, theirs) or (here / ".yoi/tickets" / theirs).is_dir()
    clones.git("push", "--quiet", cwd=here)
    clones.converge(here)


def test_code_that_others_pushed_is_never_brought_but_can_be_pulled(clones: Clones) -> None:
    here, there = clones.clone("a"), clones.clone("b")
    commit(clones, there, "code.py")
    clones.git("push", "--quiet", cwd=there)
    clones.create(there, "From there")
    clones.sync(there)
    clones.create(here, "From here")
    before = heads(clones)
    head = clones.git("rev-parse", "HEAD", cwd=here).out
    dry = clones.sync(here, "--dry-run", "--json", check=False)
    assert dry.error["message"].endswith("which are not here. Nothing was sent.")
    assert clones.git("rev-parse", "HEAD", cwd=here).out == head
    assert refused(clones, here) == (4, "sync_behind")
    assert heads(clones) == before
    assert not (here / "code.py").exists()
    clones.git("pull", "--quiet", "--no-rebase", "--no-edit", cwd=here)
    clones.sync(here)
    clones.converge(here)
    assert (here / "code.py").exists()


def test_commits_of_code_do_not_matter_where_the_store_has_its_own_branch(own: Clones) -> None:
    here, there = own.clone("a"), own.clone("b")
    own.create(there, "From there")
    own.sync(there)
    commit(own, here, "code.py")
    main = own.git("rev-parse", "main", cwd=own.folder / "remote.git").out
    own.create(here, "From here")
    own.converge(here, there)
    assert own.git("rev-parse", "main", cwd=own.folder / "remote.git").out == main
    assert own.git("rev-parse", "--abbrev-ref", "HEAD", cwd=here).out == "main\n"
    names = own.git("ls-tree", "--name-only", "yoi", cwd=own.folder / "remote.git").out
    assert names == ".yoi\n"
    assert own.git("status", "--porcelain", cwd=here).out == ""


def test_the_branch_of_the_settings_may_be_the_one_that_is_checked_out(own: Clones) -> None:
    here, there = own.clone("a"), own.clone("b")
    own.create(here, "One")
    own.sync(here)
    own.git("fetch", "--quiet", cwd=there)
    own.git("worktree", "add", "--quiet", "../store", "yoi", cwd=there)
    store = own.folder / "store"
    own.yoi("--here", "ticket", "create", "--title", "Two", "-m", "y", cwd=store)
    own.yoi("--here", "sync", "--branch", "yoi", cwd=store)
    own.sync(here)
    assert len(own.yoi("ticket", "list", "--json", cwd=here).json["tickets"]) == 2
    assert own.git("status", "--porcelain", cwd=store).out == ""


def test_a_ticket_whose_folder_is_gone_is_put_back(own: Clones) -> None:
    here = own.clone("a")
    ticket = own.create(here, "One")
    own.sync(here)
    before = fingerprint(here / ".yoi")
    folder = here / ".yoi/tickets" / ticket
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()
    assert own.sync(here, "--json").json["put_back"] == [ticket]
    assert fingerprint(here / ".yoi") == before


def test_an_older_version_of_a_ticket_takes_nothing_back(own: Clones) -> None:
    here, there = own.clone("a"), own.clone("b")
    ticket = own.create(here, "One")
    folder = here / ".yoi/tickets" / ticket
    old = {name: (folder / name).read_bytes() for name in ("item.md", "thread.md")}
    own.yoi("ticket", "state", ticket, "ready", cwd=here)
    own.yoi("ticket", "edit", ticket, "--priority", "P0", cwd=here)
    own.sync(here)
    before = fingerprint(here / ".yoi")
    for name, data in old.items():
        (folder / name).write_bytes(data)
    assert own.sync(here, "--json").json["put_back"] == [ticket]
    assert fingerprint(here / ".yoi") == before
    own.sync(there)
    assert fingerprint(there / ".yoi/tickets") == fingerprint(here / ".yoi/tickets")


def test_settings_that_both_sides_changed_are_left_to_a_person(clones: Clones) -> None:
    here, there = clones.clone("a"), clones.clone("b")
    for number, clone in enumerate((here, there), 1):
        with (clone / ".yoi/ticket.config.toml").open("a", encoding="utf-8") as file:
            file.write(f"\n[routing]\nmax_in_progress = {number}\n")
    clones.sync(there)
    before = (heads(clones), fingerprint(here / ".yoi"))
    result = clones.sync(here, "--json", check=False)
    assert (result.code, result.error["code"]) == (4, "sync_conflict")
    assert result.error["details"]["path"] == ".yoi/ticket.config.toml"
    assert (heads(clones), fingerprint(here / ".yoi")) == before
    theirs = (there / ".yoi/ticket.config.toml").read_bytes()
    (here / ".yoi/ticket.config.toml").write_bytes(theirs)
    clones.converge(here, there)


def test_a_ticket_that_cannot_be_merged_is_named(clones: Clones) -> None:
    here, there = clones.clone("a"), clones.clone("b")
    ticket = clones.create(here, "One")
    clones.sync(here)
    clones.sync(there)
    clones.comment(there, ticket, "Said there")
    clones.sync(there)
    item = here / ".yoi/tickets" / ticket / "item.md"
    item.write_text("---\ntitle: [\n---\n", encoding="utf-8")
    before = heads(clones)
    result = clones.sync(here, "--json", check=False)
    assert (result.code, result.error["code"]) == (4, "sync_conflict")
    assert result.error["details"]["ticket"] == ticket
    assert heads(clones) == before


def test_a_link_that_the_remote_has_in_the_store_is_not_taken_over(
    clones: Clones, tmp_path: Path
) -> None:
    here, there = clones.clone("a"), clones.clone("b")
    ticket = clones.create(there, "One")
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    (there / ".yoi/tickets" / ticket / "artifacts/link").symlink_to(tmp_path / "secret")
    clones.git("add", ".", cwd=there)
    clones.git("commit", "--quiet", "--message", "A link", cwd=there)
    clones.git("push", "--quiet", cwd=there)
    assert refused(clones, here) == (6, "path_unsafe")
    assert not list((here / ".yoi/tickets").glob("*/artifacts/link"))


def test_what_is_local_or_a_link_is_never_sent(own: Clones) -> None:
    here = own.clone("a")
    ticket = own.create(here, "One")
    artifacts = here / ".yoi/tickets" / ticket / "artifacts"
    (artifacts / "note.txt").write_text("shared", encoding="utf-8")
    (artifacts / ".torn").mkdir()
    (artifacts / ".torn/thread-1").write_text("torn", encoding="utf-8")
    (artifacts / "link").symlink_to("/etc/passwd")
    (here / ".yoi/local").mkdir()
    (here / ".yoi/local/claims").write_text("mine", encoding="utf-8")
    (here / ".yoi/token.secret").write_text("mine", encoding="utf-8")
    commit_ = own.sync(here, "--json").json["commit"]
    sent = own.git("ls-tree", "-r", "--name-only", commit_, cwd=here).out.splitlines()
    assert sorted(path.removeprefix(f".yoi/tickets/{ticket}/") for path in sent) == [
        ".yoi/.gitattributes",
        ".yoi/.gitignore",
        ".yoi/ticket.config.toml",
        ".yoi/tickets/.gitkeep",
        ".yoi/workspace.toml",
        "artifacts/.gitkeep",
        "artifacts/note.txt",
        "item.md",
        "thread.md",
    ]


def test_a_commit_is_signed_where_git_knows_no_name(own: Clones) -> None:
    here = own.clone("a")
    own.create(here, "One")
    own.git("config", "user.name", "", cwd=here)
    own.git("config", "user.email", "", cwd=here)
    commit_ = own.sync(here, "--json", env={"YOI_AUTHOR": "grace"}).json["commit"]
    signed = own.git("show", "--no-patch", "--format=%an <%ae>", commit_, cwd=here).out
    assert signed == "grace <yoi@localhost>\n"


def test_hooks_do_not_run_unless_the_settings_say_so(own: Clones, tmp_path: Path) -> None:
    here = own.clone("a")
    hook = here / ".git/hooks/pre-push"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/hook-ran\n", encoding="utf-8")
    hook.chmod(0o755)
    own.create(here, "One")
    own.sync(here)
    assert not (tmp_path / "hook-ran").exists()
    with (here / ".yoi/ticket.config.toml").open("a", encoding="utf-8") as file:
        file.write("run_hooks = true\n")
    own.sync(here)
    assert (tmp_path / "hook-ran").exists()


def test_a_push_that_the_remote_declines_is_an_error_after_the_store_was_brought(
    own: Clones,
) -> None:
    here, there = own.clone("a"), own.clone("b")
    theirs = own.create(there, "From there")
    own.sync(there)
    own.create(here, "From here")
    hook = own.folder / "remote.git/hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho protected\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    result = own.sync(here, "--json", check=False)
    assert (result.code, result.error["code"]) == (1, "push_refused")
    assert "protected" in result.error["message"]
    assert (here / ".yoi/tickets" / theirs).is_dir()
    hook.unlink()
    own.converge(here, there)


def test_a_checkout_that_is_not_fit_for_it_is_refused(clones: Clones, tmp_path: Path) -> None:
    here = clones.clone("a")
    assert refused(clones, here, "--remote", "nowhere") == (3, "remote_not_found")
    address = "https://ada:s3cret@example.invalid/x.git"
    result = clones.sync(here, "--json", "--remote", address, check=False)
    assert (result.code, result.error["code"]) == (3, "remote_not_found")
    assert "s3cret" not in result.out + result.err
    assert refused(clones, here, "--branch", "-x") == (2, "branch_invalid")
    (here / ".git/MERGE_HEAD").write_text("0" * 40, encoding="utf-8")
    assert refused(clones, here) == (4, "git_unfinished")
    (here / ".git/MERGE_HEAD").unlink()
    clones.git("switch", "--quiet", "--detach", cwd=here)
    assert refused(clones, here) == (4, "sync_detached")
    clones.git("switch", "--quiet", "main", cwd=here)
    clones.git("remote", "set-url", "origin", str(tmp_path / "gone.git"), cwd=here)
    assert refused(clones, here) == (1, "remote_unreachable")
    clones.git("remote", "remove", "origin", cwd=here)
    assert refused(clones, here) == (3, "sync_no_remote")
    alone = tmp_path / "alone"
    alone.mkdir()
    clones.yoi("init", cwd=alone)
    assert refused(clones, alone) == (3, "sync_no_repository")


def test_a_remote_that_says_nothing_is_given_up_and_nothing_goes_on(
    clones: Clones, tmp_path: Path
) -> None:
    here = clones.clone("a")
    silent = tmp_path / "silent"
    silent.write_text("#!/bin/sh\nexec sleep 60\n", encoding="utf-8")
    silent.chmod(0o755)
    clones.git("config", "remote.origin.url", "ssh://nobody@example.invalid/x", cwd=here)
    with (here / ".yoi/ticket.config.toml").open("a", encoding="utf-8") as file:
        file.write("\n[sync]\ntimeout = 0.5\n")
    result = clones.sync(here, "--json", check=False, env={"GIT_SSH": str(silent)})
    assert (result.code, result.error["code"]) == (1, "remote_timeout")


def test_the_first_push_makes_the_branch_even_in_a_repository_without_a_commit(
    clones: Clones, tmp_path: Path
) -> None:
    clones.git("init", "--quiet", "--bare", "empty.git", cwd=tmp_path)
    clones.git("clone", "--quiet", "empty.git", "new", cwd=tmp_path)
    new = tmp_path / "new"
    (new / "code.py").write_text("code", encoding="utf-8")
    clones.git("add", "code.py", cwd=new)
    clones.yoi("init", cwd=new)
    clones.create(new, "One")
    assert clones.sync(new, "--json").json["pushed"]
    assert clones.git("diff", "--cached", "--name-only", cwd=new).out == "code.py\n"
    other = tmp_path / "other"
    clones.git("clone", "--quiet", "empty.git", "other", cwd=tmp_path)
    assert len(clones.yoi("ticket", "list", "--json", cwd=other).json["tickets"]) == 1


def test_a_shallow_clone_syncs_or_says_what_it_lacks(clones: Clones, tmp_path: Path) -> None:
    url = f"file://{tmp_path}/remote.git"
    clones.git("clone", "--quiet", "--depth", "1", url, "cut", cwd=tmp_path)
    cut, there = tmp_path / "cut", clones.clone("b")
    clones.create(there, "From there")
    clones.sync(there)
    clones.create(cut, "From the shallow one")
    clones.sync(cut)
    clones.converge(cut, there)


def test_a_store_in_a_folder_of_the_repository_syncs_that_folder(
    clones: Clones, tmp_path: Path
) -> None:
    here = clones.clone("a")
    part = here / "services/mail"
    part.mkdir(parents=True)
    clones.yoi("init", cwd=part)
    ticket = clones.create(part, "About mail")
    commit_ = clones.sync(part, "--branch", "mail", "--json").json["commit"]
    sent = clones.git("ls-tree", "-r", "--name-only", commit_, cwd=here).out
    assert f"services/mail/.yoi/tickets/{ticket}/item.md" in sent
    assert all(line.startswith("services/mail/.yoi/") for line in sent.splitlines())
