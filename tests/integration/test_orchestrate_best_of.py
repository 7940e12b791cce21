"""Several coders on one ticket, of whose work a reviewer or a person chooses one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.orchestration import APPROVE, GOOD, UNCONFINED, Shop, copy_of

from yoi_cli.model.ids import TicketId

pytestmark = pytest.mark.slow

KILLER = Path(__file__).parents[1] / "support" / "killed_orchestrate.py"
#: Each candidate commits a file that says which it is.
MARKED = 'echo "$YOI_ROUND" > "by-$YOI_ROUND.txt"\n' + GOOD
#: Chooses where none of the work is checked out, and approves what it reviews.
CHOOSES = (
    'if [ -f "$YOI_TICKET.txt" ]; then echo YOI-REVIEW: approve; else\n'
    'echo "The second is shorter."\necho "YOI-REVIEW: choose %s"\nfi\n'
)


@pytest.fixture
def contest(shop: Shop) -> Shop:
    shop.configure("close = true\nbest_of = 3")
    shop.script("coder", MARKED)
    shop.script("reviewer", CHOOSES % 2)
    return shop


def rescued(shop: Shop, ticket: str) -> set[str]:
    """The files that the refs of what was not chosen keep."""
    refs = shop.git("for-each-ref", "--format=%(refname)", f"refs/yoi/rescue/{ticket}/").out
    listed = (shop.git("ls-tree", "-r", "--name-only", ref).out.split() for ref in refs.split())
    return {name for names in listed for name in names if name.startswith("by-")}


def candidates(shop: Shop, ticket: str) -> list[str]:
    return [step for step in shop.steps(ticket) if "candidate" in step or "cho" in step]


def test_the_reviewer_chooses_and_the_work_of_the_others_is_kept(contest: Shop) -> None:
    ticket = contest.queue()
    contest.run("--max", "3")
    assert sorted(contest.ran()) == sorted(
        [*(f"{ticket} coder {number}" for number in (1, 2, 3)), *[f"{ticket} reviewer 3"] * 2]
    )
    assert {"by-2.txt"} == {name for name in contest.files() if name.startswith("by-")}
    assert rescued(contest, ticket) >= {"by-1.txt", "by-3.txt"}
    assert not list((contest.repo / ".worktree").iterdir())
    assert "work/" not in contest.git("branch", "--list").out
    assert candidates(contest, ticket) == [
        "worker candidates", *["worker candidate fit"] * 3, "worker choose", "decision chosen",
    ]  # fmt: skip
    assert "The second is shorter." in contest.thread(ticket)


def test_the_reviewer_is_told_of_every_candidate_and_how_to_see_it(contest: Shop) -> None:
    contest.script("coder-3", 'echo "Which colour?"\n')
    ticket = contest.queue()
    contest.run()
    prompts = contest.repo / ".git/yoi/orchestrate/prompts"
    text = next(prompts.rglob("reviewer-1.md")).read_text()
    base = contest.git("merge-base", "main^1", "main^2").out.strip()[:12]
    assert "## Candidate 3, which cannot be chosen" in text
    assert "Which colour?" in text
    assert f"git diff --stat {base} " in text
    assert "`YOI-REVIEW: choose 1` or `YOI-REVIEW: choose 2`" in text
    assert "`by-1.txt` +1" in text
    assert contest.state(ticket) == "closed"


def test_what_is_chosen_goes_back_to_a_coder_on_its_branch(contest: Shop) -> None:
    contest.configure("close = true\nbest_of = 2")
    contest.script(
        "reviewer",
        "if [ -f more.txt ]; then echo YOI-REVIEW: approve\n"
        "elif ls by-*.txt > /dev/null 2>&1; then echo YOI-REVIEW: request_changes\n"
        "else echo YOI-REVIEW: choose 1; fi\n",
    )
    contest.script("coder-3", "echo > more.txt\ngit add --all\ngit commit --quiet -m More\n")
    ticket = contest.queue()
    contest.run()
    assert contest.state(ticket) == "closed"
    assert {"by-1.txt", "more.txt"} <= contest.files()
    assert contest.ran().count(f"{ticket} coder 3") == 1


def test_the_only_one_that_can_be_chosen_needs_no_choice(contest: Shop) -> None:
    contest.script("coder-1", "exit 3\n")
    contest.script("coder-2", "true\n")
    ticket = contest.queue()
    contest.run()
    assert "by-3.txt" in contest.files()
    assert candidates(contest, ticket)[-1] == "decision chosen"
    assert "worker choose" not in contest.steps(ticket)


def test_a_candidate_that_does_not_pass_validation_cannot_be_chosen_and_is_validated_once(
    contest: Shop,
) -> None:
    log = contest.agents / "validated"
    command = f"ls by-*.txt >> {log} 2>&1; test ! -f by-2.txt"
    contest.configure(f'close = true\nbest_of = 2\nvalidate = [["sh", "-c", "{command}"]]')
    ticket = contest.queue()
    contest.run()
    assert "worker candidate unfit" in contest.steps(ticket)
    assert "by-1.txt" in contest.files()
    seen = [line for line in log.read_text().splitlines() if line.startswith("by-")]
    assert sorted(seen) == ["by-1.txt", "by-1.txt", "by-2.txt"]  # the merge, and each once


def test_where_none_is_good_enough_others_begin_as_the_rounds_allow(contest: Shop) -> None:
    contest.configure("close = true\nbest_of = 3\nrounds = 3")
    for number in (1, 2, 3):
        contest.script(f"coder-{number}", "echo left > left.txt\n")
    ticket = contest.queue()
    contest.run()
    coders = [line for line in contest.ran() if " coder " in line]
    assert len(coders) == 4
    assert "by-4.txt" in contest.files()
    assert contest.state(ticket) == "closed"


def test_where_all_ask_the_ticket_waits_for_an_answer(contest: Shop) -> None:
    contest.configure("close = true\nbest_of = 2")
    contest.script("coder", "echo 'Which colour?'\n")
    ticket = contest.queue()
    done = contest.run("--json", code=5)
    assert done.json["outcomes"][0]["reason"] == "needs_answer"
    contest.script("coder", MARKED)
    contest.script("reviewer", CHOOSES % 4)
    contest.yoi("ticket", "answer", ticket, "-m", "Green.")
    contest.run()
    assert "by-4.txt" in contest.files()


def test_a_person_chooses(contest: Shop) -> None:
    contest.configure('close = true\nbest_of = 2\nreview = "person"')
    ticket = contest.queue()
    done = contest.run("--json", code=5)
    assert done.json["outcomes"][0]["reason"] == "choice"
    waiting = contest.yoi("inbox", "--json").json["waiting"][0]
    assert waiting["reason"] == "choice"
    assert waiting["commands"][:3] == [
        f"yoi ticket review {ticket} --choose 1 -m TEXT",
        f"yoi ticket review {ticket} --choose 2 -m TEXT",
        f"yoi ticket diff {ticket} --candidate 1",
    ]
    assert "+++ b/by-1.txt" in contest.yoi("ticket", "diff", ticket, "--candidate", "1").out
    missing = contest.yoi("ticket", "diff", ticket, "--candidate", "7", check=False)
    assert "candidate_missing" in missing.err
    refused = contest.yoi("ticket", "review", ticket, "--choose", "3", "-m", "x", check=False)
    assert refused.code == 4
    assert "candidate_not_fit" in refused.err
    contest.yoi("ticket", "review", ticket, "--choose", "1", "-m", "Simpler.")
    contest.run(code=5)
    contest.yoi("ticket", "review", ticket, "--approve", "-m", "Good.")
    contest.run()
    assert "by-1.txt" in contest.files()
    assert rescued(contest, ticket) >= {"by-2.txt"}


def test_a_reviewer_that_names_none_of_them_has_chosen_none(contest: Shop) -> None:
    contest.script("reviewer", CHOOSES % 9)
    ticket = contest.queue()
    done = contest.run("--json", code=5)
    assert done.json["outcomes"][0]["reason"] == "no_choice"
    contest.script("reviewer", APPROVE)
    contest.yoi("ticket", "review", ticket, "--choose", "3", "-m", "It is.")
    contest.run()
    assert "by-3.txt" in contest.files()


def test_a_coder_cannot_choose_itself(contest: Shop) -> None:
    contest.configure("close = true\nbest_of = 2", UNCONFINED)
    program = " ".join(contest.yoi.argv)
    contest.script(
        "coder-2",
        f"{MARKED}{program} ticket review $YOI_TICKET --choose 1 -m me > /dev/null 2>&1 || true\n",
    )
    contest.script("reviewer", CHOOSES % 2)
    ticket = contest.queue()
    contest.run()
    assert "by-2.txt" in contest.files()
    assert contest.thread(ticket).count("step: chosen") == 1


def test_what_was_typed_into_the_log_chooses_nothing(contest: Shop) -> None:
    contest.configure('best_of = 2\nreview = "person"')
    ticket = contest.queue()
    contest.run(code=5)
    thread = contest.repo / ".yoi/tickets" / ticket / "thread.md"
    before = thread.read_text()
    contest.yoi("ticket", "review", ticket, "--choose", "2", "-m", "Mine.")
    added = thread.read_text()[len(before) :]
    event = added.split(" id: ")[1].split(" ")[0]
    copied = added.replace(event, event[:-1] + ("0" if event[-1] != "0" else "1"))
    thread.write_text(before + copied)
    contest.yoi("restore", "--leave", check=False)
    done = contest.run("--json", code=5)
    assert done.json["outcomes"][0]["reason"] == "choice"


def test_changes_that_are_asked_for_before_the_choice_reach_other_candidates(
    contest: Shop,
) -> None:
    contest.configure('close = true\nbest_of = 2\nreview = "person"\nrounds = 5')
    ticket = contest.queue()
    contest.run(code=5)
    contest.yoi("ticket", "review", ticket, "--request-changes", "-m", "Use less colour.")
    contest.run(code=5)
    prompts = contest.repo / ".git/yoi/orchestrate/prompts"
    assert "Use less colour." in next(prompts.rglob("coder-4.md")).read_text()
    assert rescued(contest, ticket) >= {"by-1.txt", "by-2.txt"}
    contest.yoi("ticket", "review", ticket, "--choose", "3", "-m", "Good.")
    contest.run(code=5)
    assert (
        "by-3.txt"
        in contest.git("ls-tree", "-r", "--name-only", "HEAD", cwd=contest.worktree(ticket)).out
    )


def test_places_bound_the_coders_of_all_tickets(contest: Shop) -> None:
    busy = contest.agents / "busy"
    contest.script(
        "coder",
        f"mkdir -p {busy}; touch {busy}/$$\n"
        f"until [ -f {busy}.two ]; do [ $(ls {busy} | wc -l) -lt 2 ] || touch {busy}.two\n"
        f"sleep 0.05; done; sleep 0.1; ls {busy} | wc -l >> {contest.agents}/at-once\n"
        f"rm {busy}/$$\n{MARKED}",
    )
    tickets = [contest.queue(), contest.queue("Another piece")]
    contest.run("--max", "2")
    at_once = [int(line) for line in (contest.agents / "at-once").read_text().split()]
    assert len(at_once) == 6
    assert max(at_once) == 2
    assert {contest.state(one) for one in tickets} == {"closed"}


def test_a_ticket_and_a_run_say_how_many(contest: Shop) -> None:
    contest.configure("close = true")
    contest.script("reviewer", CHOOSES % 1)
    ticket = contest.queue()
    contest.run("--best-of", "2")
    assert len([line for line in contest.ran() if " coder " in line]) == 2
    other = contest.queue("Another piece")
    contest.yoi("ticket", "edit", other, "--set", "best_of=3")
    contest.run("--best-of", "2")
    assert len([line for line in contest.ran() if f"{other} coder " in line]) == 3
    assert contest.state(ticket) == contest.state(TicketId(other)) == "closed"


def killed(shop: Shop, number: int) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-P", str(KILLER), str(number), "--max", "3"]
    return subprocess.run(
        command, cwd=shop.repo, env=dict(shop.yoi.env), capture_output=True, check=False
    )


def facts(shop: Shop, ticket: str) -> tuple[object, ...]:
    """What must be the same however often it was killed."""
    trees = sorted(tree.name for tree in (shop.repo / ".worktree").iterdir())
    kept = {name for name in rescued(shop, ticket) if name != "by-2.txt"}
    branches = shop.git("branch", "--list", "--format=%(refname:short)").out
    return (
        shop.state(ticket), sorted(shop.steps(ticket)), sorted(shop.ran()), shop.merges(),
        shop.files(), trees, kept, branches,
    )  # fmt: skip


@pytest.mark.parametrize("part", [0.15, 0.3, 0.4, 0.5, 0.6, 0.7])
def test_a_contest_that_was_killed_is_ended_by_the_next_run(
    contest: Shop, tmp_path: Path, part: float
) -> None:
    ticket = contest.queue()
    twin = copy_of(contest, tmp_path / "twin")
    counted = killed(twin, 0)
    assert counted.returncode == 0, counted.stderr.decode()
    boundaries = counted.stderr.decode().count("boundary ")
    ended = killed(contest, int(boundaries * part))
    assert ended.returncode == -9
    contest.run("--max", "3")
    assert facts(contest, ticket) == facts(twin, ticket)
