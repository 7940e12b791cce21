"""Agents that could not run: no round is spent, a person can read why, and a limit that is
reached does not burn the queue."""

from __future__ import annotations

import pytest
from support.orchestration import APPROVE, GOOD, Shop

pytestmark = pytest.mark.slow

LIMIT = "echo 'API Error: 429 usage limit, resets in 3 hours'\nexit 1\n"
LOGIN = "echo 'Not logged in. Please run /login'\nexit 1\n"


def coders(shop: Shop) -> int:
    return sum(" coder " in line for line in shop.ran())


def test_a_limit_that_names_its_end_pauses_the_profile_and_tickets_stay_queued(shop: Shop) -> None:
    shop.configure("rounds = 1\nmax_workers = 1")
    shop.script("coder", LIMIT)
    tickets = [shop.queue(f"Work {number}") for number in range(4)]
    done = shop.run("--json", code=5)
    assert coders(shop) == 1
    assert {one["reason"] for one in done.json["outcomes"]} == {"profile_paused"}
    assert "usage limit, resets in 3 hours" in done.json["outcomes"][0]["message"]
    assert sorted(map(shop.state, tickets)) == ["inprogress", "queued", "queued", "queued"]
    (begun,) = [one for one in tickets if shop.state(one) == "inprogress"]
    assert shop.steps(begun)[-1] == "worker could_not_run limit"
    assert "usage limit, resets in 3 hours" in shop.thread(begun)
    shop.run(code=5)
    assert coders(shop) == 1, "the pause holds for the next run, too"


def test_equal_failures_pause_it_and_retry_goes_on_without_a_round_spent(shop: Shop) -> None:
    shop.configure("rounds = 1")
    shop.script("coder", LOGIN)
    ticket = shop.queue()
    done = shop.run(code=5)
    assert coders(shop) == 3
    assert "It said: Not logged in. Please run /login" in done.out
    assert "worker person" not in shop.steps(ticket)
    shop.script("coder", GOOD)
    shop.run("--retry")
    assert coders(shop) == 4
    assert len(shop.merges()) == 1


def test_a_fallback_works_while_the_profile_rests(shop: Shop) -> None:
    path = shop.repo / ".yoi/ticket.config.toml"
    shop.configure("close = true", profile='fallback = "other"')
    other = f'\n[profiles.other]\ncommand = ["sh", "{shop.agents}/agent.sh"]\n'
    path.write_text(path.read_text() + other)
    shop.script("coder-1", LIMIT)
    ticket = shop.queue()
    shop.run()
    assert shop.state(ticket) == "closed"
    assert 'author: "reviewer (other)"' in shop.thread(ticket)


def test_a_reviewer_that_could_not_run_has_not_been_asked(shop: Shop) -> None:
    shop.script(
        "reviewer", f"test -f {shop.agents}/there || {{ touch {shop.agents}/there; {LIMIT} }}"
    )
    ticket = shop.queue()
    shop.run(code=5)
    assert shop.steps(ticket)[-1] == "worker could_not_run limit"
    shop.script("reviewer", APPROVE)
    shop.run("--retry")
    assert len(shop.merges()) == 1
    assert coders(shop) == 1


def test_equal_failures_of_no_known_reason_pause_it_too(shop: Shop) -> None:
    shop.configure("rounds = 1\nmax_workers = 1")
    shop.script("coder", "echo Segmentation fault\nexit 1")
    tickets = [shop.queue(f"Work {number}") for number in range(6)]
    shop.run(code=5)
    assert coders(shop) == 3
    assert [shop.state(one) for one in tickets].count("queued") == 4


def test_without_an_identity_or_a_signature_nothing_is_begun(shop: Shop) -> None:
    shop.git("config", "commit.gpgSign", "true")
    shop.git("config", "gpg.program", "/nowhere/gpg")
    ticket = shop.queue()
    done = shop.run("--json", code=1)
    assert done.json["outcomes"][0]["reason"] == "signing_failed"
    shop.git("config", "commit.gpgSign", "false")
    shop.git("config", "user.useConfigOnly", "true")
    bare = dict.fromkeys(("GIT_CONFIG_GLOBAL", "GIT_CONFIG_COUNT"), "")
    home = shop.agents / "home"
    home.mkdir()
    env = {**bare, "HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    done = shop.yoi("orchestrate", "--json", env=env, check=False)
    assert done.json["outcomes"][0]["reason"] == "identity_missing", done
    assert shop.state(ticket) == "queued"
    assert shop.ran() == []


def test_an_agent_that_writes_nothing_for_too_long_is_ended(shop: Shop) -> None:
    shop.configure("rounds = 1", profile="idle_timeout = 0.5")
    shop.script("coder-1", "echo thinking\nsleep 60\n")
    ticket = shop.queue()
    shop.run()
    assert "(idle_timeout)" in shop.thread(ticket)
    assert "thinking" in shop.thread(ticket)
