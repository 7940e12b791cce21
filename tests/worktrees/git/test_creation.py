"""A worktree is made whole, without what is local, or not at all."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import pytest
from support.process import Program
from support.worktrees import BRANCH, OTHER, TICKET, add, commit, new, paths_of, seen, worktrees_of

from yoi_cli.errors import ConflictError, NotFoundError, OperationError, UsageError, YoiError
from yoi_cli.git.repository import WorktreePaths
from yoi_cli.worktrees.git.listing import MAKING
from yoi_cli.worktrees.git.populate import local_files
from yoi_cli.worktrees.ports import NewWorktree

SECRETS = (
    ".yoi/secrets/key",
    ".yoi/deep/secrets/key",
    ".yoi/memory/note.md",
    ".yoi/logs/day.txt",
    ".yoi/deep/_logs/day.txt",
    ".yoi/locks/x",
    ".yoi/deep/run.log",
    ".yoi/.lock",
    ".yoi/store.lock",
    ".yoi/override.local.toml",
    ".yoi/settings.local",
    ".yoi/token.secret",
    ".yoi/token.secret.old",
    ".yoi/local/x",
    ".yoi/runtime/x",
    ".yoi/pods/x",
    ".yoi/sessions/x",
    ".yoi/sockets/x",
    ".yoi/tmp/x",
    ".yoi/cache/x",
    "part/.yoi/secrets/key",
)
KEPT = (
    ".yoi/ticket.config.toml",
    ".yoi/tickets/0000000000ABC/item.md",
    ".yoi/tickets/0000000000ABC/artifacts/logs/a.txt",
    "secrets/app.txt",
    "run.log",
)


@pytest.fixture
def leaky(repo: Path, git: Program) -> Path:
    """A repository into which somebody committed all that is local."""
    for name in (*SECRETS, *KEPT):
        path = repo / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    git("add", "--all", "--force")
    git("commit", "--quiet", "--message", "Everything")
    return repo


def files(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)) for path in found} - {".git"}


def test_what_is_local_or_secret_is_not_in_a_worktree(leaky: Path, git: Program) -> None:
    _, folder = add(leaky)
    assert files(folder) == {"README.md", *KEPT}
    assert git("status", "--porcelain", cwd=folder).out == ""
    # Nor does committing everything take it out of the branch.
    commit(git, folder, "new.txt")
    git("commit", "--quiet", "--all", "--allow-empty", "--message", "all", cwd=folder)
    assert git("diff", "--name-only", "main", "HEAD", cwd=folder).out == "new.txt\n"


def test_the_second_worktree_is_set_up_as_git_sets_up_the_first(leaky: Path, git: Program) -> None:
    first, second = add(leaky)[1], add(leaky, OTHER)[1]
    own = leaky / ".git/worktrees"
    for name in ("info/sparse-checkout", "config.worktree"):
        assert (own / second.name / name).read_text() == (own / first.name / name).read_text()
    assert files(second) == files(first) == {"README.md", *KEPT}
    for folder in (first, second):
        git("sparse-checkout", "reapply", cwd=folder)
        assert git("status", "--porcelain", cwd=folder).out == ""


@pytest.mark.parametrize("form", ["--index-version=2", "--index-version=4", "--split-index"])
def test_what_should_have_stayed_out_is_found_in_every_form_of_an_index(
    repo: Path, git: Program, form: str
) -> None:
    _, folder = add(repo)
    git("sparse-checkout", "disable", cwd=folder)
    tree = WorktreePaths(str(folder), str(repo / ".git/worktrees" / folder.name))
    commit(git, folder, ".yoi/tickets/x/item.md")
    git("update-index", form, cwd=folder)
    assert local_files(tree) == ()
    commit(git, folder, ".yoi/tickets/xx.log")
    git("update-index", form, cwd=folder)
    assert local_files(tree) == (".yoi/tickets/xx.log",)


def test_a_secret_that_a_later_merge_brings_stays_out_too(repo: Path, git: Program) -> None:
    _, folder = add(repo)
    commit(git, repo, ".yoi/secrets/key")
    git("merge", "--quiet", "main", cwd=folder)
    assert not (folder / ".yoi/secrets").exists()


def test_the_main_worktree_does_not_become_sparse(leaky: Path, git: Program) -> None:
    before = files(leaky)
    add(leaky)
    assert {name for name in files(leaky) if not name.startswith((".git/", ".worktree"))} == {
        name for name in before if not name.startswith(".git/")
    }
    assert git("config", "core.sparseCheckout", check=False).code == 1
    assert git("ls-files", "-t", ".yoi/secrets/key").out.startswith("H")
    git("rm", "--quiet", ".yoi/secrets/key")
    git("reset", "--quiet", "--hard")
    assert (leaky / ".yoi/secrets/key").exists()
    assert git("status", "--porcelain").out == ""


def test_a_clone_that_is_sparse_itself_has_worktrees_that_are(leaky: Path, git: Program) -> None:
    git("sparse-checkout", "set", "--no-cone", "/README.md", "/.yoi/")
    _, folder = add(leaky)
    assert files(folder) == {"README.md", *(name for name in KEPT if name.startswith(".yoi"))}
    assert git("sparse-checkout", "list").out.split() == ["/README.md", "/.yoi/"]


def test_a_branch_begins_at_its_base_and_tracks_nothing(repo: Path, git: Program) -> None:
    first = git("rev-parse", "main").out.strip()
    commit(git, repo, "later")
    git("config", "branch.autoSetupMerge", "always")
    made = worktrees_of(repo).add(new(base=first))
    assert (made.head, made.branch, made.ahead) == (first, BRANCH, 0)
    assert git("config", "--get-regexp", r"branch\.work", check=False).out == ""


def test_the_folder_of_worktrees_is_ignored_in_this_clone_only(repo: Path, git: Program) -> None:
    exclude = repo / ".git/info/exclude"
    exclude.write_text("mine")
    add(repo)
    add(repo, "0000000000DEF")
    assert exclude.read_text() == "mine\n/.worktree/\n"
    assert git("status", "--porcelain").out == ""


def test_a_branch_that_is_there_is_not_overwritten(repo: Path, git: Program) -> None:
    git("branch", BRANCH)
    commit(git, repo, "later")
    with pytest.raises(ConflictError) as refused:
        worktrees_of(repo).add(new())
    assert refused.value.code == "branch_exists"
    assert not (repo / ".worktree" / f"{TICKET}-try").exists()
    made = worktrees_of(repo).add(new(reuse=True))
    assert made.head == git("rev-parse", BRANCH).out.strip() != git("rev-parse", "main").out.strip()


@pytest.mark.parametrize("name", ["work", f"{BRANCH}/more"])
def test_a_branch_whose_name_is_in_the_way_is_named(repo: Path, git: Program, name: str) -> None:
    git("branch", name)
    with pytest.raises(ConflictError, match=f"There is a branch {name}, ") as refused:
        worktrees_of(repo).add(new())
    assert refused.value.code == "branch_blocked"
    assert not (repo / ".worktree" / f"{TICKET}-try").exists()


def test_a_path_where_something_stands_is_not_used(repo: Path, git: Program) -> None:
    taken = repo / ".worktree" / f"{TICKET}-try"
    taken.mkdir(parents=True)
    with pytest.raises(ConflictError, match="something stands there") as refused:
        worktrees_of(repo).add(new())
    assert refused.value.code == "path_taken"
    assert taken.is_dir()
    assert BRANCH not in git("branch", "--list", BRANCH).out


def test_a_folder_that_leads_elsewhere_is_not_followed(repo: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (repo / ".worktree").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConflictError) as refused:
        worktrees_of(repo).add(new())
    assert refused.value.code == "worktree_folder_unsafe"
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize(
    "path", ["../out", "/tmp/out", ".worktree/../../out", "a//b", ".git/x", ""]
)
def test_a_path_that_leaves_the_repository_is_refused(repo: Path, path: str) -> None:
    with pytest.raises(UsageError):
        worktrees_of(repo).add(NewWorktree(TICKET, path, BRANCH, "main"))


@pytest.mark.parametrize("branch", ["-f", "a..b", "@{-1}", "", "a b", "x.lock"])
def test_a_name_that_no_branch_can_have_is_refused(repo: Path, branch: str) -> None:
    with pytest.raises(UsageError) as refused:
        worktrees_of(repo).add(NewWorktree(TICKET, ".worktree/x", branch, "main"))
    assert refused.value.code == "branch_invalid"


def test_a_repository_without_a_commit_says_so(tmp_path: Path, git: Program) -> None:
    git("init", "--quiet", "empty", cwd=tmp_path)
    with pytest.raises(NotFoundError, match="begin at") as refused:
        worktrees_of(tmp_path / "empty").add(new())
    assert "one commit" in refused.value.hint


def test_a_checkout_that_fails_leaves_nothing(repo: Path, git: Program) -> None:
    commit(git, repo, ".gitattributes", "*.txt filter=broken\n")
    (repo / "a.txt").write_text("a")
    git("add", "a.txt")
    git("commit", "--quiet", "--message", "a")
    git("config", "filter.broken.smudge", "false")
    git("config", "filter.broken.required", "true")
    with pytest.raises(OperationError) as failed:
        worktrees_of(repo).add(new())
    assert failed.value.code == "worktree_failed"
    assert git("branch", "--list", "work/*").out == ""
    assert git("worktree", "list").out.count("\n") == 1
    assert list((repo / ".worktree").iterdir()) == []
    git("config", "--unset", "filter.broken.smudge")
    git("config", "filter.broken.required", "false")
    add(repo)


def test_one_whose_making_was_cut_short_is_no_worktree_until_it_is_finished(
    repo: Path, git: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yoi_cli.worktrees.git.populate._BUSY_SECONDS", 0.1)
    folder = repo / ".worktree" / f"{TICKET}-try"
    cut = ("--no-checkout", "--lock", "--reason", MAKING, "-b", BRANCH, folder)
    git("worktree", "add", "--quiet", *cut)
    (folder / "README.md").write_text("# A pro")
    (folder / "mine.txt").write_text("written by somebody in between")
    (repo / ".git/worktrees" / folder.name / "index.lock").touch()
    worktrees = worktrees_of(repo)
    assert worktrees.of(TICKET, "main") is None
    assert [one.is_unfinished for one in worktrees.all("main")] == [True]
    made = worktrees.add(new())
    assert not made.is_unfinished
    assert (folder / "README.md").read_text() == "# A project\n"
    (rescued,) = worktrees.rescues(TICKET)
    assert git("show", f"{rescued}:mine.txt").out == "written by somebody in between"
    assert git("show", f"{rescued}:README.md").out == "# A pro"


def test_24_at_once_all_succeed(repo: Path, git: Program) -> None:
    for number in range(20):
        commit(git, repo, f"file{number}")
    ids = [f"00000000000{a}{b}" for a in "ABCDEF" for b in "1234"]
    wrong: list[YoiError] = []

    def make(ticket: str) -> None:
        try:
            worktrees_of(repo).add(new(ticket))
        except YoiError as error:
            wrong.append(error)

    threads = [threading.Thread(target=make, args=(ticket,)) for ticket in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    found = worktrees_of(repo).all("main")
    assert [one.ticket for one in found] == ids
    assert all(one.is_clean and not one.is_locked for one in found)


@pytest.mark.slow
def test_others_that_come_and_go_do_not_disturb_a_look(repo: Path, git: Program) -> None:
    add(repo)
    ends = threading.Event()

    def churn(number: int) -> None:
        place = repo / ".worktree" / f"churn{number}"
        while not ends.is_set():
            git("worktree", "add", "--quiet", "--detach", place, check=False)
            git("worktree", "remove", "--force", place, check=False)

    threads = [threading.Thread(target=churn, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(8):
            assert seen(repo).ticket == TICKET
            assert TICKET in {one.ticket for one in worktrees_of(repo).all("main")}
    finally:
        ends.set()
        for thread in threads:
            thread.join()


def test_a_bare_repository_has_its_worktrees_in_the_checkout(
    repo: Path, git: Program, tmp_path: Path
) -> None:
    git("clone", "--quiet", "--bare", repo, tmp_path / "bare", cwd=tmp_path)
    git("worktree", "add", "--quiet", tmp_path / "work", "main", cwd=tmp_path / "bare")
    made, folder = add(tmp_path / "work")
    assert folder.parent == tmp_path / "work/.worktree"
    assert git("status", "--porcelain", cwd=tmp_path / "work").out == ""
    assert git("rev-parse", "--is-bare-repository", cwd=tmp_path / "bare").out == "true\n"
    assert git("status", "--porcelain", cwd=folder).out == ""
    assert worktrees_of(tmp_path / "work").remove(made, force=False).branch == BRANCH


def test_a_bare_repository_keeps_switching_to_the_branch_of_its_head(
    leaky: Path, git: Program, tmp_path: Path
) -> None:
    git("clone", "--quiet", "--bare", leaky, tmp_path / "bare", cwd=tmp_path)
    other = tmp_path / "other"
    git("worktree", "add", "--quiet", "-b", "other", other, cwd=tmp_path / "bare")
    _, folder = add(other)
    assert not any((folder / name).exists() for name in SECRETS)
    git("switch", "--quiet", "main", cwd=other)
    assert git("rev-parse", "--is-bare-repository", cwd=tmp_path / "bare").out == "true\n"
    assert all((other / name).exists() for name in SECRETS), "only ours leaves them out"
    assert git("status", "--porcelain", cwd=other).out == ""
    git("worktree", "add", "--quiet", "--detach", tmp_path / "third", cwd=tmp_path / "bare")
    assert all((tmp_path / "third" / name).exists() for name in SECRETS)


def test_a_detached_main_worktree_does_not_matter(repo: Path, git: Program) -> None:
    git("checkout", "--quiet", "--detach")
    assert add(repo)[0].branch == BRANCH


def test_a_repository_with_submodules_has_worktrees(
    repo: Path, git: Program, tmp_path: Path
) -> None:
    git("clone", "--quiet", repo, tmp_path / "library", cwd=tmp_path)
    local = ("-c", "protocol.file.allow=always")
    git(*local, "submodule", "--quiet", "add", tmp_path / "library", "lib")
    git("commit", "--quiet", "--message", "Library")
    made, folder = add(repo)
    assert list((folder / "lib").iterdir()) == []
    git(*local, "submodule", "--quiet", "update", "--init", cwd=folder)
    assert (folder / "lib/README.md").exists()
    assert worktrees_of(repo).remove(seen(repo), force=False).path == made.path
    assert not folder.exists()


def test_work_in_a_submodule_that_is_on_no_remote_is_kept_in_place(
    repo: Path, git: Program, tmp_path: Path
) -> None:
    git("clone", "--quiet", repo, tmp_path / "library", cwd=tmp_path)
    local = ("-c", "protocol.file.allow=always")
    git(*local, "submodule", "--quiet", "add", tmp_path / "library", "lib")
    git("commit", "--quiet", "--message", "Library")
    _, folder = add(repo)
    git(*local, "submodule", "--quiet", "update", "--init", cwd=folder)
    for change in ("untracked", "committed"):
        (folder / "lib/own.txt").write_text("own")
        if change == "committed":
            commit(git, folder / "lib", "own.txt", "own")
            git("commit", "--quiet", "--all", "--message", "up", cwd=folder)
        with pytest.raises(ConflictError) as refused:
            worktrees_of(repo).remove(seen(repo), force=True)
        assert "submodules" in str(refused.value.details["reasons"]), change
        assert (folder / "lib/own.txt").read_text() == "own"


def test_a_worktree_whose_link_is_gone_is_not_taken_for_the_main_one(
    repo: Path, git: Program
) -> None:
    _, folder = add(repo)
    (repo / "own.txt").write_text("of the main worktree")
    (folder / ".git").unlink()
    (one,) = worktrees_of(repo).all("main")
    assert (one.is_missing, one.dirty) == (True, ())
    facts = worktrees_of(repo).facts("main")
    assert facts.worktrees[0].is_missing
    assert os.path.exists(paths_of(repo).root + "/own.txt")


def test_a_folder_that_is_gone_is_made_anew_with_all_that_was_staged(
    repo: Path, git: Program
) -> None:
    made, tree = add(repo)
    head = commit(git, tree, "kept.txt")
    (tree / "staged.txt").write_text("staged")
    git("add", "staged.txt", cwd=tree)
    shutil.rmtree(tree)
    again = worktrees_of(repo).add(new(reuse=True))
    assert (again.path, again.branch, again.head) == (made.path, BRANCH, head)
    assert (tree / "kept.txt").read_text() == "text\n"
    assert git("status", "--porcelain", cwd=tree).out == "A  staged.txt\n"


def test_a_folder_that_is_gone_and_that_git_forgot_is_made_from_the_branch(
    repo: Path, git: Program
) -> None:
    _, tree = add(repo)
    head = commit(git, tree, "kept.txt")
    shutil.rmtree(tree)
    git("worktree", "prune")
    assert worktrees_of(repo).add(new(reuse=True)).head == head
    assert (tree / "kept.txt").exists()


def test_one_that_was_cut_short_and_lost_its_folder_is_finished(repo: Path, git: Program) -> None:
    _, tree = add(repo)
    git("worktree", "lock", "--reason", MAKING, tree)
    shutil.rmtree(tree)
    assert not worktrees_of(repo).add(new()).is_unfinished
    assert git("status", "--porcelain", cwd=tree).out == ""


def test_a_locked_worktree_whose_folder_is_away_is_left_alone(repo: Path, git: Program) -> None:
    _, tree = add(repo)
    git("worktree", "lock", "--reason", "On a disk that is not plugged in", tree)
    shutil.rmtree(tree)
    with pytest.raises(ConflictError) as refused:
        worktrees_of(repo).add(new(reuse=True))
    assert refused.value.code == "path_taken"
    assert not tree.exists()


def test_git_runs_the_clone_s_hooks_in_a_worktree_that_lacks_their_folder(
    repo: Path, git: Program
) -> None:
    hooks = repo / ".husky/_"
    hooks.mkdir(parents=True)
    (hooks / ".gitignore").write_text("*\n")
    (hooks / "post-commit").write_text(f"#!/bin/sh\npwd > {repo}/ran\n")
    (hooks / "post-commit").chmod(0o755)
    git("config", "core.hooksPath", ".husky/_")
    _, folder = add(repo)
    git("commit", "--allow-empty", "--quiet", "--message", "Work", cwd=folder)
    assert (repo / "ran").read_text().strip() == str(folder)
    assert git("config", "core.hooksPath", cwd=repo).out.strip() == ".husky/_"


def test_a_worktree_that_has_its_hooks_or_none_to_share_is_left_alone(
    repo: Path, git: Program
) -> None:
    (repo / "hooks").mkdir()
    (repo / "hooks/post-commit").write_text("#!/bin/sh\n")
    git("add", "hooks")
    git("commit", "--quiet", "--message", "Hooks")
    for number, setting in enumerate(("hooks", "nowhere", str(repo / "hooks"))):
        git("config", "core.hooksPath", setting)
        _, folder = add(repo, f"00000000000A{'BCD'[number]}")
        assert git("config", "core.hooksPath", cwd=folder).out.strip() == setting
