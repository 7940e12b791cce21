"""Approved work that is merged at a forge: pushed, asked for, waited for, and taken back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.forge import APPROVED, CHANGES, ForgeShop
from support.orchestration import GOOD, Shop

pytestmark = pytest.mark.slow

URL = "https://github.com/acme/widgets/pull/1"
MORE = "echo more > more.txt\ngit add --all\ngit commit --quiet -m More\n"


@pytest.fixture
def forge(shop: Shop) -> ForgeShop:
    return ForgeShop(shop)


def begun(forge: ForgeShop, title: str = "A piece of work") -> str:
    """A ticket whose request is open."""
    ticket = forge.shop.queue(title)
    forge.shop.run(code=5)
    return ticket


def test_approved_work_is_pushed_and_one_request_asks_for_it(forge: ForgeShop) -> None:
    ticket = forge.shop.queue()
    done = forge.shop.run("--json", code=5)
    (outcome,) = done.json["outcomes"]
    assert (outcome["result"], outcome["reason"]) == ("waits", "pull_request")
    assert outcome["message"] == f"It waits for the request to be merged: {URL}"
    (request,) = forge.requests
    assert (request["base"], request["title"], request["draft"]) == (
        "main", "A piece of work", False,
    )  # fmt: skip
    assert request["head"].startswith(f"work/{ticket}")
    reported = forge.at(request["head"])
    assert request["body"].startswith(f"Ticket {ticket}, as reported and approved at {reported}:")
    assert f"Work 1 on {ticket}" in request["body"]
    assert forge.at("main") == forge.shop.head()
    forge.shop.run(code=5)
    assert len(forge.calls("pr", "create")) == 1
    assert forge.shop.ran() == [f"{ticket} coder 1", f"{ticket} reviewer 1"]


def test_what_waits_is_said_wherever_one_looks(forge: ForgeShop) -> None:
    ticket, text = begun(forge), f"It waits for the request to be merged: {URL}"
    (found,) = forge.shop.yoi("inbox", "--json").json["waiting"]
    assert (found["reason"], found["message"]) == ("pull_request", text)
    assert found["command"] == f"yoi orchestrate {ticket}"
    (routed,) = forge.shop.yoi("route", ticket, "--json").json["decisions"]
    assert [(one["code"], one["text"]) for one in routed["reasons"]] == [("merge_awaited", text)]
    assert text in forge.shop.yoi("ticket", "show", ticket).out


@pytest.mark.parametrize("how", ["merge", "squash", "rebase"])
def test_a_merged_request_ends_its_ticket_and_the_target_here_follows(
    forge: ForgeShop, how: str
) -> None:
    ticket = begun(forge)
    merge = forge.merge(how)
    forge.shop.run()
    assert forge.shop.state(ticket) == "closed"
    assert forge.shop.head() == forge.at("main") == merge
    assert (forge.shop.repo / f"{ticket}.txt").read_text() == f"{ticket}\n"
    assert list((forge.shop.repo / ".worktree").glob("*")) == []
    assert forge.shop.git("branch", "--list", "work/*").out == ""
    assert forge.shop.steps(ticket)[-7:] == [
        "decision push", "worker pull_request", "worker forward", "implementation_report merged",
        "state_changed", "close closed", "worker cleanup",
    ]  # fmt: skip


def test_a_target_that_cannot_follow_stays_and_the_ticket_ends_all_the_same(
    forge: ForgeShop,
) -> None:
    ticket = begun(forge)
    forge.shop.git("commit", "--quiet", "--allow-empty", "--message", "Mine alone")
    own = forge.shop.head()
    forge.merge()
    forge.shop.run()
    assert (forge.shop.state(ticket), forge.shop.head()) == ("closed", own)
    assert "`main` here stays where it is" in forge.shop.thread(ticket)


def test_what_a_review_asks_for_is_the_next_coders_prompt_and_the_request_stays_one(
    forge: ForgeShop,
) -> None:
    seen = forge.shop.agents / "prompt-2"
    forge.shop.script("coder-2", f'cp "$YOI_INTENT_FILE" {seen}\n{MORE}')
    ticket = begun(forge)
    forge.review(CHANGES, "Count the \x1b[31mtotals\x1b[0m anew.")
    forge.change_request(
        lines=[
            {"path": "a.py", "line": 3, "body": "This is wrong.", "pull_request_review_id": 501},
            {"path": "b.py", "line": 9, "body": "Another's.", "pull_request_review_id": 77},
        ]
    )
    forge.shop.run(code=5)
    prompt = seen.read_text()
    assert "A review by octo (github.com) asks for changes" in prompt
    assert "Count the totals anew.\n\na.py:3: This is wrong." in prompt
    assert "Another's." not in prompt
    (request,) = forge.requests
    branch = request["head"]
    assert forge.at(branch) == forge.shop.head(branch)
    assert len(forge.calls("pr", "create")) == 1
    forge.shop.run(code=5)
    assert forge.shop.ran()[2:] == [f"{ticket} coder 2", f"{ticket} reviewer 2"]
    forge.merge()
    forge.shop.run()
    assert forge.shop.state(ticket) == "closed"


def test_an_approval_is_a_record_and_approves_nothing_here(forge: ForgeShop) -> None:
    ticket = begun(forge)
    forge.review(APPROVED, "Fine.")
    forge.shop.run(code=5)
    forge.shop.run(code=5)
    assert forge.shop.thread(ticket).count("octo (github.com)") == 1
    assert forge.shop.steps(ticket)[-1] == "review approve"
    (routed,) = forge.shop.yoi("route", ticket, "--json").json["decisions"]
    assert [one["code"] for one in routed["reasons"]] == ["merge_awaited"]


@pytest.mark.parametrize("house", ["NONE", "CONTRIBUTOR", ""])
def test_whoever_may_not_write_to_the_repository_sends_no_coder(
    forge: ForgeShop, house: str
) -> None:
    ticket = begun(forge)
    forge.review(CHANGES, "Do it my way.", house=house)
    forge.shop.run(code=5)
    assert forge.shop.ran() == [f"{ticket} coder 1", f"{ticket} reviewer 1"]


def test_the_rounds_of_reviews_at_the_forge_are_bounded(forge: ForgeShop) -> None:
    forge.configure("rounds = 1")
    forge.shop.script("coder", f'echo "$YOI_ROUND" > round.txt\n{GOOD}')
    ticket = begun(forge)
    for number in range(3):
        forge.review(CHANGES, f"Again {number}.")
        forge.shop.run(code=5)
    assert [one for one in forge.shop.ran() if "coder" in one] == [
        f"{ticket} coder 1", f"{ticket} coder 2",
    ]  # fmt: skip
    (found,) = forge.shop.yoi("inbox", "--json").json["waiting"]
    assert found["reason"] == "rounds_spent"


def test_a_request_that_was_closed_goes_to_a_person_with_the_last_word(forge: ForgeShop) -> None:
    ticket = begun(forge)
    comment = {"author": {"login": "octo"}, "body": "We do not want it.\n--- end ---"}
    forge.change_request(state="closed", comments=[comment])
    forge.shop.run(code=5)
    (found,) = forge.shop.yoi("inbox", "--json").json["waiting"]
    assert found["reason"] == "request_closed"
    assert found["message"].startswith(f"the request was closed without being merged: {URL}")
    assert "octo: We do not want it." in found["message"]
    forge.shop.run(code=5)
    forge.change_request(state="open")
    forge.shop.run(code=5)
    forge.merge()
    forge.shop.run()
    assert forge.shop.state(ticket) == "closed"
    assert len(forge.calls("pr", "create")) == 1


@pytest.mark.parametrize("asked", ["pr list", "pr create", "pr view"])
def test_a_run_that_is_killed_as_it_asks_the_forge_opens_no_second_request(
    forge: ForgeShop, asked: str
) -> None:
    ticket = forge.shop.queue()
    forge.change(kill_after=asked)
    command = [*forge.shop.yoi.argv, "orchestrate"]
    killed = subprocess.run(
        command, cwd=forge.shop.repo, env=dict(forge.shop.yoi.env), capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    before = "worker pull_request" if asked == "pr view" else "decision push"
    assert forge.shop.steps(ticket)[-1] == before
    forge.change(kill_after="")
    forge.shop.run(code=5)
    assert forge.shop.steps(ticket)[-1] == "worker pull_request"
    assert (len(forge.requests), len(forge.calls("pr", "create"))) == (1, 1)
    assert forge.shop.ran() == [f"{ticket} coder 1", f"{ticket} reviewer 1"]


def test_a_run_that_is_killed_as_the_merge_is_noticed_is_ended_by_the_next(
    forge: ForgeShop,
) -> None:
    forge.shop.git("commit", "--quiet", "--all", "--message", "Settings")
    forge.shop.git("push", "--quiet", "origin", "main")
    ticket = begun(forge)
    forge.merge("squash")
    killer = Path(__file__).parents[1] / "support" / "killed_orchestrate.py"
    ended = 0
    for number in range(1, 40):
        command = [sys.executable, "-P", str(killer), str(number)]
        done = subprocess.run(
            command,
            cwd=forge.shop.repo,
            env=dict(forge.shop.yoi.env),
            capture_output=True,
            check=False,
        )
        ended += done.returncode == -signal.SIGKILL
        if done.returncode != -signal.SIGKILL:
            break
    assert ended > 3
    assert (forge.shop.state(ticket), forge.shop.head()) == ("closed", forge.at("main"))
    assert [one for one in forge.shop.steps(ticket) if "forward" in one] == ["worker forward"]
    assert list((forge.shop.repo / ".worktree").glob("*")) == []
    assert forge.shop.git("status", "--porcelain", "--untracked-files=no").out == ""


def test_a_branch_that_was_written_anew_replaces_what_was_pushed_from_here(
    forge: ForgeShop,
) -> None:
    forge.shop.script("coder-2", "git commit --quiet --amend -m 'Written anew'\n")
    begun(forge)
    forge.review(CHANGES, "Another message.")
    forge.shop.run(code=5)
    branch = forge.requests[0]["head"]
    assert forge.at(branch) == forge.shop.head(branch)


def test_what_somebody_else_pushed_to_the_branch_is_never_overwritten(forge: ForgeShop) -> None:
    forge.shop.script("coder-2", "git commit --quiet --amend -m 'Written anew'\n")
    begun(forge)
    branch = forge.requests[0]["head"]
    clone = forge.shop.repo.parent / "theirs"
    forge.shop.git("clone", "--quiet", "--branch", branch, forge.bare, clone)
    forge.shop.git("commit", "--quiet", "--allow-empty", "-m", "Theirs", cwd=clone)
    forge.shop.git("push", "--quiet", "origin", branch, cwd=clone)
    theirs = forge.at(branch)
    forge.review(CHANGES, "Another message.")
    forge.shop.run(code=5)
    assert forge.at(branch) == theirs
    (found,) = forge.shop.yoi("inbox", "--json").json["waiting"]
    assert found["reason"] == "branch_foreign"


def test_a_login_that_is_missing_is_said_before_anything_starts(forge: ForgeShop) -> None:
    forge.change(logged_in=False)
    ticket = forge.shop.queue()
    (outcome,) = forge.shop.run("--json", code=1).json["outcomes"]
    assert (outcome["result"], outcome["reason"]) == ("refused", "not_logged_in")
    assert outcome["message"].startswith("gh is not logged in at github.com: `gh auth login")
    assert (forge.shop.state(ticket), forge.shop.ran()) == ("queued", [])


@pytest.mark.parametrize(
    ("settings", "reason"),
    [('remote = "elsewhere"', "remote_missing"), ('forge = "glab"', "program_missing")],
)
def test_what_else_keeps_requests_from_being_opened_is_said_before_anything_starts(
    forge: ForgeShop, settings: str, reason: str
) -> None:
    forge.configure(settings)
    forge.shop.queue()
    (outcome,) = forge.shop.run("--json", code=1).json["outcomes"]
    assert (outcome["result"], outcome["reason"]) == ("refused", reason)


def test_secrets_and_commands_reach_no_forge(forge: ForgeShop) -> None:
    forge.shop.configure('merge = "pull_request"\ndraft = true', 'secrets = ["MY_TOKEN"]')
    forge.shop.script("coder", 'echo x > x\ngit add x\ngit commit -qm "Fixes #1 @all s3cr3t-t0k"\n')
    forge.shop.queue("Use s3cr3t-t0k --web")
    forge.shop.yoi("orchestrate", check=False, env={"MY_TOKEN": "s3cr3t-t0k"})
    (request,) = forge.requests
    assert request["title"] == "Use [redacted] --web"
    assert request["draft"] is True
    assert "s3cr3t-t0k" not in json.dumps(request["body"])
    head, fence, block = request["body"].partition("````\n")
    assert fence
    assert "Fixes #1 @all" in block
    assert "Fixes" not in head


def test_a_forge_that_cannot_be_asked_is_waited_for(forge: ForgeShop) -> None:
    ticket = begun(forge)
    forge.change(fails="pr view")
    (outcome,) = forge.shop.run("--json", code=5).json["outcomes"]
    assert outcome["result"] == "waits"
    assert "(it could not be looked at: gh pr view did not succeed: HTTP 502" in outcome["message"]
    forge.merge()
    forge.shop.run()
    assert forge.shop.state(ticket) == "closed"


@pytest.mark.parametrize("how", ["merge", "squash", "rebase"])
def test_without_a_program_a_person_opens_it_and_the_remote_says_that_it_is_merged(
    shop: Shop, how: str
) -> None:
    forge = ForgeShop(shop, is_installed=False)
    ticket = shop.queue()
    done = shop.run("--json", code=5)
    page = f"https://github.com/acme/widgets/compare/main...work/{ticket}-a-piece-of-work?expand=1"
    text = f"It waits for the request to be merged: {page} is where to open it."
    assert done.json["outcomes"][0]["message"] == text
    (found,) = shop.yoi("inbox", "--json").json["waiting"]
    assert (found["reason"], found["message"]) == ("pull_request", text)
    shop.run(code=5)
    forge.change(requests=[{"head": f"work/{ticket}-a-piece-of-work", "state": "open"}])
    forge.merge(how)
    shop.run()
    assert (shop.state(ticket), shop.head()) == ("closed", forge.at("main"))
    assert list((shop.repo / ".worktree").glob("*")) == []


def test_gitlab_is_asked_by_glab(shop: Shop) -> None:
    forge = ForgeShop(shop, "glab")
    shop.script("coder-2", MORE)
    ticket = begun(forge)
    url = "https://gitlab.com/acme/widgets/-/merge_requests/1"
    (found,) = shop.yoi("inbox", "--json").json["waiting"]
    assert found["message"] == f"It waits for the request to be merged: {url}"
    note = {"id": 5, "author": {"username": "ada"}, "body": "Count anew.", "system": False}
    place = {"new_path": "a.py", "new_line": 3}
    forge.change_request(
        reviewers=[{"user": {"username": "ada"}, "state": "requested_changes"}],
        notes=[note, {**note, "id": 6, "body": "Here.", "position": place}],
    )
    shop.run(code=5)
    assert "ada (gitlab.com)" in shop.thread(ticket)
    assert "Count anew.\n\na.py:3: Here." in shop.thread(ticket)
    shop.run(code=5)
    assert [one for one in shop.ran() if "coder" in one] == [
        f"{ticket} coder 1", f"{ticket} coder 2",
    ]  # fmt: skip
    assert len(forge.calls("mr", "create")) == 1
    forge.merge("squash")
    shop.run()
    assert (shop.state(ticket), shop.head()) == ("closed", forge.at("main"))


def test_approving_what_was_closed_once_more_opens_a_new_request(forge: ForgeShop) -> None:
    ticket = begun(forge)
    forge.change_request(state="closed")
    forge.shop.run(code=5)
    forge.shop.yoi("ticket", "review", ticket, "--approve", "-m", "Ask for it again.")
    forge.shop.run(code=5)
    assert [one["state"] for one in forge.requests] == ["closed", "open"]
    forge.merge(number=2)
    forge.shop.run()
    assert forge.shop.state(ticket) == "closed"


def test_whoever_is_notified_hears_of_a_request_once(forge: ForgeShop) -> None:
    told = forge.shop.agents / "told"
    path = forge.shop.repo / ".yoi/ticket.config.toml"
    script = f'echo "$YOI_REASON $YOI_MESSAGE" >> {told}'
    path.write_text(f"{path.read_text()}\n[notify]\ncommand = {['sh', '-c', script]}\n")
    begun(forge)
    forge.shop.run(code=5)
    end = time.monotonic() + 20
    while not told.exists() or not told.read_text().endswith("\n"):
        assert time.monotonic() < end
        time.sleep(0.05)
    text = f"pull_request It waits for the request to be merged: {URL}\n"
    assert told.read_text() == text


def test_what_waits_at_the_forge_takes_no_coders_place(forge: ForgeShop) -> None:
    first, second = forge.shop.queue("The first"), forge.shop.queue("The second")
    done = forge.shop.run("--max", "1", "--json", code=5)
    assert {one["ticket"]: one["result"] for one in done.json["outcomes"]} == {
        first: "waits", second: "waits",
    }  # fmt: skip
    assert len(forge.requests) == 2


def test_a_run_that_stays_notices_the_merge(forge: ForgeShop) -> None:
    forge.configure("request_interval = 0.1")
    ticket = forge.shop.queue()
    command = [*forge.shop.yoi.argv, "orchestrate", "--watch"]
    run = subprocess.Popen(
        command,
        cwd=forge.shop.repo,
        env=dict(forge.shop.yoi.env),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert run.stdout is not None
        is_merged = False
        for line in run.stdout:
            step = json.loads(line)
            if step["step"] == "pull_request" and not is_merged:
                is_merged = True
                forge.merge()
            if step["step"] == "ended":
                break
    finally:
        os.kill(run.pid, signal.SIGTERM)
        run.communicate()
    assert forge.shop.state(ticket) == "closed"
