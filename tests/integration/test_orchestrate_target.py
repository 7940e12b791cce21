"""The target branch moves by merges of what was approved; what else moves it is told."""

from __future__ import annotations

import re

import pytest
from support.orchestration import GOOD, Shop

pytestmark = pytest.mark.slow

#: Commits in the main checkout, beside the coder's own work.
IN_MAIN = """\
main=$(git rev-parse --git-common-dir)/..
echo x > "$main/beside.txt"
git -C "$main" add beside.txt
git -C "$main" commit --quiet --message Beside
"""


def unconfine(shop: Shop, settings: str = "close = true") -> None:
    """Let workers do what the kernel keeps them from where it can: then it must be noticed."""
    shop.configure(f'{settings}\n\n[worker]\nconfine = "off"')


@pytest.mark.parametrize(
    "move",
    ["git update-ref refs/heads/main HEAD", 'git -C "$YOI_WORKTREE/../.." merge -q $YOI_BRANCH'],
)
def test_work_that_its_coder_brought_into_the_target_goes_to_a_person(
    shop: Shop, move: str
) -> None:
    unconfine(shop)
    shop.script("coder", f"{GOOD}{move}\n")
    ticket = shop.queue()
    done = shop.run("--json", code=5)
    assert done.json["outcomes"][0]["reason"] == "not_approved"
    assert "which nobody approved" in shop.thread(ticket)
    assert [line.split()[1] for line in shop.ran()] == ["coder"]
    assert shop.state(ticket) == "inprogress"


def test_work_that_is_committed_on_the_target_itself_goes_to_a_person(shop: Shop) -> None:
    """git lets no two worktrees have one branch, but for who writes HEAD."""
    unconfine(shop)
    shop.script("coder", f"git symbolic-ref HEAD refs/heads/main\n{GOOD}")
    ticket = shop.queue()
    done = shop.run("--json", code=5)
    assert done.json["outcomes"][0]["reason"] == "not_approved"
    assert [line.split()[0] for line in shop.ran()] == [ticket]


@pytest.mark.parametrize("who", ["validator", "reviewer"])
def test_a_target_that_validation_or_a_reviewer_moved_goes_to_a_person(
    shop: Shop, who: str
) -> None:
    """Both run what the coder wrote."""
    move = "git update-ref refs/heads/main HEAD\n"
    settings = ""
    if who == "validator":
        (shop.agents / "validate.sh").write_text(move)
        settings = f'review = "person"\nvalidate = [["sh", "{shop.agents}/validate.sh"]]\n'
    unconfine(shop, f"{settings}close = true")
    shop.script("reviewer", f"{move}echo 'YOI-REVIEW: approve'\n")
    ticket = shop.queue()
    done = shop.run("--json", code=5)
    assert done.json["outcomes"][0]["reason"] == "not_approved"
    assert "step: target_moved" in shop.thread(ticket)
    assert "status: approve" not in shop.thread(ticket)


def test_a_target_that_is_deleted_meanwhile_is_named_and_may_come_back(shop: Shop) -> None:
    unconfine(shop, 'target = "next"\nclose = true')
    shop.git("branch", "next")
    shop.script("reviewer", "git branch --quiet -D next\necho 'YOI-REVIEW: approve'\n")
    ticket = shop.queue()
    done = shop.run("--json", code=5)
    assert done.json["outcomes"][0]["reason"] == "target_missing"
    assert "there is no branch `next` any more" in shop.thread(ticket)
    shop.git("branch", "next", "main")
    shop.run("--retry")
    assert shop.state(ticket) == "closed"


def test_such_work_is_done_once_a_person_approves_it(shop: Shop) -> None:
    unconfine(shop)
    shop.script("coder", f"{GOOD}git update-ref refs/heads/main HEAD\n")
    ticket = shop.queue()
    shop.run(code=5)
    head = shop.head()
    shop.yoi("ticket", "review", ticket, "--approve", "-m", "It may stay.")
    shop.run()
    assert shop.state(ticket) == "closed"
    assert "somebody else brought it there" in shop.thread(ticket)
    assert (shop.merges(), shop.head()) == ([], head)


def test_work_that_is_on_a_remote_already_goes_to_a_person(shop: Shop) -> None:
    unconfine(shop)
    remote = shop.repo.parent / "remote.git"
    shop.git("init", "--quiet", "--bare", remote)
    shop.git("remote", "add", "origin", remote)
    shop.script("coder", f"{GOOD}git push --quiet origin HEAD:refs/heads/main\n")
    ticket = shop.queue()
    done = shop.run("--json", code=5)
    assert done.json["outcomes"][0]["reason"] == "not_approved"
    assert "`origin/main` holds" in shop.thread(ticket)


