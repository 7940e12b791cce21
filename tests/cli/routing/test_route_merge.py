"""`yoi route --merge A B`: the store as a merge would make it, which nobody makes."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.data import Data
from support.file_stores import fingerprint
from support.process import Program
from support.tickets import created, moved, put_ticket, said, ticket

from yoi_cli.model.relations import Relation
from yoi_cli.store.formats.item_writing import edit_item
from yoi_cli.store.formats.relations import render_relations

DAY = "2026-06-02T00:00:00Z"
BODY = "## Acceptance criteria\n\n- It works."
READY = moved(DAY, 1, "planning", "ready")
QUEUED = moved(DAY, 2, "ready", "queued")
BLOCKED = "blocked_by_dependency_or_missing_authority"


@pytest.fixture
def project(repo: Path, git: Program) -> Path:
    """Two tickets that are ready, and the branches main and side that begin with them."""
    for number in (1, 2):
        put_ticket(repo, number, created(), READY, state="ready", body=BODY)
    commit(git, repo)
    git("branch", "side", cwd=repo)
    return repo


def commit(git: Program, repo: Path) -> None:
    git("add", "--all", "--force", cwd=repo)
    git("commit", "--quiet", "--message", "Work", cwd=repo)


def on(git: Program, repo: Path, branch: str) -> None:
    git("switch", "--quiet", branch, cwd=repo)


def folder(repo: Path, number: int) -> Path:
    return repo / ".yoi" / "tickets" / ticket(number)


def append(repo: Path, number: int, event: bytes, **fields: str) -> None:
    """What a command writes: an event, and the item's projection."""
    thread, item = (folder(repo, number) / name for name in ("thread.md", "item.md"))
    thread.write_bytes(thread.read_bytes() + b"\n" + event)
    item.write_bytes(edit_item(item.read_bytes(), fields, path="item.md"))


def relate(repo: Path, number: int, target: int) -> None:
    path = folder(repo, number) / "artifacts" / "relations.json"
    path.parent.mkdir(exist_ok=True)
    relation = Relation(ticket(number), "depends_on", ticket(target), "ada", DAY)
    path.write_bytes(render_relations([relation]))


def decisions(yoi: Program, *words: str | Path) -> dict[str, Data]:
    data = yoi(*words, "--json").json
    return {one["ticket"]: one for one in data["decisions"]}


def routed(yoi: Program, *words: str | Path) -> dict[str, object]:
    found = decisions(yoi, *words)
    return {one: decision["classification"] for one, decision in found.items()}


def test_a_ticket_queued_here_and_blocked_there_is_blocked_after_the_merge(
    yoi: Program, git: Program, project: Path
) -> None:
    append(project, 2, QUEUED, state="queued")
    commit(git, project)
    on(git, project, "side")
    relate(project, 2, 1)
    commit(git, project)

    assert routed(yoi, "route", ticket(2), "--at", "main") == {ticket(2): "implementation_ready"}
    for sides in (("main", "side"), ("side", "main")):
        found = decisions(yoi, "route", ticket(2), "--merge", *sides)[ticket(2)]
        assert (found["classification"], found["state"]) == (BLOCKED, "queued")
    result = yoi("gate", ticket(2), "--merge", "main", "side", check=False)
    assert result.code == 5


def test_closing_on_one_side_frees_on_the_other(yoi: Program, git: Program, project: Path) -> None:
    append(project, 2, QUEUED, state="queued")
    relate(project, 2, 1)
    commit(git, project)
    on(git, project, "side")
    append(project, 1, said(DAY, 5, kind="close", attributes=(("status", "closed"),)))
    commit(git, project)

    assert routed(yoi, "route", ticket(2), "--at", "main") == {ticket(2): BLOCKED}
    merged = routed(yoi, "route", ticket(2), "--merge", "main", "side")
    assert merged == {ticket(2): "implementation_ready"}
    assert yoi("gate", ticket(2), "--merge", "main", "side").code == 0


def test_moves_that_two_branches_made_apart_are_diverged(
    yoi: Program, git: Program, project: Path
) -> None:
    append(project, 2, QUEUED, state="queued")
    append(project, 2, moved(DAY, 3, "queued", "inprogress"), state="inprogress")
    commit(git, project)
    on(git, project, "side")
    append(project, 2, moved(DAY, 4, "ready", "queued"), state="queued")
    commit(git, project)

    found = decisions(yoi, "route", ticket(2), "--merge", "main", "side")[ticket(2)]
    assert found["state"] == "inprogress"
    assert "Its own log is not consistent." in found["notices"]


def test_both_sides_moves_meet_in_one_log_and_the_list_knows_the_state(
    yoi: Program, git: Program, project: Path
) -> None:
    append(project, 2, QUEUED, state="queued", updated_at="2026-06-03T00:00:00Z")
    commit(git, project)
    on(git, project, "side")
    append(project, 2, said(DAY, 9), updated_at="2026-06-04T00:00:00Z")
    commit(git, project)
    merged = routed(yoi, "route", "--state", "queued", "--merge", "side", "main")
    assert merged == {ticket(2): "implementation_ready"}


