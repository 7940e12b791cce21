"""Agents that print a JSON object a line: what they say is taken from it, what they cost too."""

from __future__ import annotations

import json

import pytest
from support.orchestration import GOOD, Shop

PROFILE = 'agent = "claude"'


def says(text: str, cost: float = 0.25) -> str:
    """A script that ends as Claude Code does."""
    usage = {"input_tokens": 240, "output_tokens": 60}
    ended = {"type": "result", "is_error": False, "result": text, "session_id": "s-1"}
    line = json.dumps({**ended, "total_cost_usd": cost, "usage": usage})
    return f"cat <<'END'\n{line}\nEND\n"


@pytest.fixture
def agents(shop: Shop) -> Shop:
    shop.configure("close = true", profile=PROFILE)
    shop.script("coder", GOOD + says("Done."))
    shop.script("reviewer", says("I looked.\n\nYOI-REVIEW: approve"))
    return shop


def test_the_verdict_is_in_the_message_and_the_costs_are_summed(agents: Shop) -> None:
    ticket = agents.queue()
    agents.run()
    assert agents.state(ticket) == "closed"
    assert "I looked." in agents.thread(ticket)
    shown = agents.yoi("ticket", "show", ticket, "--json").json
    assert (shown["tokens"], shown["cost"]) == (600, 0.5)
    assert "600 tokens, $0.50" in agents.yoi("ticket", "show", ticket).out
    figures = agents.yoi("ticket", "stats", "--json").json
    assert (figures["tokens"], figures["cost"]) == (600, 0.5)


def test_a_ticket_that_spent_its_budget_waits_for_a_person(agents: Shop) -> None:
    agents.configure("rounds = 9\nmax_cost = 0.5", profile=PROFILE)
    agents.script("coder", says("I could not."))
    ticket = agents.queue()
    agents.run(code=5)
    assert len(agents.ran()) == 2
    assert "reason: budget_spent" in agents.thread(ticket)
    agents.run("--retry", code=5)
    assert len(agents.ran()) == 4, "as much again, and no more"


def test_a_run_that_spent_its_budget_starts_nothing_more(agents: Shop) -> None:
    agents.configure("max_run_cost = 0.25\nmax_workers = 1", profile=PROFILE)
    agents.script("coder", says("I could not."))
    first, second = agents.queue("First"), agents.queue("Second")
    done = agents.run("--json", code=5)
    assert len(agents.ran()) == 1
    assert {one["reason"] for one in done.json["outcomes"]} == {"run_budget_spent"}
    assert sorted(map(agents.state, (first, second))) == ["inprogress", "queued"]


def test_a_question_is_answered_in_the_same_session(agents: Shop) -> None:
    keep = f'echo "$*" >> {agents.agents}/arguments\n'
    path = agents.agents / "agent.sh"
    path.write_text(keep + path.read_text())
    agents.script("coder-1", says("Which one, 41 or 42?"))
    ticket = agents.queue()
    agents.run(code=5)
    assert "Which one, 41 or 42?" in agents.thread(ticket)
    agents.yoi("ticket", "answer", ticket, "-m", "42.")
    agents.run()
    assert (agents.agents / "arguments").read_text().splitlines()[:2] == ["", "--resume s-1"]


def test_what_a_worker_says_is_shown_as_text_and_its_figures_with_it(agents: Shop) -> None:
    said = {"type": "assistant", "message": {"content": [{"type": "text", "text": "Hi \u001b[2J"}]}}
    agents.script("coder", f"cat <<'END'\n{json.dumps(said)}\nEND\n" + GOOD + says("Done."))
    ticket = agents.queue()
    agents.run()
    coder = agents.yoi("worker", "list", "--ticket", ticket, "--json").json["workers"][0]
    logs = agents.yoi("worker", "logs", coder["worker_id"]).out
    assert "Hi \\x1b[2J\n" in logs
    assert '"type"' in agents.yoi("worker", "logs", "--raw", coder["worker_id"]).out
    report = agents.yoi("worker", "show", coder["worker_id"], "--json").json["report"]
    assert (report["session"], report["cost"], report["last_message"]) == ("s-1", 0.25, "Done.")
