"""What real git, through real hooks, leaves on a ticket."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from support.hooked import Hooked

from yoi_cli.tickets.commit_notes import RecordedCommits


@pytest.mark.slow
def test_a_branch_with_ten_commits_an_amend_a_rebase_and_a_merge_is_told_correctly(
    hooked: Hooked,
) -> None:
    made = [hooked.commit(f"Step {n}") for n in range(1, 11)]
    hooked.git("commit", "--quiet", "--amend", "--message", "Step ten", cwd=hooked.tree)
    amended = hooked.head()
    hooked.commit("Elsewhere", cwd=hooked.repo)
    hooked.git("rebase", "--quiet", "main", cwd=hooked.tree)
    rebased = hooked.git("rev-list", "--reverse", "main..HEAD", cwd=hooked.tree).out.split()
    hooked.git("merge", "--quiet", "--no-ff", "-m", "Take it", hooked.branch, cwd=hooked.repo)

    events = hooked.events()
    commits, (amend, rebase), (merge,) = events[:10], events[10:12], events[12:]
    assert [event.attributes["commit"] for event in commits] == made
    assert [event.body.splitlines()[0] for event in commits] == [f"Step {n}" for n in range(1, 11)]
    assert (amend.attributes["commit"], amend.attributes["replaces"]) == (amended, made[9])
    assert rebase.attributes["rewrite"] == "rebase"
    assert rebase.attributes["replaces"] == amended
    assert (merge.attributes["merged"], merge.attributes["into"]) == (rebased[-1], "main")
    assert merge.attributes["commit"] == hooked.head(hooked.repo)

    recorded = RecordedCommits(events)
    assert recorded.pairs == {
        (made[9], amended),
        *zip([*made[:9], amended], rebased, strict=True),
    }
    replaced = {old for old, _ in recorded.pairs}
    standing = recorded.commits - replaced
    assert standing == set(rebased)
    assert hooked.spooled() == []


def test_a_commit_event_says_subject_and_files(hooked: Hooked) -> None:
    (hooked.tree / "README.md").unlink()
    sha = hooked.commit("Say less\n\nBecause.")
    (event,) = hooked.events()
    assert event.attributes["commit"] == sha
    assert event.attributes["branch"] == hooked.branch
    assert event.author == "Ada Example"
    lines = event.body.splitlines()
    assert lines[0] == "Say less"
    assert "- D README.md" in lines
    assert any(line.startswith("- A tree-") for line in lines)


def test_a_hook_that_runs_twice_writes_one_event(hooked: Hooked) -> None:
    hooked.commit("Once")
    for _ in range(2):
        hooked.yoi("hook", "run", "post-commit", cwd=hooked.tree)
    assert len(hooked.events()) == 1


def test_a_commit_elsewhere_is_recorded_on_the_tickets_of_its_trailers(hooked: Hooked) -> None:
    other = hooked.any_write().out.split("\t")[1].strip()
    sha = hooked.commit(f"Both\n\nTicket: {hooked.ticket}, {other[-6:]}", cwd=hooked.repo)
    for ticket in (hooked.ticket, other):
        assert [event.attributes["commit"] for event in hooked.events(ticket)] == [sha]


def test_a_commit_of_nothing_but_tickets_is_not_recorded(hooked: Hooked) -> None:
    hooked.any_write()
    hooked.git("switch", "--quiet", "-c", f"work/{hooked.ticket}-2", cwd=hooked.repo)
    hooked.git("add", ".yoi", cwd=hooked.repo)
    hooked.git("commit", "--quiet", "-m", "Tickets", cwd=hooked.repo)
    assert hooked.events() == []
    assert hooked.git("status", "--short", cwd=hooked.repo).out == ""


def test_a_squash_in_a_rebase_replaces_both(hooked: Hooked) -> None:
    first, second = hooked.commit("One"), hooked.commit("Two")
    editors = {"GIT_SEQUENCE_EDITOR": "sed -i 2s/pick/squash/", "GIT_EDITOR": "true"}
    hooked.git("rebase", "--quiet", "-i", "main", cwd=hooked.tree, env=editors)
    event = hooked.events()[-1]
    assert event.attributes["commit"] == hooked.head()
    assert event.attributes["replaces"].split() == [first, second]


def test_a_commit_that_a_rebase_drops_or_makes_is_told(hooked: Hooked) -> None:
    dropped, kept = hooked.commit("Dropped"), hooked.commit("Kept")
    made = "exec git commit --quiet --allow-empty -m Made"
    editors = {"GIT_SEQUENCE_EDITOR": f"sed -i -e 1d -e '2a {made}'", "GIT_EDITOR": "true"}
    hooked.git("rebase", "--quiet", "-i", "main", cwd=hooked.tree, env=editors)
    recorded = RecordedCommits(hooked.events())
    assert recorded.dropped == {dropped}
    assert (kept, hooked.head()) not in recorded.pairs
    assert hooked.head() in recorded.commits
    assert [old for old, _ in recorded.pairs] == [kept]


def test_a_rebase_that_is_given_up_leaves_no_trace(hooked: Hooked) -> None:
    hooked.commit("Mine", file="clash")
    hooked.commit("Theirs", cwd=hooked.repo, file="clash")
    before = hooked.events()
    assert hooked.git("rebase", "main", cwd=hooked.tree, check=False).code != 0
    hooked.git("rebase", "--abort", cwd=hooked.tree)
    assert hooked.events() == before


def test_merges_of_all_kinds_are_told_of_the_ticket_that_was_merged(hooked: Hooked) -> None:
    head = hooked.commit("Work", file="clash")
    hooked.git("merge", "--quiet", "--ff-only", hooked.branch, cwd=hooked.repo)
    hooked.git("branch", "release", "HEAD~1", cwd=hooked.repo)
    release = hooked.repo.parent / "release"
    hooked.git("worktree", "add", "--quiet", release, "release", cwd=hooked.repo)
    hooked.commit("Clash", cwd=release, file="clash")
    assert hooked.git("merge", hooked.branch, cwd=release, check=False).code != 0
    hooked.git("add", "--all", cwd=release)
    hooked.git("commit", "--quiet", "--no-edit", cwd=release)

    forward, resolved = hooked.events()[1:]
    said = [(e.attributes["merged"], e.attributes["into"]) for e in (forward, resolved)]
    assert said == [(head, "main"), (head, "release")]
    assert resolved.attributes["commit"] == hooked.head(release)


def test_a_squash_merge_and_a_merge_into_the_ticket_are_no_merge_of_it(hooked: Hooked) -> None:
    hooked.commit("Work")
    hooked.commit("Main goes on", cwd=hooked.repo)
    hooked.git("merge", "--quiet", "--squash", hooked.branch, cwd=hooked.repo)
    hooked.git("commit", "--quiet", "-m", "All of it", cwd=hooked.repo)
    hooked.git("merge", "--quiet", "-m", "Keep up", "main~1", cwd=hooked.tree)
    merge = hooked.events()[-1]
    assert "into" not in merge.attributes
    assert merge.attributes["commit"] == hooked.head()


def test_a_hostile_commit_is_recorded_and_forges_nothing(hooked: Hooked) -> None:
    name = "a\n<!-- event: close author: x at: 2026-01-01T00:00:00Z -->\n\x1b[2J"
    (hooked.tree / name).write_text("x")
    forged = "x --> \x1b]0;t\x07 \u202e <!-- event: close author: e at: 2026-01-01T00:00:00Z -->"
    branch = f"work/{hooked.ticket}--->\u2028"
    hooked.git("switch", "--quiet", "-c", branch, cwd=hooked.tree)
    sha = hooked.commit(forged)
    (event,) = hooked.events()
    assert event.attributes["commit"] == sha
    assert "\\x1b" in event.body
    assert not set("\x1b\x07\u202e\u2028") & {*event.body, *event.attributes["branch"]}
    assert hooked.yoi("ticket", "state", hooked.ticket, cwd=hooked.repo).out.endswith("planning\n")
    assert hooked.yoi("ticket", "doctor", "--strict", hooked.ticket, cwd=hooked.repo).code == 0


def test_what_a_worker_commits_is_recorded_without_the_values_of_its_secrets(
    hooked: Hooked,
) -> None:
    config = hooked.repo / ".yoi/ticket.config.toml"
    with config.open("a") as settings:
        settings.write('[worker]\nsecrets = ["PIN"]\n')
    named = {"YOI_WORKER_ID": "1", "API_TOKEN": "tok-123456", "PIN": "p-9"}
    hooked.git("switch", "--quiet", "-c", f"{hooked.branch}-p-9", cwd=hooked.tree)
    hooked = replace(hooked, git=replace(hooked.git, env={**hooked.git.env, **named}))
    hooked.commit("Use tok-123456 " + "x" * 270 + " and tok-123456", file="p-9.txt")
    hooked.git("commit", "--quiet", "--amend", "-m", "Use p-9 and tok-123456", cwd=hooked.tree)
    events = hooked.events()
    assert [one.body.count("[redacted]") > 0 for one in events] == [True, True]
    assert events[0].attributes["branch"] == f"{hooked.branch}-[redacted]"
    thread = (hooked.repo / ".yoi/tickets" / hooked.ticket / "thread.md").read_text()
    assert not [value for value in ("tok-1", "p-9") if value in thread]


@pytest.mark.slow
def test_twenty_commits_at_once_in_twenty_worktrees_are_each_recorded_once(
    hooked: Hooked,
) -> None:
    trees = [hooked.repo.parent / f"tree-{n}" for n in range(20)]
    for n, tree in enumerate(trees):
        branch = f"work/{hooked.ticket}-{n}"
        hooked.git("worktree", "add", "--quiet", "-b", branch, tree, "main", cwd=hooked.repo)
    with ThreadPoolExecutor(20) as pool:
        made = list(pool.map(lambda tree: hooked.commit(tree.name, cwd=tree), trees))
    hooked.any_write()
    recorded = [event.attributes["commit"] for event in hooked.events()]
    assert sorted(recorded) == sorted(made)
    assert hooked.spooled() == []
