"""Clones share a store through a remote, and nothing else of theirs is touched."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support.file_stores import fingerprint
from support.process import Program
from support.sync_clones import OWN, Clones, NewClones, git_wrapper

pytestmark = pytest.mark.slow


@pytest.fixture(params=[(), OWN], ids=["current", "own"])
def clones(request: pytest.FixtureRequest, new_clones: NewClones) -> Clones:
    return new_clones(request.param)


def code_of(clone: Path, git: Program) -> tuple[dict[str, str], str, str]:
    """Everything of a clone that is not the store: files, index entries, what is staged."""
    files = {
        path: mark
        for path, mark in fingerprint(clone).items()
        if not path.startswith((".yoi", ".git/")) and path != ".git"
    }
    entries = git("ls-files", "--stage", "--", ":(exclude).yoi", cwd=clone).out
    return files, entries, git("diff", "--cached", "--", ":(exclude).yoi", cwd=clone).out


def test_three_clones_have_the_same_store_after_all_wrote_and_synced(clones: Clones) -> None:
    first = clones.clone("a")
    shared = clones.create(first, "Shared")
    clones.sync(first)
    everyone = [first, clones.clone("b"), clones.clone("c")]
    for clone in everyone[1:]:
        clones.sync(clone)
    for number, clone in enumerate(everyone):
        clones.create(clone, f"Of {number}")
        clones.comment(clone, shared, f"Said by {number}")
        clones.yoi("ticket", "edit", shared, "--tag", f"t{number}", cwd=clone)
    clones.converge(*everyone)
    thread = clones.thread(first, shared)
    assert [thread.count(f"Said by {number}") for number in range(3)] == [1, 1, 1]
    listed = clones.yoi("ticket", "list", "--json", cwd=first).json["tickets"]
    assert len(listed) == 4
    (tags,) = (row["tags"] for row in listed if row["id"] == shared)
    assert sorted(tags) == ["t0", "t1", "t2"]


def test_eight_syncs_at_once_from_four_clones_lose_nothing(clones: Clones) -> None:
    first = clones.clone("a")
    shared = clones.create(first, "Shared")
    clones.sync(first)
    everyone = [first, *(clones.clone(name) for name in "bcd")]
    for clone in everyone[1:]:
        clones.sync(clone)
    for number, clone in enumerate(everyone):
        clones.comment(clone, shared, f"Said by {number}")
    running = [clones.start(clone) for clone in everyone * 2]
    for process in running:
        out, err = process.communicate(timeout=110)
        assert process.returncode == 0, (out, err)
    clones.converge(*everyone)
    thread = clones.thread(first, shared)
    assert [thread.count(f"Said by {number}") for number in range(4)] == [1, 1, 1, 1]


def test_what_is_staged_changed_or_untracked_outside_the_store_stays(
    clones: Clones, git: Program
) -> None:
    here, there = clones.clone("a"), clones.clone("b")
    clones.create(there, "From there")
    clones.sync(there)
    (here / "staged.txt").write_text("staged", encoding="utf-8")
    git("add", "staged.txt", cwd=here)
    (here / "staged.txt").write_text("and changed since", encoding="utf-8")
    (here / "README.md").write_text("changed", encoding="utf-8")
    (here / "untracked.txt").write_text("untracked", encoding="utf-8")
    clones.create(here, "From here")
    before = code_of(here, git)
    report = clones.sync(here, "--json").json
    assert [len(report["sent"]), len(report["received"])] == [1, 1]
    assert code_of(here, git) == before
    assert git("status", "--porcelain", "--", ".yoi", cwd=here).out == ""
    sent = git("ls-tree", "-r", "--name-only", report["commit"], cwd=here).out
    assert "staged.txt" not in sent
    assert "untracked.txt" not in sent


def test_nothing_to_do_is_a_success_that_says_so_and_commits_nothing(clones: Clones) -> None:
    clone = clones.clone("a")
    clones.create(clone, "One")
    first = clones.sync(clone, "--json").json
    again = clones.sync(clone, "--json").json
    assert [again["committed"], again["pushed"], again["commit"]] == [
        False,
        False,
        first["commit"],
    ]


def test_a_dry_run_changes_neither_store_nor_remote_nor_branch(
    clones: Clones, git: Program
) -> None:
    here, there = clones.clone("a"), clones.clone("b")
    clones.create(there, "From there")
    clones.sync(there)
    clones.create(here, "From here")
    before = (fingerprint(here / ".yoi"), git("rev-parse", "HEAD", cwd=here).out)
    remote = git("for-each-ref", cwd=clones.folder / "remote.git").out
    report = clones.sync(here, "--dry-run", "--json").json
    assert [len(report["sent"]), len(report["received"]), report["dry_run"]] == [1, 1, True]
    assert (fingerprint(here / ".yoi"), git("rev-parse", "HEAD", cwd=here).out) == before
    assert git("for-each-ref", cwd=clones.folder / "remote.git").out == remote


def test_a_ticket_closed_in_two_clones_is_closed_in_both_with_both_events(
    clones: Clones,
) -> None:
    here, there = clones.clone("a"), clones.clone("b")
    ticket = clones.create(here, "One")
    clones.sync(here)
    clones.sync(there)
    clones.yoi("ticket", "close", ticket, "-m", "Done here", cwd=here)
    clones.yoi("ticket", "close", ticket, "-m", "Done there", cwd=there)
    clones.converge(here, there)
    thread = clones.thread(here, ticket)
    assert ("Done here" in thread, "Done there" in thread) == (True, True)
    assert clones.yoi("ticket", "state", ticket, cwd=here).out == f"state\t{ticket}\tclosed\n"


def test_a_ticket_queued_in_two_clones_is_queued_without_a_conflict(clones: Clones) -> None:
    here, there = clones.clone("a"), clones.clone("b")
    ticket = clones.create(here, "One")
    clones.yoi("ticket", "state", ticket, "ready", cwd=here)
    clones.sync(here)
    clones.sync(there)
    for clone, who in ((here, "ada"), (there, "bob")):
        clones.yoi("ticket", "state", ticket, "queued", "--author", who, cwd=clone)
    clones.sync(here)
    assert clones.sync(there, "--json").json["conflicts"] == []
    clones.converge(here, there)
    (routed,) = clones.yoi("route", "--json", cwd=here).json["decisions"]
    assert routed["classification"] == "implementation_ready"


def test_of_two_tickets_with_one_id_the_one_not_sent_yet_gets_a_new_id(clones: Clones) -> None:
    here, there = clones.clone("a"), clones.clone("b")
    twin = clones.create(here, "Made here")
    other = clones.create(there, "Made there")
    folder = there / ".yoi/tickets"
    (folder / other).rename(folder / twin)
    waiting = clones.create(there, "Waits for the one made there")
    clones.yoi("ticket", "relation", "add", waiting, "depends_on", twin, cwd=there)
    clones.sync(here)
    report = clones.sync(there, "--json").json
    (renumbered,) = report["renumbered"]
    assert renumbered["old"] == twin
    clones.converge(here, there)
    for ticket, text in ((twin, "Made here"), (renumbered["new"], "Made there")):
        assert clones.yoi("ticket", "show", ticket, "--json", cwd=here).json["title"] == text
    relations = clones.yoi("ticket", "relation", "list", waiting, "--json", cwd=here).json
    assert renumbered["new"] in str(relations)
    assert twin not in str(relations)


def test_a_lost_race_for_the_branch_is_run_again(clones: Clones, tmp_path: Path) -> None:
    here, there = clones.clone("a"), clones.clone("b")
    clones.create(there, "From there")
    clones.sync(here)
    clones.create(here, "From here")
    racing = tmp_path / "racing"
    sync = " ".join([*clones.yoi.argv, "sync", *clones.options])
    env = git_wrapper(
        tmp_path / "bin",
        f'if [[ " $* " == *" push "* && ! -e {racing} ]]; then touch {racing}; '
        f"(cd {there} && PATH=${{PATH#*:}} {sync} >/dev/null); fi\n"
        'exec $GIT "$@"',
    )
    report = clones.sync(here, "--json", env=env).json
    assert racing.exists()
    assert [len(report["sent"]), len(report["received"])] == [1, 1]
    clones.converge(here, there)


def test_a_writer_that_appends_while_syncs_run_loses_nothing(clones: Clones) -> None:
    here, there = clones.clone("a"), clones.clone("b")
    ticket = clones.create(here, "One")
    clones.sync(here)
    clones.sync(there)
    script = Path(__file__).parents[1] / "support/commenter.py"
    env = clones.yoi.environment(
        {"PYTHONPATH": f"{script.parents[1]}:{clones.yoi.env['PYTHONPATH']}"}
    )
    python = clones.yoi.argv[0]
    writers = [
        subprocess.Popen([python, str(script), str(clone), name, "120", ticket], env=env)
        for clone, name in ((here, "alpha"), (there, "beta"))
    ]
    while any(writer.poll() is None for writer in writers):
        clones.sync(here)
        clones.sync(there)
    assert [writer.wait() for writer in writers] == [0, 0]
    clones.converge(here, there)
    lines = clones.thread(here, ticket).splitlines()
    for name in ("alpha", "beta"):
        assert [lines.count(f"{name} {number}") for number in range(120)] == [1] * 120
