"""An agent that could not run is told from one whose work is not good enough."""

from __future__ import annotations

import pytest

from yoi_cli.orchestration.outcome import BECAUSE, Inability, inability_of
from yoi_cli.orchestration.pauses import Pause, after_failure
from yoi_cli.workers.model import EXITED, KILLED, WorkerView

NOW = 1_780_000_000_000


def ended(code: int | None = 1, *, cause: str = "", state: str = EXITED) -> WorkerView:
    return WorkerView("r", "w", state, "", exit_code=code, cause=cause)


def kind(view: WorkerView, output: str, *, error: str = "", has_work: bool = False) -> str:
    found = inability_of(view, output, error=error, has_work=has_work, now=NOW)
    return "" if found is None else found.kind


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("API Error: Request rejected (429) · usage limit, resets 9pm", "limit"),
        ("You've hit your limit · resets 3am (UTC)", "limit"),
        ("Credit balance is too low", "limit"),
        ("You exceeded your current quota, please check your plan and billing details.", "limit"),
        ("RESOURCE_EXHAUSTED", "limit"),
        ("ThrottlingException: Too many tokens, please wait before trying again.", "limit"),
        ("Daily limit of 50 requests hit; come back tomorrow", "limit"),
        ("limit will reset at 3am (America/New_York)", "limit"),
        ("payment required (402)", "limit"),
        ("利用上限に達しました", "limit"),
        ("API Error: 529 Overloaded", "limit"),
        ("Not logged in · Please run /login", "login"),
        ("Invalid API key · Fix external API key", "login"),
        ("unexpected status 401 Unauthorized: Missing bearer authentication", "login"),
        ("Please set an Auth method or specify GEMINI_API_KEY: authentication is missing", "login"),
        ("Error: No API key was set", "login"),
        ("Session expired. Run `codex login`", "login"),
        ("Missing environment variable: `OPENAI_API_KEY`.", "login"),
        ("you must specify the GEMINI_API_KEY environment variable.", "login"),
        ("Error: getaddrinfo ENOTFOUND api.example.org", "network"),
        ("stream disconnected before completion: connection refused", "network"),
        ("Service temporarily unavailable", "network"),
        ("Segmentation fault", "failed"),
        ("", "failed"),
    ],
)
def test_one_that_fails_and_left_nothing_could_not_run_whatever_it_said(
    said: str, why: str
) -> None:
    assert kind(ended(), f"Hello.\n{said}\n") == why


@pytest.mark.parametrize("landlock", [0, 6])
def test_one_that_fails_at_what_the_kernel_keeps_from_it_is_told_apart(landlock: int) -> None:
    said = "Error: EACCES: permission denied, mkdir '/home/ada/.agent'\n    at mkdir"
    view = ended()._replace(confine="strict", landlock=landlock)
    found = inability_of(view, said, has_work=False, now=NOW)
    assert found is not None
    assert found.kind == ("confined" if landlock else "failed")
    assert found.is_certain is bool(landlock)
    assert kind(ended(0)._replace(landlock=landlock), said) == ""


def test_one_that_left_work_behind_ran() -> None:
    assert kind(ended(), "usage limit", has_work=True) == ""


@pytest.mark.parametrize(
    "said",
    [
        *("usage limit reached", "Error: 429 Too Many Requests", "Too many requests"),
        *("usage limit, resets 9pm", "Your credit balance is too low to access the API"),
        "rate limited, retry after 3600s",
    ],
)
def test_some_say_that_they_failed_and_exit_with_0(said: str) -> None:
    assert kind(ended(0), said) == "limit"


@pytest.mark.parametrize(
    "said",
    [
        "Nothing had to be done.",
        "Should I put a rate limit on the API?",
        "Should a login that failed with 401 be tried again?",
        "The quota page is done.",
    ],
)
def test_one_that_ends_well_with_other_words_ran(said: str) -> None:
    assert kind(ended(0), said) == ""


def test_what_an_agent_reports_as_its_error_counts_before_what_it_printed() -> None:
    assert kind(ended(0), "All is well.", error="Please run /login") == "login"
    assert kind(ended(0), "usage limit", error="it broke") == "failed"


def test_a_hung_agent_a_missing_program_and_a_killed_one() -> None:
    assert kind(ended(None, cause="idle_timeout", state=KILLED), "") == "hung"
    assert kind(ended(0, cause="timeout"), "") == "hung"
    assert kind(ended(0, cause="timeout"), "Attempt 9 failed with status 429") == "limit"
    assert kind(ended(127), "sh: 1: agent: not found") == "missing"
    assert kind(ended(None, state=KILLED), "usage limit") == ""
    assert kind(ended(None, cause="stopped", state=KILLED), "usage limit") == ""


def test_the_line_that_says_why_is_kept() -> None:
    found = inability_of(
        ended(), "Rate limit exceeded, try again in 5 minutes.\nGood bye.", has_work=False, now=NOW
    )
    assert found == Inability(
        "limit", "Rate limit exceeded, try again in 5 minutes.", NOW + 5 * 60_000
    )


def test_the_time_is_found_before_the_places_where_an_agent_failed() -> None:
    places = "\n".join(
        f"    at async Models.call{n} (bundle/chunk.js:{n}:24) {{" for n in range(10)
    )
    said = f"Attempt 3 failed: You have hit your usage limit, resets in 3 hours.\n{places}"
    found = inability_of(
        ended(None, cause="timeout"), f"{said}\n  status: 429\n}}", has_work=False, now=NOW
    )
    assert found is not None
    assert (found.kind, found.until) == ("limit", NOW + 3 * 3_600_000)
    assert "resets in 3 hours" in found.said


def test_equal_failures_become_a_pause_that_grows_and_has_an_end() -> None:
    pause: Pause | None = None
    rests = []
    for _ in range(12):
        pause = after_failure(pause, Inability("login", "no"), NOW)
        rests.append((pause.until - NOW) // 1000)
    assert rests[:5] == [2, 5, 900, 1800, 3600]
    assert rests[-1] == 6 * 3600


def test_failures_of_no_known_reason_spend_rounds_and_still_become_a_pause() -> None:
    pause: Pause | None = None
    rests = []
    for _ in range(3):
        pause = after_failure(pause, Inability("failed", "Segmentation fault"), NOW)
        rests.append((pause.until - NOW) // 1000)
    assert rests == [0, 0, 900]
    certain = {kind for kind in BECAUSE if Inability(kind, "").is_certain}
    assert certain == {"limit", "login", "network", "confined", "missing"}


def test_another_failure_begins_anew_and_a_named_time_counts_at_once() -> None:
    before = Pause(2, "login", "no", NOW)
    assert after_failure(before, Inability("network", "gone"), NOW).failures == 1
    told = after_failure(None, Inability("limit", "resets", NOW + 3_600_000), NOW)
    assert (told.until, told.is_told) == (NOW + 3_600_000, True)
