"""A merge in memory against the merge that git makes, where both know what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.process import Program
from support.tickets import created, put_ticket, said, ticket
from support.tree_files import Files

from yoi_cli.git.objects import RevisionFiles, merge_base
from yoi_cli.merge.files.merged_tree import MergedFiles

FOLDER = ".yoi/tickets"


def commit(git: Program, repo: Path) -> str:
    git("add", "--all", "--force", cwd=repo)
    git("commit", "--quiet", "--message", "Work", cwd=repo)
    return git("rev-parse", "HEAD", cwd=repo).out.strip()


def test_what_one_side_changed_is_as_git_merges_it(git: Program, repo: Path) -> None:
    for number in range(1, 6):
        put_ticket(repo, number, created(), said("2026-06-02T00:00:00Z", number))
    store = repo / FOLDER
    (store / ticket(5) / "resolution.md").write_text("Done.\n", encoding="utf-8")
    commit(git, repo)
    git("branch", "side", cwd=repo)
    (store / ticket(1) / "thread.md").write_bytes(created())
    (store / ticket(2) / "note.md").symlink_to("item.md")
    git("rm", "-r", "--quiet", f"{FOLDER}/{ticket(3)}", cwd=repo)
    (store / ticket(5) / "resolution.md").unlink()
    ours = commit(git, repo)
    git("switch", "--quiet", "side", cwd=repo)
    put_ticket(repo, 6, relations=(("depends_on", ticket(1)),))
    (store / ticket(5) / "item.md").write_text("changed", encoding="utf-8")
    theirs = commit(git, repo)
    git("merge", "--quiet", "--no-edit", "main", cwd=repo)
    merged = git("rev-parse", "HEAD", cwd=repo).out.strip()

    def tree(name: str) -> RevisionFiles:
        return RevisionFiles(str(repo), name, "", [FOLDER])

    base = merge_base(str(repo), ours, theirs)
    assert base is not None
    expected = tree(merged)
    for here, there in ((ours, theirs), (theirs, ours)):
        files = MergedFiles(tree(base), tree(here), tree(there), FOLDER)
        assert files.kinds == expected.kinds
        for path, kind in expected.kinds.items():
            if kind == "file" and path != f"{FOLDER}/{ticket(5)}/item.md":
                assert files.read(path) == expected.read(path)
        assert files.conflicts == {}


ITEM = b"---\ntitle: 'A'\nstate: 'planning'\nupdated_at: '2026-01-01T00:00:00Z'\n---\n\nText.\n"


@pytest.mark.parametrize(
    ("part", "ours", "theirs"),
    [
        ("item.md", ITEM, ITEM.replace(b"01-01", b"01-02").replace(b"'A'", b"'B'")),
        (
            "artifacts/relations.json",
            b'{"version": 1, "relations": []}',
            b'{"version":1,"relations":[]}',
        ),
    ],
)
def test_an_ancestor_that_cannot_be_read_counts_as_none(
    part: str, ours: bytes, theirs: bytes
) -> None:
    """It is past, and nobody can correct it any more."""

    def tree(data: bytes) -> Files:
        folder = f"{FOLDER}/{ticket(1)}"
        return Files({f"{folder}/thread.md": created(), f"{folder}/{part}": data})

    path = f"{FOLDER}/{ticket(1)}/{part}"
    merged = MergedFiles(tree(b"<<<<<<< ours\n"), tree(ours), tree(theirs), FOLDER)
    swapped = MergedFiles(tree(b"<<<<<<< ours\n"), tree(theirs), tree(ours), FOLDER)

    assert merged.read(path) == swapped.read(path)
    assert b"<<<<" not in merged.read(path)