def test_conflicts_are_notices_of_the_ticket(yoi: Program, git: Program, project: Path) -> None:
    append(project, 2, said(DAY, 9, "One."), title="Here")
    commit(git, project)
    on(git, project, "side")
    append(project, 2, said(DAY, 9, "Another."), title="There")
    commit(git, project)

    here, there = (
        decisions(yoi, "route", ticket(2), "--merge", *sides)[ticket(2)]
        for sides in (("main", "side"), ("side", "main"))
    )
    assert here == there
    assert here["title"] == "There"
    assert [str(notice)[:40] for notice in here["notices"]] == [
        "Both sides changed title; here the item ",
        "After the merge two different events car",
    ]
    assert f"{ticket(2)}: Both sides" in yoi("route", "--merge", "main", "side").err


def test_a_ticket_removed_on_one_side_is_gone_and_a_new_one_is_there(
    yoi: Program, git: Program, project: Path
) -> None:
    git("rm", "-r", "--quiet", f".yoi/tickets/{ticket(1)}", cwd=project)
    commit(git, project)
    on(git, project, "side")
    put_ticket(project, 3)
    commit(git, project)
    assert list(routed(yoi, "route", "--merge", "main", "side")) == [ticket(2), ticket(3)]


def test_a_ticket_removed_here_and_changed_there_stays_whole_with_a_notice(
    yoi: Program, git: Program, project: Path
) -> None:
    git("rm", "-r", "--quiet", f".yoi/tickets/{ticket(1)}", cwd=project)
    commit(git, project)
    on(git, project, "side")
    append(project, 1, QUEUED)
    commit(git, project)
    found = decisions(yoi, "route", ticket(1), "--merge", "main", "side")[ticket(1)]
    assert found["classification"] == "implementation_ready"
    assert "One side removed" in str(found["notices"])


def test_two_tickets_with_one_id_are_never_ready_and_hide_no_other(
    yoi: Program, git: Program, project: Path
) -> None:
    put_ticket(project, 3, created(), READY, QUEUED, state="queued", body=BODY)
    commit(git, project)
    on(git, project, "side")
    other = said(DAY, 7, "Another.", kind="create")
    put_ticket(project, 3, other, moved(DAY, 8, "ready", "queued"), state="queued", body=BODY)
    commit(git, project)

    data = yoi("route", "--merge", "main", "side", "--json").json
    assert [one["ticket"] for one in data["decisions"]] == [ticket(1), ticket(2)]
    assert [one["code"] for one in data["unreadable"]] == ["ticket_made_twice"]
    assert yoi("gate", ticket(3), "--merge", "main", "side", check=False).code == 6


def test_a_bare_repository_and_no_common_ancestor(
    yoi: Program, git: Program, project: Path, tmp_path: Path
) -> None:
    append(project, 2, QUEUED, state="queued")
    commit(git, project)
    git("switch", "--quiet", "--orphan", "alone", cwd=project)
    put_ticket(project, 1, created(), READY, state="ready", body=BODY)
    put_ticket(project, 2, created(), READY, said(DAY, 9), state="ready", body=BODY)
    commit(git, project)
    bare = tmp_path / "bare.git"
    git("clone", "--quiet", "--bare", project, bare)
    before = fingerprint(bare)

    assert routed(yoi, "-C", bare, "route", "--merge", "main", "alone") == {
        ticket(1): BLOCKED,
        ticket(2): "implementation_ready",
    }
    assert fingerprint(bare) == before


def test_nothing_is_written(yoi: Program, git: Program, project: Path) -> None:
    append(project, 2, QUEUED, state="queued")
    commit(git, project)
    on(git, project, "side")
    append(project, 2, said(DAY, 9))
    commit(git, project)
    (project / "README.md").write_text("not committed", encoding="utf-8")
    git("status", cwd=project)  # which may refresh the index
    before = fingerprint(project)

    routed(yoi, "route", "--merge", "main", "side")
    yoi("route", "--merge", "main", "side", "--explain")
    assert fingerprint(project) == before


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--at", "main", "--merge", "main", "side"), "point_given_twice"),
        (("--record", "--merge", "main", "side"), "past_not_writable"),
        (("--accept", "--merge", "main", "side"), "past_not_writable"),
        (("--merge", "main", "nowhere"), "revision_not_found"),
        (("--merge", "main", "--exec=x"), "revision_invalid"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    yoi: Program, project: Path, words: tuple[str, ...], code: str
) -> None:
    result = yoi("route", ticket(2), *words, "--json", check=False)
    assert result.error["code"] == code
    assert result.code in (2, 3)


def test_a_branch_from_before_the_store_takes_nothing_away(
    yoi: Program, git: Program, project: Path
) -> None:
    git("branch", "early", "main~1", cwd=project)
    assert len(routed(yoi, "route", "--merge", "early", "main")) == 2
    assert len(routed(yoi, "route", "--merge", "main", "early")) == 2
    result = yoi("route", "--merge", "early", "early", "--json", check=False)
    assert (result.code, result.error["code"]) == (3, "workspace_not_found")
