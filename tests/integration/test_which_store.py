"""One store, whatever the layout of the repository and wherever a command starts
(docs/worktrees.md, "Which store")."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.layouts import LAYOUTS, Layout, make_layout
from support.process import Program

CONFIG = '''
[profiles.coder]
command = ["sh", "-c", """
echo x > made && git add made && git commit -qm Made
yoi ticket comment $YOI_TICKET -m 'from the coder'"""]
[profiles.reviewer]
command = ["echo", "YOI-REVIEW: approve"]
[roles]
coder.profile = "coder"
reviewer.profile = "reviewer"
[orchestration]
validate = [["sh", "-c", "yoi ticket comment $YOI_TICKET -m 'from the validation'"]]
'''


@pytest.fixture(params=list(LAYOUTS))
def layout(request: pytest.FixtureRequest, yoi: Program, git: Program, tmp_path: Path) -> Layout:
    return make_layout(request.param, yoi, git, tmp_path / "base")


def test_a_linked_worktree_uses_the_store_that_init_was_run_in(layout: Layout) -> None:
    ticket = layout.ticket()
    layout.commit_store()
    linked = layout.linked("other")
    place = layout.within(linked)

    assert layout.yoi("where", "--json", cwd=place).json["workspace"] == str(layout.workspace)
    layout.yoi("ticket", "comment", ticket, "-m", "from the other worktree", cwd=place)
    assert "from the other worktree" in layout.thread(ticket)
    for state in ("ready", "queued"):
        layout.yoi("ticket", "state", ticket, state, cwd=place)
    layout.yoi("claim", ticket, cwd=place)
    for folder in (layout.workspace, place):
        claims = layout.yoi("claims", "--json", cwd=folder).json["claims"]
        assert [one["ticket"] for one in claims] == [ticket]
    assert ticket in layout.yoi("route", cwd=place).out


def test_hooks_and_workers_in_a_tickets_worktree_reach_that_store(layout: Layout) -> None:
    ticket = layout.ticket()
    layout.commit_store()
    layout.yoi("hook", "install", cwd=layout.workspace)
    layout.yoi("worktree", "add", ticket, cwd=layout.workspace)
    tree = next((layout.top / ".worktree").iterdir())
    layout.git("commit", "--quiet", "--allow-empty", "--message", "Work", cwd=tree)
    assert "event: commit" in layout.thread(ticket)

    command = 'yoi ticket comment "$YOI_TICKET" -m "from the worker"'
    spawn = ("worker", "spawn", "--ticket", ticket, "--", "sh", "-c", command)
    worker = layout.created(layout.yoi(*spawn, cwd=layout.workspace))
    layout.yoi("worker", "wait", "--timeout", "30", worker, cwd=tree)
    assert "from the worker" in layout.thread(ticket)
    listed = layout.yoi("worktree", "list", "--json", cwd=tree).json["worktrees"]
    assert ticket in [one["worktree"]["ticket"] for one in listed]


# What a run does it does through the commands of the tests around this one: those two layouts
# have between them all that the others have.
@pytest.mark.parametrize("layout", ["submodule", "bare, subfolder"], indirect=True)
def test_orchestrated_work_reaches_that_store(layout: Layout) -> None:
    with (layout.workspace / ".yoi/ticket.config.toml").open("a", encoding="utf-8") as file:
        file.write(CONFIG)
    ticket = layout.ticket()
    layout.yoi("ticket", "state", ticket, "ready", cwd=layout.workspace)
    layout.yoi("ticket", "state", ticket, "queued", cwd=layout.workspace)
    layout.commit_store()
    layout.yoi("orchestrate", cwd=layout.workspace)
    said = layout.thread(ticket)
    assert "from the coder" in said
    assert "from the validation" in said
    assert layout.yoi("ticket", "state", ticket, cwd=layout.workspace).out.split()[2] in (
        "done",
        "closed",
    )


def test_sync_and_merges_work_on_that_store(layout: Layout, tmp_path: Path) -> None:
    ticket = layout.ticket()
    layout.commit_store()
    layout.git("init", "--quiet", "--bare", str(tmp_path / "hub"), cwd=tmp_path)
    layout.git("remote", "remove", "origin", cwd=layout.top, check=False)
    layout.git("remote", "add", "origin", str(tmp_path / "hub"), cwd=layout.top)
    place = layout.within(layout.linked("other"))
    layout.git("push", "--quiet", "origin", "HEAD:main", cwd=layout.top)
    layout.yoi("ticket", "comment", ticket, "-m", "to be sent", cwd=place)
    layout.yoi("sync", cwd=place)
    sent = layout.workspace.relative_to(layout.top) / ".yoi/tickets" / ticket
    path = f"main:{(sent / 'thread.md').as_posix()}"
    assert "to be sent" in layout.git("show", path, cwd=tmp_path / "hub").out

    own = place / ".yoi/tickets" / ticket / "thread.md"
    layout.yoi("--here", "ticket", "comment", ticket, "-m", "on the branch", cwd=place)
    assert "on the branch" in own.read_text(encoding="utf-8")
    layout.git("commit", "--quiet", "--all", "--message", "There", cwd=place)
    layout.yoi("ticket", "comment", ticket, "-m", "in the main one", cwd=layout.workspace)
    layout.git("commit", "--quiet", "--all", "--message", "Here", cwd=layout.top)
    layout.git("merge", "--quiet", "--no-edit", "other", cwd=layout.top)
    said = layout.thread(ticket)
    assert "on the branch" in said
    assert "in the main one" in said
    assert "<<<<" not in said


def test_each_of_two_workspaces_in_a_repository_gets_what_its_hooks_tell(
    yoi: Program, git: Program, repo: Path
) -> None:
    yoi("hook", "install", cwd=repo, check=False)
    made = []
    for name in ("api", "web"):
        (repo / name).mkdir()
        yoi("init", cwd=repo / name)
        ticket = yoi("ticket", "create", "-t", name, "-m", "x", cwd=repo / name).out.split()[1]
        made.append(Layout(repo / name, repo, yoi, git))
        yoi("hook", "install", cwd=repo / name)
        made[-1].commit_store()
        trailer = f"Work\n\nTicket: {ticket}"
        git("commit", "--quiet", "--allow-empty", "--message", trailer, cwd=repo)
        assert "event: commit" in made[-1].thread(ticket)
        yoi("worktree", "add", ticket, cwd=repo / name)
        tree = next(path for path in (repo / ".worktree").iterdir() if ticket in path.name)
        git("commit", "--quiet", "--allow-empty", "--message", "There", cwd=tree)
        assert made[-1].thread(ticket).count("event: commit") == 2
    refused = git(
        *("commit", "--allow-empty", "--message", "Work\n\nTicket: 0000000000000"),
        cwd=repo,
        check=False,
    )
    assert "trailer_unknown" in refused.err


def test_a_worktree_of_a_bare_repository_says_so_where_nobody_said_which_store_is_meant(
    yoi: Program, git: Program, tmp_path: Path
) -> None:
    layout = make_layout("bare", yoi, git, tmp_path / "base")
    ticket = layout.ticket()
    layout.commit_store()
    other = layout.linked("other")
    (layout.top.parent / ".git/yoi/checkout").unlink()  # as in a clone without `yoi init`
    for place in (layout.workspace, other):
        told = yoi("ticket", "comment", ticket, "-m", "lost?", cwd=place, check=False)
        assert (told.code, "store_ambiguous" in told.err) == (4, True)
        yoi("--here", "ticket", "show", ticket, cwd=place)
    yoi("init", cwd=layout.workspace)
    yoi("ticket", "comment", ticket, "-m", "found", cwd=other)
    assert "found" in layout.thread(ticket)
    told = yoi("init", cwd=other, check=False)
    assert (told.code, "workspace_elsewhere" in told.err) == (4, True)


@pytest.mark.parametrize("way", ["sparse", "gone", "not checked out"])
def test_a_workspace_that_git_has_is_not_made_anew(
    yoi: Program, git: Program, workspace: Path, tmp_path: Path, way: str
) -> None:
    git("add", "--all", cwd=workspace)
    git("commit", "--quiet", "--message", "Store", cwd=workspace)
    clone = tmp_path / "clone"
    options = ("--no-checkout",) if way == "not checked out" else ()
    git("clone", "--quiet", *options, str(workspace), str(clone), cwd=tmp_path)
    (clone / "src").mkdir()
    if way == "sparse":
        git("sparse-checkout", "set", "src", cwd=clone)
    if way == "gone":
        shutil.rmtree(clone / ".yoi")
    for command in (("ticket", "list"), ("init",)):
        for place in (clone, clone / "src"):
            if command == ("init",) and place.name == "src":
                continue  # a workspace of its own
            told = yoi(*command, cwd=place, check=False)
            assert (told.code, "workspace_not_checked_out" in told.err) == (3, True)
    assert not (clone / ".yoi").exists()
    hint = told.err.partition("`")[2].partition("`")[0].split()
    git(*hint[1:], cwd=clone)
    yoi("ticket", "list", cwd=clone)
    assert "written\t.yoi" not in yoi("init", cwd=clone).out


def test_a_store_that_only_a_copy_in_a_worktree_has_is_not_written_to_in_silence(
    yoi: Program, git: Program, workspace: Path, tmp_path: Path
) -> None:
    git("add", "--all", cwd=workspace)
    git("commit", "--quiet", "--message", "Store", cwd=workspace)
    git("worktree", "add", "--quiet", "-b", "other", str(tmp_path / "other"), cwd=workspace)
    git("checkout", "--quiet", "--detach", "HEAD~1", cwd=workspace)
    told = yoi("ticket", "create", "-t", "x", "-m", "y", cwd=tmp_path / "other", check=False)
    assert (told.code, "store_ambiguous" in told.err) == (4, True)
    assert str(workspace) in told.err
    yoi("--here", "ticket", "create", "-t", "x", "-m", "y", cwd=tmp_path / "other")


def test_a_copy_of_a_clone_leaves_the_worktrees_of_the_first_one_alone(
    yoi: Program, git: Program, workspace: Path, tmp_path: Path
) -> None:
    layout = Layout(workspace, workspace, yoi, git)
    ticket = layout.ticket()
    layout.commit_store()
    yoi("worktree", "add", ticket, cwd=workspace)
    tree = next((workspace / ".worktree").iterdir())
    shutil.copytree(workspace, tmp_path / "copy", symlinks=True)
    copy = tmp_path / "copy"

    spawned = yoi("worker", "spawn", "--ticket", ticket, "--", "touch", "made", cwd=copy)
    waited = ("worker", "wait", "--timeout", "30", layout.created(spawned))
    yoi(*waited, cwd=copy, check=False)  # where the kernel confines it, it may not write there
    assert not (tree / "made").exists()
    assert yoi("worktree", "add", ticket, cwd=copy, check=False).code == 4
    assert yoi("worktree", "remove", ticket, "--force", cwd=copy, check=False).code != 0
    found = yoi("worktree", "doctor", "--json", cwd=copy, check=False).out
    assert ("link_broken" in found, "folder_gone" in found) == (True, False)
    assert git("status", "--porcelain", cwd=tree).out == ""
    assert str(tree) in git("worktree", "list", cwd=workspace).out
    assert yoi("worktree", "doctor", cwd=workspace, check=False).out.count("\n") == 1


def test_in_a_clone_without_init_a_worktree_of_ours_knows_the_checkout_that_made_it(
    yoi: Program, git: Program, tmp_path: Path
) -> None:
    layout = make_layout("separate git dir", yoi, git, tmp_path / "base")
    ticket = layout.ticket()
    layout.commit_store()
    (tmp_path / "base/elsewhere/yoi/checkout").unlink()
    yoi("worktree", "add", ticket, cwd=layout.workspace)
    tree = next((layout.top / ".worktree").iterdir())
    yoi("ticket", "comment", ticket, "-m", "from its worktree", cwd=tree)
    assert "from its worktree" in layout.thread(ticket)
