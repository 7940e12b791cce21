"""What `yoi orchestrate` does where somebody or something comes in between."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys

import pytest
from support.orchestration import GOOD, Shop
from support.workers import wait_until

from yoi_cli.orchestration.open import holder_of

pytestmark = pytest.mark.slow


def test_another_folder_for_worktrees_is_used_and_ignored(shop: Shop) -> None:
    shop.configure('worktree_dir = "trees"\nreview = "person"\nclose = true')
    ticket = shop.queue()
    shop.run(code=5)
    assert [tree.name for tree in (shop.repo / "trees").iterdir()] == [f"{ticket}-a-piece-of-work"]
    assert "trees" not in shop.git("status", "--porcelain").out
    assert not (shop.repo / ".worktree").exists()
    shop.configure(
        f'worktree_dir = "trees"\nclose = true\nvalidate = [["sh", "-c", "pwd >> {shop.agents}/p"]]'
    )
    shop.yoi("ticket", "review", ticket, "--approve", "-m", "Good.")
    shop.run()
    assert (shop.agents / "p").read_text() == f"{shop.repo}/trees/merge-{ticket}\n"
    assert not list((shop.repo / "trees").iterdir())
    assert not (shop.repo / ".worktree").exists()


def test_a_ticket_that_is_accepted_by_hand_is_to_be_worked_on_in_that_folder(shop: Shop) -> None:
    shop.configure('worktree_dir = "trees"')
    ticket = shop.queue()
    shop.yoi("route", ticket, "--accept")
    plan = (shop.repo / ".yoi/tickets" / ticket / "artifacts/orchestration-plan.jsonl").read_text()
    assert f'"trees/{ticket}-a-piece-of-work"' in plan


def test_a_ticket_whose_worktree_is_elsewhere_stays_queued(shop: Shop) -> None:
    ticket = shop.queue()
    outside = shop.repo.parent / "outside"
    shop.git("worktree", "add", "--quiet", "-b", f"work/{ticket}-mine", outside)
    done = shop.run("--json", code=1)
    assert done.json["outcomes"][0]["reason"] == "worktree_elsewhere"
    assert shop.state(ticket) == "queued"


def test_a_plan_that_is_gone_is_told_of_and_once_that_was_meant_asked_for(shop: Shop) -> None:
    ticket = shop.queue()
    holder = holder_of(str(shop.repo / ".git"))
    shop.yoi("route", ticket, "--accept", "--holder", holder)
    (shop.repo / ".yoi/tickets" / ticket / "artifacts/orchestration-plan.jsonl").unlink()
    done = shop.run("--json", code=1)
    assert done.json["outcomes"][0]["reason"] == "events_missing"
    shop.yoi("restore", "--leave")
    done = shop.run("--json", code=5)
    assert done.json["outcomes"][0]["reason"] == "plan_missing"


def test_what_holds_every_queued_ticket_is_told_where_the_store_is_not_trusted(shop: Shop) -> None:
    ticket = shop.queue()
    relations = shop.repo / ".yoi/tickets" / ticket / "artifacts/relations.json"
    relations.parent.mkdir(exist_ok=True)
    relations.write_text("{")
    done = shop.run("--once", "--json", code=5)
    assert [(one["ticket"], one["reason"]) for one in done.json["outcomes"]] == [
        (ticket, "store_untrusted")
    ]
    assert shop.run("--once", ticket, "--json", code=5).json["outcomes"] == done.json["outcomes"]
    assert "relations.json" in shop.run(code=5).out


def test_what_holds_every_queued_ticket_is_told_where_events_are_missing(shop: Shop) -> None:
    ticket = shop.queue()
    thread = shop.repo / ".yoi/tickets" / ticket / "thread.md"
    before = thread.read_bytes()
    shop.yoi("ticket", "comment", ticket, "-m", "Said.")
    thread.write_bytes(before)
    done = shop.run("--once", "--json", code=5)
    assert [one["reason"] for one in done.json["outcomes"]] == ["events_missing"]
    shop.yoi("restore")
    shop.run()
    assert shop.state(ticket) == "closed"


def test_a_worker_of_somebodys_keeps_a_merged_worktree(shop: Shop) -> None:
    shop.configure('review = "person"')
    ticket = shop.queue()
    shop.run(code=5)
    said = shop.yoi("worker", "spawn", "--ticket", ticket, "--json", "--", "sleep", "60")
    worker = said.json["worker_id"]
    try:
        shop.yoi("ticket", "review", ticket, "--approve", "-m", "Good.")
        shop.run()
        assert shop.state(ticket) == "done"
        assert shop.steps(ticket)[-1] == "worker kept"
        assert f"{worker} is at work there" in shop.thread(ticket)
        assert shop.worktree(ticket).is_dir()
    finally:
        shop.yoi("worker", "stop", worker)


def test_validation_that_is_configured_meanwhile_is_really_run(shop: Shop) -> None:
    begun = shop.agents / "begun"
    shop.configure(f'rounds = 1\nvalidate = [["sh", "-c", "touch {begun}; sleep 0.5"]]')
    shop.script("coder-2", "true")
    ticket = shop.queue()
    command = [sys.executable, "-P", "-m", "yoi_cli", "orchestrate"]
    with subprocess.Popen(
        command, cwd=shop.repo, env=dict(shop.yoi.env), stdout=subprocess.DEVNULL
    ) as run:
        wait_until(begun.exists)
        run.send_signal(signal.SIGINT)
    shop.configure('rounds = 1\nvalidate = [["false"]]')
    shop.run(code=5)
    assert "`false` failed: exit code 1" in shop.thread(ticket)
    assert shop.merges() == []


def test_a_git_that_is_interrupted_is_no_answer_and_asks_for_no_person(shop: Shop) -> None:
    """As Ctrl-C does at a terminal, which ends the git that runs too."""
    ticket = shop.queue()
    folder = shop.agents / "bin"
    folder.mkdir()
    once = folder / "git"
    real = shop.yoi.env["PATH"]
    once.write_text(
        "#!/bin/sh\n"
        f'case "$*" in *"worktree add"*) [ -e {folder}/done ] || '
        f"{{ touch {folder}/done; kill -INT $$; }} ;; esac\n"
        f'PATH={real} exec git "$@"\n'
    )
    once.chmod(0o755)
    env = {"PATH": f"{folder}{os.pathsep}{real}"}
    done = shop.yoi("orchestrate", "--json", env=env, check=False)
    assert (done.code, done.json["outcomes"][0]["reason"]) == (1, "git_ended")
    assert "step: person" not in shop.thread(ticket)
    shop.run()
    assert len(shop.merges()) == 1


def test_a_review_of_head_is_of_the_worktree_at_hand(shop: Shop) -> None:
    shop.configure('review = "person"')
    ticket = shop.queue()
    shop.run(code=5)
    tree = shop.worktree(ticket)
    shop.yoi("ticket", "review", ticket, "--approve", "--sha", "HEAD", "-m", "Good.", cwd=tree)
    assert (
        f"commit: {shop.git('rev-parse', 'HEAD', cwd=tree).out.strip()}"
        in (shop.thread(ticket).rpartition("<!-- event: review")[2])
    )
    shop.run()
    assert shop.state(ticket) == "done"


def test_a_worktree_that_its_coder_deleted_is_made_anew_and_the_work_goes_on(shop: Shop) -> None:
    shop.script("coder", GOOD + 'rm -rf "$YOI_WORKTREE" || true\n')
    ticket = shop.queue()
    shop.run()
    assert len(shop.merges()) == 1
    assert "was gone; it was made anew from `work/" in shop.thread(ticket)


def test_a_worktree_that_is_gone_between_two_runs_is_made_anew(shop: Shop) -> None:
    shop.configure('review = "person"')
    ticket = shop.queue()
    shop.run(code=5)
    shutil.rmtree(shop.worktree(ticket))
    shop.yoi("ticket", "review", ticket, "--request-changes", "-m", "More.")
    shop.script("coder-2", "git commit --quiet --allow-empty -m More")
    shop.run(code=5)
    assert "waits for a review" in shop.run(code=5).out
    assert shop.worktree(ticket).is_dir()


def test_secrets_and_escapes_in_subjects_and_names_do_not_reach_any_file(shop: Shop) -> None:
    shop.configure("rounds = 1\nclose = true", profile='secrets = ["SHOP_TOKEN"]')
    shop.script(
        "coder-1",
        'touch "name-$SHOP_TOKEN" "$(printf \'new\\nline\')"\n'
        "git add name-* && git commit -qm \"$(printf '\\033[31m')$SHOP_TOKEN\"\n",
    )
    shop.script("coder-2", "git mv name-* named && git clean -qf && git commit -qm Named\n")
    ticket = shop.queue()
    told = shop.yoi("orchestrate", env={"SHOP_TOKEN": "hush-hush-4711"}).out
    assert "Not committed: `new\\nline`" in shop.thread(ticket)
    assert "\\x1b[31m[redacted]" in shop.thread(ticket)
    assert "`name-[redacted]` +0" in shop.thread(ticket)
    assert "hush-hush-4711" not in told
    found = [
        path
        for path in shop.repo.rglob("*")
        if path.is_file()
        and not path.is_relative_to(shop.repo / ".git/objects")
        and b"hush-hush-4711" in path.read_bytes()
    ]
    assert [path.name for path in found] in ([], ["COMMIT_EDITMSG"])
