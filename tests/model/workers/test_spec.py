"""What a worker is asked to be, and what is configured for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.errors import UsageError
from yoi_cli.model.settings import NotifySettings, OrchestrationSettings, WorkerSettings
from yoi_cli.model.workers.profiles import Profile, Settings
from yoi_cli.model.workers.spec import WorkerSpec, command_of, request_of, withheld

SETTINGS = Settings(
    profiles={
        "agent": Profile("agent", ("agent",), timeout=60.0, group="agents", secrets=("KEY",))
    },
    roles={"coder": "agent"},
    worker=WorkerSettings(
        timeout=5.0,
        grace=2.5,
        output_limit=100,
        environment=("PLAIN",),
        secrets=("TOKEN",),
        capacity={"agents": 2},
    ),
    orchestration=OrchestrationSettings(),
    foreign_roles={},
    notify=NotifySettings(),
)
CALLER = {"PLAIN": "plain", "TOKEN": "token", "KEY": "key", "OTHER": "other"}


def command(*words: str, prompt: str, said: str) -> tuple[str, ...]:
    return command_of(Profile("x", words, prompt), said, "TICKET", "/tree", "/file")


def test_a_prompt_goes_where_the_profile_says() -> None:
    assert command("agent", prompt="stdin", said="do") == ("agent",)
    assert command("agent", prompt="argument", said="do") == ("agent", "do")
    assert command("agent", "-p={prompt}", prompt="argument", said="do") == ("agent", "-p=do")
    assert command("agent", "{intent_file}", prompt="file", said="do") == ("agent", "/file")
    assert command("agent", "{ticket}:{worktree}", prompt="file", said="") == (
        "agent",
        "TICKET:/tree",
    )


def test_a_prompt_that_is_too_long_for_an_argument_names_the_file() -> None:
    words = command("agent", prompt="argument", said="ü" * 60_000)
    assert words == ("agent", "Do what the file /file says.")


@given(st.text())
def test_what_a_prompt_says_is_never_filled_in_again(said: str) -> None:
    tricky = said + "{intent_file}{ticket}{prompt}"
    assert command("agent", "{prompt}", prompt="argument", said=tricky) == ("agent", tricky)


def test_a_profile_and_the_configuration_fill_in_what_nobody_asked_for() -> None:
    asked = WorkerSpec(command=(), cwd="/tree", ticket="T", role="coder")
    request = request_of(asked, SETTINGS, CALLER, prompt="do", prompt_file="/file")
    spec = request.spec
    assert spec == WorkerSpec(
        command=("agent",),
        cwd="/tree",
        ticket="T",
        role="coder",
        profile="agent",
        secrets=("TOKEN", "KEY"),
        timeout_ms=60_000,
        grace_ms=2500,
        output_limit=100,
        group="agents",
        capacity=2,
        confine="protect",
    )
    assert (request.stdin, request.redact, request.prompt) == (b"do", True, "do")
    assert request.passed == ("PLAIN", "TOKEN", "KEY")
    assert request.environment == {
        "YOI_TICKET": "T",
        "YOI_ROLE": "coder",
        "YOI_INTENT_FILE": "/file",
        "YOI_WORKTREE": "/tree",
    }


def test_a_secret_that_only_environment_names_is_not_passed_on() -> None:
    caller = {**CALLER, "A_TOKEN": "a", "B_TOKEN": "b", "C_TOKEN": "c"}
    profile = SETTINGS.profiles["agent"]._replace(
        environment=("A_TOKEN", "B_TOKEN", "C_TOKEN", "OTHER"),
        secrets=("B_TOKEN",),
        requires=("C_TOKEN",),
    )
    settings = SETTINGS._replace(profiles={"agent": profile})
    asked = WorkerSpec(command=("make",), cwd="/", profile="agent")
    passed = request_of(asked, settings, caller).passed
    assert {*passed} == {"PLAIN", "TOKEN", "OTHER", "B_TOKEN", "C_TOKEN"}
    assert withheld(profile, settings.worker) == ("A_TOKEN",)


def test_what_was_asked_for_goes_before_what_is_configured() -> None:
    asked = WorkerSpec(
        command=("make",), cwd="/", profile="agent", timeout_ms=1, grace_ms=0, group="mine"
    )
    request = request_of(asked, SETTINGS, CALLER, prompt="do", takes_input=True, redact=False)
    spec = request.spec
    assert (spec.command, spec.timeout_ms, spec.grace_ms) == (("make",), 1, 0)
    assert (spec.group, spec.capacity) == ("mine", None)
    assert (request.stdin, request.redact) == (None, False)


def test_variables_are_passed_on_or_set_and_those_of_secrets_may_be_kept_back() -> None:
    asked = WorkerSpec(command=("make",), cwd="/")
    given = (("OTHER", None), ("NEW", "new"), ("PLAIN", "another"))
    request = request_of(asked, SETTINGS, CALLER, variables=given, passes_secrets=False)
    assert request.environment == {"PLAIN": "another", "OTHER": "other", "NEW": "new"}
    assert request.passed == ("PLAIN",)
    assert request.spec.secrets == ("TOKEN",)
    with pytest.raises(UsageError) as error:
        request_of(asked, SETTINGS, CALLER, variables=(("UNSET", None),))
    assert error.value.code == "variable_unset"
