"""The store as a commit has it, from git's objects alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.file_stores import fingerprint, open_store
from support.process import Program
from support.tickets import created, moved, put_ticket, said, ticket

from yoi_cli.errors import NotFoundError, OperationError, StoreInvalidError, UsageError
from yoi_cli.git.commits import resolve_commit
from yoi_cli.git.object_stream import ObjectStream
from yoi_cli.git.objects import RevisionFiles, differing_files
from yoi_cli.store.files.snapshot_reader import TreeReader, read_tree_config

FOLDER = ".yoi/tickets"
DAY = "2026-06-02T00:00:00Z"


@pytest.fixture
def project(repo: Path) -> Path:
    """A repository with a store of two tickets, the second waiting for the first."""
    put_ticket(repo, 1, created(), moved(DAY, 1, "planning", "ready"), state="ready")
    put_ticket(repo, 2, created(), relations=(("depends_on", ticket(1)),))
    folder = repo / FOLDER / ticket(2)
    (folder / "resolution.md").write_text("Done.\n", encoding="utf-8")
    (folder / "artifacts" / ".gitkeep").touch()
    (folder / "artifacts" / "été.txt").write_text("a note", encoding="utf-8")
    (folder / "artifacts" / ".torn").mkdir()
    (folder / "artifacts" / ".torn" / "1").write_text("torn", encoding="utf-8")
    return repo


def commit(git: Program, repo: Path, message: str = "A store") -> str:
    git("add", "--all", "--force", cwd=repo)
    git("commit", "--quiet", "--message", message, cwd=repo)
    return git("rev-parse", "HEAD", cwd=repo).out.strip()


def reader_of(repo: Path, name: str, folder: str = "") -> TreeReader:
    return TreeReader(RevisionFiles(str(repo), name, folder, [".yoi"]), FOLDER)


def test_a_commit_reads_as_the_files_that_were_committed(git: Program, project: Path) -> None:
    files, tree = open_store(project), reader_of(project, commit(git, project))

    assert tree.ids() == files.ids() == [ticket(1), ticket(2)]
    # A commit does not know when a file was changed.
    timeless = [row._replace(changed_ns=0) for row in files.all_fields()]
    assert list(tree.all_fields()) == timeless
    assert list(tree.all_relations()) == list(files.all_relations())
    assert list(tree.all_plans()) == list(files.all_plans()) == []
    for id_ in files.ids():
        assert tree.item(id_) == files.item(id_)
        assert tree.thread(id_) == files.thread(id_)
        assert tree.folded(id_) == files.folded(id_)
        assert tree.relations(id_) == files.relations(id_)
        assert tree.plan(id_) == files.plan(id_)
        assert tree.resolution(id_) == files.resolution(id_)
        assert tree.artifacts(id_) == files.artifacts(id_)
        assert tree.files(id_) == files.files(id_)


def test_an_older_commit_is_read_whatever_stands_in_the_folder_now(
    git: Program, project: Path
) -> None:
    first = commit(git, project)
    put_ticket(project, 3)
    later = moved("2026-06-03T00:00:00Z", 2, "ready", "queued")
    thread = project / FOLDER / ticket(1) / "thread.md"
    thread.write_bytes(thread.read_bytes() + b"\n" + later)
    second = commit(git, project, "More")
    before = fingerprint(project)

    states = [reader_of(project, name).folded(ticket(1)).state for name in (first, second)]

    assert states == ["ready", "queued"]
    assert [len(reader_of(project, name).ids()) for name in (first, second)] == [2, 3]
    assert fingerprint(project) == before


def test_a_store_in_a_folder_of_the_tree_is_found_there(git: Program, repo: Path) -> None:
    put_ticket(repo / "part [1]", 1, created(), said(DAY))
    put_ticket(repo / "part 1", 2)
    tree = reader_of(repo, commit(git, repo), "part [1]")

    assert tree.ids() == [ticket(1)]
    assert len(tree.thread(ticket(1)).events) == 2


def test_a_symlink_in_the_tree_is_refused_wherever_it_stands(git: Program, project: Path) -> None:
    outside = project / "README.md"
    store = project / FOLDER
    (store / ticket(1) / "thread.md").unlink()
    (store / ticket(1) / "thread.md").symlink_to(outside)
    (store / ticket(3)).symlink_to(store / ticket(2))
    put_ticket(project, 4)
    (store / ticket(4) / "artifacts").symlink_to(store / ticket(2) / "artifacts")
    tree = reader_of(project, commit(git, project))

    with pytest.raises(StoreInvalidError, match=r"thread\.md is not a regular file"):
        tree.thread(ticket(1))
    with pytest.raises(StoreInvalidError, match="is not a folder"):
        tree.item(ticket(3))
    with pytest.raises(StoreInvalidError, match="artifacts is not a folder"):
        tree.relations(ticket(4))
    assert not tree.exists(ticket(3))
    broken = {row.id for row in tree.all_fields() if row.error is not None}
    assert broken == {ticket(3)}
    assert {row.id for row in tree.all_relations() if row.error is not None} == {
        ticket(3),
        ticket(4),
    }


def test_a_store_that_is_a_symlink_is_refused(git: Program, repo: Path) -> None:
    put_ticket(repo / "elsewhere", 1)
    (repo / ".yoi").symlink_to("elsewhere/.yoi")
    files = RevisionFiles(str(repo), commit(git, repo), "", [".yoi"])

    assert files.kinds == {".yoi": "other"}
    with pytest.raises(StoreInvalidError):
        read_tree_config(files)


def test_a_missing_file_and_a_missing_ticket_are_told_apart(git: Program, project: Path) -> None:
    (project / FOLDER / ticket(1) / "thread.md").unlink()
    tree = reader_of(project, commit(git, project))

    with pytest.raises(StoreInvalidError, match=r"thread\.md is missing"):
        tree.thread(ticket(1))
    with pytest.raises(NotFoundError):
        tree.thread(ticket(9))


@pytest.mark.parametrize("revision", ["-x", "--all", "", "main\n"])
def test_what_could_be_an_option_is_no_revision(repo: Path, revision: str) -> None:
    with pytest.raises(UsageError):
        resolve_commit(str(repo), revision)


@pytest.mark.parametrize("revision", ["nowhere", "main:README.md", "0" * 40, "main..main"])
def test_what_names_no_commit_is_not_found(repo: Path, revision: str) -> None:
    with pytest.raises(NotFoundError, match="no commit"):
        resolve_commit(str(repo), revision)


def test_branches_tags_and_short_names_lead_to_their_commit(git: Program, repo: Path) -> None:
    git("tag", "--annotate", "--message", "x", "v1", cwd=repo)
    full = git("rev-parse", "HEAD", cwd=repo).out.strip()

    named = {resolve_commit(str(repo), name) for name in ("main", "v1", "HEAD", full[:10])}

    assert named == {full}


@pytest.mark.process
def test_outside_of_git_there_is_no_revision(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="not in a git repository"):
        resolve_commit(str(tmp_path), "main")


def test_an_object_that_is_gone_is_an_error_and_no_empty_file(git: Program, project: Path) -> None:
    name = commit(git, project)
    blob = git("rev-parse", f"{name}:{FOLDER}/{ticket(1)}/item.md", cwd=project).out.strip()
    (project / ".git/objects" / blob[:2] / blob[2:]).unlink()
    tree = reader_of(project, name)

    with pytest.raises(OperationError, match=blob):
        tree.item(ticket(1))
    assert tree.thread(ticket(1)).events


def test_of_two_trees_nothing_is_listed_but_what_differs(git: Program, project: Path) -> None:
    before = commit(git, project)
    folder = project / FOLDER / ticket(2)
    (folder / "resolution.md").unlink()
    (folder / "artifacts" / "été.txt").unlink()
    (folder / "artifacts" / "été.txt").mkdir()
    (folder / "artifacts" / "été.txt" / "x").write_text("in a folder now", encoding="utf-8")
    (folder / "thread.md").chmod(0o755)
    after = commit(git, project)

    stream = ObjectStream(str(project))
    old, new = differing_files(str(project), before, after, "", [".yoi"], objects=stream)

    whole_old, whole_new = (
        RevisionFiles(str(project), name, "", [".yoi"]) for name in (before, after)
    )
    paths = {**whole_old.kinds, **whole_new.kinds}
    different = {path for path in paths if whole_old.mark(path) != whole_new.mark(path)}
    assert set(old.kinds) | set(new.kinds) == different
    for listed, whole in ((old, whole_old), (new, whole_new)):
        for path in different:
            assert listed.mark(path) == whole.mark(path)
            if listed.kinds.get(path) == "file":
                assert listed.read(path) == whole.read(path)