def test_a_commit_beside_the_work_is_told_and_merged_around(shop: Shop) -> None:
    unconfine(shop)
    shop.script("coder", IN_MAIN + GOOD)
    ticket = shop.queue()
    done = shop.run()
    beside = shop.git("log", "-1", "--format=%h", "--abbrev=12", "--", "beside.txt").out.strip()
    moved = f"while the coder worked, by no merge of ours: {beside}."
    assert moved in shop.thread(ticket)
    assert moved in done.out
    assert len(shop.merges()) == 1


def test_a_target_that_lost_commits_is_told(shop: Shop) -> None:
    unconfine(shop)
    shop.git("commit", "--quiet", "--allow-empty", "-m", "To be lost")
    shop.script("coder", f"{GOOD}git update-ref refs/heads/main main~1\n")
    ticket = shop.queue()
    shop.yoi("orchestrate", check=False)
    assert "worked, and lost commits; no merge of ours did that." in shop.thread(ticket)


def test_merges_of_tickets_are_no_moves_that_are_told(shop: Shop) -> None:
    tickets = [shop.queue(f"Number {number}") for number in range(3)]
    shop.run("--max", "3")
    assert len(shop.merges()) == 3
    assert all("while the coder" not in shop.thread(ticket) for ticket in tickets)


def test_tickets_that_are_ready_at_once_are_each_validated_once_and_moved_once(
    shop: Shop,
) -> None:
    shop.configure(f'validate = [["sh", "-c", "pwd >> {shop.agents}/validated"]]')
    tickets = [shop.queue(f"Number {number}") for number in range(4)]
    shop.run("--max", "4")
    merged = [
        line
        for line in (shop.agents / "validated").read_text().splitlines()
        if re.search(r"/merge-\w{13}$", line)
    ]
    announced = [step for ticket in tickets for step in shop.steps(ticket) if "advance" in step]
    assert (len(merged), len(announced), len(shop.merges())) == (4, 4, 4)


def test_a_validation_that_the_target_left_behind_is_ended_and_done_anew(shop: Shop) -> None:
    """The target moves by a person's commit while the first try is validated."""
    shop.script(
        "check",
        f"""\
case $PWD in *merge-0*)
  if mkdir {shop.agents}/moved 2> /dev/null; then
    git -C {shop.repo} commit --quiet --allow-empty --message Mine
    sleep 600
  fi
esac
""",
    )
    unconfine(shop, f'validate = [["sh", "{shop.agents}/check.sh"]]')
    ticket = shop.queue()
    shop.run()
    assert re.search(r"`main` moved on from \w+ meanwhile. Merge", shop.thread(ticket))
    assert shop.steps(ticket).count("decision advance") == 1
    assert len(shop.merges()) == 1


def test_a_merge_that_this_clone_does_not_know_is_not_moved_to(shop: Shop) -> None:
    """What the log names as the merge is believed only where this clone made it."""
    ticket = shop.queue()
    in_way = shop.repo / f"{ticket}.txt"
    in_way.write_text("Not committed")
    shop.run(code=5)
    assert "step: advance" in shop.thread(ticket)
    in_way.unlink()
    (shop.repo / ".git/yoi/orchestrate/merges").unlink()
    shop.run()
    assert "no merge of this clone's is called that" in shop.thread(ticket)
    assert len(shop.merges()) == 1


def test_a_red_target_is_told_and_no_coder_is_blamed_for_it_alone(shop: Shop) -> None:
    shop.configure('rounds = 1\nvalidate = [["sh", "-c", "echo broken; test -f mended"]]')
    ticket = shop.queue()
    done = shop.run(code=5)
    head = shop.head()[:12]
    assert "`main` fails `sh -c 'echo broken; test -f mended'` itself: exit code 1." in done.out
    assert f"exit code 1; `main` fails it itself, at {head}." in shop.thread(ticket)
    assert "Last: The coder exited with 1. `main` fails" in shop.thread(ticket)
    assert [tree.name for tree in (shop.repo / ".worktree").iterdir()] == [
        shop.worktree(ticket).name
    ]


def test_a_green_target_is_validated_once_and_what_was_merged_is_known(shop: Shop) -> None:
    shop.configure(f'validate = [["sh", "-c", "pwd >> {shop.agents}/validated"]]')
    shop.queue("One")
    shop.queue("Two")
    shop.run("--max", "2")
    shop.queue("Three")
    shop.run()
    lines = (shop.agents / "validated").read_text().splitlines()
    folders = [line.rpartition("/")[2] for line in lines]
    assert folders.count("merge-target") == 1
    assert len(folders) == 1 + 3 + 3


def test_a_target_that_cannot_be_validated_holds_nobody_up(shop: Shop) -> None:
    shop.configure('validate = [["true"]]')
    in_way = shop.repo / ".worktree/merge-target"
    in_way.mkdir(parents=True)
    ticket = shop.queue()
    assert "`main` could not be validated" in shop.run().out
    assert shop.state(ticket) == "done"
