"""From a queued ticket to a merged branch, with real git, real workers and real files."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from support.orchestration import APPROVE, GOOD, REQUEST_CHANGES, UNCONFINED, Shop

ACCEPTED = ["decision", "state_changed", "claim taken", "worker worktree"]
ROUND = ["worker coder", "worker validate", "implementation_report evidence passed"]
REVIEWED = ["worker reviewer", "review approve"]
INTEGRATED = [
    "decision merge",
    "worker validate_merge",
    "decision advance",
    "implementation_report merged",
    "state_changed",
    "close closed",
    "worker cleanup",
]


def test_a_queued_ticket_becomes_a_merged_branch_and_every_step_stands_on_it(shop: Shop) -> None:
    ticket = shop.queue()
    shop.run()
    assert shop.steps(ticket) == [*ACCEPTED, *ROUND, *REVIEWED, *INTEGRATED]
    assert shop.state(ticket) == "closed"
    assert f"{ticket}.txt" in shop.files()
    assert shop.merges() == [f"Merge work/{ticket}-a-piece-of-work: A piece of work"]
    assert not list((shop.repo / ".worktree").iterdir())
    assert shop.git("branch", "--list", "work/*").out == ""
    assert (shop.repo / f"{ticket}.txt").exists(), "the checkout of main follows"
    assert shop.yoi("ticket", "doctor").code == 0


def test_what_a_reviewer_asks_for_goes_back_to_the_coder(shop: Shop) -> None:
    shop.script("reviewer-1", REQUEST_CHANGES)
    shop.script("coder-2", 'grep -q "Not like this." "$YOI_INTENT_FILE" || exit 7\n' + GOOD_AGAIN)
    ticket = shop.queue()
    shop.run()
    again = ["worker reviewer", "review request_changes", *ROUND]
    assert shop.steps(ticket) == [*ACCEPTED, *ROUND, *again, *REVIEWED, *INTEGRATED]


ONE_FILE = GOOD.replace("--all", '"$YOI_TICKET.txt"') + "true\n"
GOOD_AGAIN = GOOD.replace('echo "$YOI_TICKET"', 'echo "again $YOI_TICKET"')

#: What a coder does that is not good enough, and what the report says of it.
BAD = {
    "nothing is committed": ("true", "Nothing was committed."),
    "what is committed is empty": (
        "git commit --quiet --allow-empty -m Done",
        "What was committed changes no file.",
    ),
    "something is left over": ("echo x > left.txt\n" + ONE_FILE, "Not committed: `left.txt`"),
    "it exits with an error": (GOOD + "exit 3", "The coder exited with 3."),
    "HEAD is detached": (GOOD + "git checkout -q --detach", "HEAD of the worktree is detached"),
    "it works on another branch": (
        "git checkout -q -b work/other\n" + GOOD,
        "is on `work/other`",
    ),
    "it takes too long": (GOOD + "sleep 60", "(timeout)"),
    "it is killed": (GOOD + "kill -9 $$", "killed by signal 9"),
}


@pytest.mark.parametrize("case", BAD)
def test_work_that_is_not_good_enough_is_not_merged_and_the_report_says_why(
    shop: Shop, case: str
) -> None:
    script, said = BAD[case]
    shop.script("coder", script)
    shop.configure("rounds = 1", profile="timeout = 2.0")
    ticket, before = shop.queue(), shop.head()
    shop.run(code=5)
    assert said in shop.thread(ticket)
    assert shop.head() == before
    assert shop.state(ticket) == "inprogress"
    assert [line.split()[1:] for line in shop.ran()] == [["coder", "1"], ["coder", "2"]]
    assert shop.steps(ticket)[-1] == "worker person"
    routed = shop.yoi("route", ticket, "--json").json["decisions"]
    assert [one["code"] for one in routed[0]["reasons"]] == ["person_needed"]


def test_work_that_fails_validation_goes_back_with_what_the_command_printed(shop: Shop) -> None:
    shop.configure('close = true\nvalidate = [["sh", "check.sh"]]')
    (shop.repo / "check.sh").write_text("ls good.txt\n")
    shop.git("add", "--all")
    shop.git("commit", "--quiet", "-m", "A check")
    shop.script("coder-2", 'grep -q "good.txt" "$YOI_INTENT_FILE" && touch good.txt\n' + GOOD_AGAIN)
    ticket = shop.queue()
    shop.run()
    failed = ["worker coder", "worker validate", "implementation_report evidence failed"]
    assert shop.steps(ticket) == [*ACCEPTED, *failed, *ROUND, *REVIEWED, *INTEGRATED]
    assert "`sh check.sh` failed: exit code" in shop.thread(ticket)


def test_a_person_may_review_instead_and_the_approval_holds_for_one_commit(shop: Shop) -> None:
    shop.configure('review = "person"\nclose = true')
    ticket = shop.queue()
    waiting = shop.run(code=5)
    assert json.loads(waiting.out.splitlines()[-1])["step"] == "ended"
    tree = shop.worktree(ticket)
    shop.yoi("ticket", "review", ticket, "--approve", "-m", "Good.")
    shop.git("commit", "--quiet", "--allow-empty", "-m", "After the approval", cwd=tree)
    shop.run(code=5)
    assert shop.merges() == [], "the branch has gone on since"
    assert shop.steps(ticket)[-2:] == ["worker validate", "implementation_report evidence passed"]
    shop.yoi("ticket", "review", ticket, "--approve", "-m", "Good.", cwd=tree)
    shop.run()
    assert len(shop.merges()) == 1


def test_an_approval_of_no_commit_or_another_one_merges_nothing(shop: Shop) -> None:
    shop.configure('review = "person"')
    ticket = shop.queue()
    shop.run(code=5)
    shop.yoi("ticket", "review", ticket, "--approve", "--sha", shop.head(), "-m", "Good.")
    shop.run(code=5)
    assert shop.merges() == []


def test_a_coder_cannot_approve_its_own_work(shop: Shop) -> None:
    approve = 'PYTHONPATH=%s %s -m yoi_cli ticket review "$YOI_TICKET" --approve -m Good'
    own = approve % (Path(__file__).parents[2], sys.executable)
    shop.script(
        "coder",
        GOOD + f"{own} 2> refused.log; grep -q review_not_yours refused.log && rm refused.log",
    )
    shop.configure('review = "person"')
    ticket = shop.queue()
    shop.run(code=5)
    assert "review approve" not in shop.steps(ticket)
    assert shop.steps(ticket)[-1] == "implementation_report evidence passed"


def test_a_reviewer_may_ask_for_changes_with_the_command(shop: Shop) -> None:
    shop.configure(profile=UNCONFINED)
    command = f"PYTHONPATH={Path(__file__).parents[2]} {sys.executable} -m yoi_cli"
    ask = f'{command} ticket review "$YOI_TICKET" --request-changes -m "By hand."'
    shop.script("reviewer-1", ask)
    shop.script("coder-2", 'grep -q "By hand." "$YOI_INTENT_FILE" || exit 7\n' + GOOD_AGAIN)
    ticket = shop.queue()
    shop.run()
    again = ["worker reviewer", "review request_changes", *ROUND]
    assert shop.steps(ticket) == [*ACCEPTED, *ROUND, *again, *REVIEWED, *INTEGRATED]


@pytest.mark.parametrize("how", ["", "env -i ", "setsid ", "nohup "])
def test_nothing_that_descends_from_a_worker_approves(shop: Shop, how: str) -> None:
    """A validation command that the coder wrote is a worker, too."""
    environ = f"PYTHONPATH={Path(__file__).parents[2]} HOME={shop.yoi.env['HOME']}"
    command = f"env -u YOI_ROLE {environ} {sys.executable} -m yoi_cli -C {shop.repo}"
    approve = f"{command} ticket review $YOI_TICKET --approve -m Good --author ada"
    check = f"{how}{approve} > {shop.agents}/said 2>&1\nexit 0\n"
    shop.script("coder", f"cat > check.sh <<'END'\n{check}END\n{GOOD}")
    shop.configure('review = "person"\nvalidate = [["sh", "check.sh"]]')
    (shop.repo / "check.sh").write_text("exit 0\n")
    shop.git("add", "--all")
    shop.git("commit", "--quiet", "-m", "A check")
    ticket = shop.queue()
    shop.run(code=5)
    assert "a worker approves nothing" in (shop.agents / "said").read_text()
    assert shop.steps(ticket)[-1] == "implementation_report evidence passed"
    assert shop.merges() == []


@pytest.mark.parametrize(
    "script", ["echo fine", "echo 'YOI-REVIEW: approve'; echo more", APPROVE + "exit 1"]
)
def test_a_reviewer_without_a_verdict_is_asked_twice_and_then_a_person_is(
    shop: Shop, script: str
) -> None:
    shop.script("reviewer", script)
    ticket = shop.queue()
    shop.run(code=5)
    assert shop.merges() == []
    silent = ["worker reviewer", "worker no_verdict " + "exited"]
    assert shop.steps(ticket) == [*ACCEPTED, *ROUND, *silent, *silent, "worker person"]
    shop.script("reviewer", APPROVE)
    shop.run(code=5)
    shop.run("--retry")
    assert shop.state(ticket) == "closed"
    assert sum(" coder " in line for line in shop.ran()) == 1


@pytest.mark.parametrize("change", ["echo x > mine.txt", GOOD_AGAIN], ids=["files", "commits"])
def test_a_reviewer_that_changes_what_it_judges_approves_nothing(shop: Shop, change: str) -> None:
    shop.script("reviewer", f"{change}\n{APPROVE}")
    ticket = shop.queue()
    shop.run(code=5)
    assert shop.merges() == []
    assert "reason: reviewer_changed" in shop.thread(ticket)


def test_a_conflict_leaves_the_target_as_it_was_and_goes_back_to_the_coder(shop: Shop) -> None:
    shop.configure(profile=UNCONFINED)  # the reviewer stands for whoever works in the main checkout
    clash = "echo {} > README.md\ngit commit --quiet -am Mine\n"
    shop.script("coder-1", clash.format("ours"))
    meanwhile = f"git -C {shop.repo} checkout -q main && cd {shop.repo} && "
    shop.script("reviewer-1", f"({meanwhile}{clash.format('theirs')})\n{APPROVE}")
    shop.script(
        "coder-2",
        'grep -q "README.md" "$YOI_INTENT_FILE" || exit 9\n'
        "git merge -q main || true\necho both > README.md\ngit commit --quiet -am Settled\n",
    )
    ticket = shop.queue()
    shop.run()
    failed = ["decision merge", "implementation_report integration failed"]
    assert shop.steps(ticket) == [
        *ACCEPTED, *ROUND, *REVIEWED, *failed, *ROUND, *REVIEWED, *INTEGRATED,
    ]  # fmt: skip
    assert (shop.repo / "README.md").read_text() == "both\n"


def test_a_merge_that_fails_validation_leaves_the_target_as_it_was(shop: Shop) -> None:
    validate = 'validate = [["sh", "-c", "test ! -f a.txt -o ! -f b.txt"]]'
    shop.configure(f"rounds = 1\n{validate}", UNCONFINED)
    shop.script("coder", "touch a.txt\n" + GOOD)
    add = "touch b.txt && git add b.txt && git commit --quiet -m Other"
    shop.script("reviewer-1", f"(cd {shop.repo} && {add})\n{APPROVE}")
    shop.script("coder-2", "true")
    ticket = shop.queue()
    shop.run(code=5)
    assert shop.merges() == []
    assert not {"a.txt", f"{ticket}.txt"} & shop.files()
    assert "does not pass validation" in shop.thread(ticket)
    assert [tree.name for tree in (shop.repo / ".worktree").iterdir()] == [
        shop.worktree(ticket).name
    ]


def test_changes_of_a_persons_own_in_the_target_are_waited_for(shop: Shop) -> None:
    shop.script("coder", "echo ours > README.md\ngit commit --quiet -am Mine\n")
    (shop.repo / "README.md").write_text("not committed\n")
    ticket = shop.queue()
    shop.run(code=5)
    assert (shop.repo / "README.md").read_text() == "not committed\n"
    assert "reason: target_dirty" in shop.thread(ticket)
    shop.git("checkout", "--", "README.md")
    shop.run()
    assert (shop.repo / "README.md").read_text() == "ours\n"


OBSTACLES = {
    "program_missing": ('[profiles.script]\ncommand = ["nowhere-to-be-found"]', "nowhere-to-be"),
    "target_missing": ('[orchestration]\ntarget = "elsewhere"', "elsewhere"),
    "role_without_profile": ('[roles.coder]\nprofile = "builtin:coder"', "coder"),
}


@pytest.mark.parametrize("code", OBSTACLES)
def test_what_would_fail_later_keeps_a_ticket_queued(shop: Shop, code: str) -> None:
    table, said = OBSTACLES[code]
    path = shop.repo / ".yoi/ticket.config.toml"
    heading = table.partition("\n")[0]
    kept = path.read_text().split(heading)
    rest = kept[1].split("\n\n", 1)
    path.write_text(kept[0] + table + "\n\n" + (rest[1] if len(rest) > 1 else ""))
    ticket = shop.queue()
    done = shop.run("--json", code=1)
    assert done.json["outcomes"][0]["result"] == "refused"
    assert done.json["outcomes"][0]["reason"] == code
    assert said in done.json["outcomes"][0]["message"]
    assert shop.state(ticket) == "queued"
    assert not (shop.repo / ".worktree").exists()


def test_a_ticket_without_acceptance_criteria_or_with_a_foreign_branch_stays_queued(
    shop: Shop,
) -> None:
    ticket = shop.queue()
    branch = f"work/{ticket}-a-piece-of-work"
    shop.git("checkout", "--quiet", "-b", branch)
    shop.git("commit", "--quiet", "--allow-empty", "-m", "Somebody's")
    shop.git("checkout", "--quiet", "main")
    other = shop.queue("No criteria")
    shop.yoi("ticket", "edit", other, "-m", "Nothing.")
    done = shop.run("--json", code=1)
    reasons = {one["ticket"]: one["reason"] for one in done.json["outcomes"]}
    assert reasons == {ticket: "branch_exists", other: "acceptance_missing"}
    assert shop.ran() == []


@pytest.mark.parametrize("way", ["prefix", "below", "checked out", "folder", "link"])
def test_what_keeps_git_from_making_the_worktree_is_seen_before_the_ticket_is_taken_up(
    shop: Shop, way: str
) -> None:
    ticket = shop.queue()
    branch = f"work/{ticket}-a-piece-of-work"
    if way == "folder":
        (shop.repo / ".worktree").write_text("Something else.")
    elif way == "link":
        (shop.repo / ".worktree").symlink_to(shop.repo.parent)
    elif way == "checked out":
        shop.git("checkout", "--quiet", "-b", branch)
    else:
        shop.git("branch", "work" if way == "prefix" else f"{branch}/more")
    shown = shop.yoi("orchestrate", "--dry-run").out.splitlines()[-1].split("\t")
    assert shown[3]
    done = shop.run("--json", code=1)
    reason = "path_taken" if way in ("folder", "link") else "branch_blocked"
    assert [one["reason"] for one in done.json["outcomes"]] == [reason]
    assert shop.state(ticket) == "queued"
    assert shop.ran() == []


def test_a_ticket_that_waits_for_another_begins_with_what_was_merged(shop: Shop) -> None:
    first = shop.queue("First")
    second = shop.queue("Second", first)
    shop.script("coder", f"test -f {first}.txt || exit 1\n{GOOD}", second)
    shop.run("--max", "2")
    assert {shop.state(first), shop.state(second)} == {"closed"}


def test_a_secret_that_a_worker_prints_does_not_reach_the_log(shop: Shop) -> None:
    shop.configure("close = true", profile='secrets = ["SHOP_TOKEN"]')
    shop.script("reviewer", f'echo "It is $SHOP_TOKEN."\n{APPROVE}')
    ticket = shop.queue()
    shop.yoi("orchestrate", env={"SHOP_TOKEN": "hush-hush-4711"})
    assert "It is [redacted]." in shop.thread(ticket)
    found = [
        path
        for folder in (shop.repo, shop.agents)
        for path in folder.rglob("*")
        if path.is_file() and b"hush-hush-4711" in path.read_bytes()
    ]
    assert found == []


def test_hooks_of_the_repository_run_with_a_merge_where_that_is_asked_for(shop: Shop) -> None:
    hook = shop.repo / ".git/hooks/prepare-commit-msg"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\n[ "$2" = merge ] && touch {shop.agents}/hooked\nexit 0\n')
    hook.chmod(0o755)
    shop.queue("Without")
    shop.run()
    assert not (shop.agents / "hooked").exists()
    path = shop.repo / ".yoi/ticket.config.toml"
    path.write_text(path.read_text().replace("[git]\n", "[git]\nrun_hooks = true\n"))
    shop.queue("With")
    shop.run()
    assert (shop.agents / "hooked").exists()


def test_names_that_are_no_text_are_told_and_do_no_harm(shop: Shop) -> None:
    shop.script("coder-1", "touch \"$(printf 'caf\\351')\"\n" + ONE_FILE)
    shop.script("coder-2", GOOD)
    ticket = shop.queue()
    shop.run()
    assert "Not committed: `caf\\udce9`" in shop.thread(ticket)


def test_what_a_person_left_uncommitted_beside_their_commit_is_found(shop: Shop) -> None:
    shop.configure('review = "person"\nrounds = 1')
    shop.script("coder-2", "git add --all && git commit --quiet -m Rest")
    ticket = shop.queue()
    shop.run(code=5)
    tree = shop.worktree(ticket)
    (tree / "forgotten.txt").write_text("x")
    shop.git("commit", "--quiet", "--allow-empty", "-m", "By hand", cwd=tree)
    shop.run(code=5)
    assert "Something was not committed while the commands ran." in shop.thread(ticket)
    assert shop.steps(ticket)[-1] == "implementation_report evidence passed"
