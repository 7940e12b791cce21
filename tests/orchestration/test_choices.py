"""What a ticket may choose of how it is worked on, and what it may not."""

from __future__ import annotations

import pytest

from yoi_cli.errors import NotFoundError
from yoi_cli.model.item import Item
from yoi_cli.orchestration.choices import TicketSettings, settings_for
from yoi_cli.store.config.worker_settings import parse_settings

CONFIG = """
[profiles.ada]
command = ["ada"]

[profiles.claude]
models = ["opus", "sonnet"]
fallback = "gemini"

[roles.coder]
profile = "ada"

[roles.reviewer]
profile = "aider"
"""


def chosen(more: str = "", **fields: str) -> TicketSettings:
    read = parse_settings((CONFIG + more).encode(), path="p")
    assert not read.problems
    return settings_for(read.settings, "main", Item(fields, ""))


def codes(found: TicketSettings) -> list[str]:
    return [one.code for one in found.obstacles]


def test_a_ticket_that_chooses_nothing_has_what_is_configured() -> None:
    found = chosen()
    assert (found.settings.of_role("coder").name, found.target) == ("ada", "main")
    assert (found.settings.orchestration.rounds, codes(found)) == (3, [])


def test_a_ticket_chooses_among_what_the_settings_name() -> None:
    found = chosen(coder="claude", reviewer="ada", target="release/1", rounds="7")
    assert found.settings.of_role("coder").name == "claude"
    assert found.settings.of_role("reviewer").name == "ada"
    assert (found.target, found.settings.orchestration.rounds) == ("release/1", 7)
    assert codes(found) == []


@pytest.mark.parametrize("name", ["aider", "gemini"])
def test_a_preset_counts_where_a_role_or_a_fallback_names_it(name: str) -> None:
    assert chosen(coder=name).settings.of_role("coder").name == name


@pytest.mark.parametrize("name", ["codex", "nobody", "sh -c evil", "../x", "-c", "ada\nx"])
def test_no_ticket_has_something_run_that_the_settings_do_not_name(name: str) -> None:
    found = chosen(coder=name, reviewer=name)
    assert found.settings.of_role("coder").name == "ada"
    assert found.settings.of_role("reviewer").name == "aider"
    assert codes(found) == ["choice_invalid", "choice_invalid"]


def test_a_person_may_be_chosen_to_review_and_never_be_left_out() -> None:
    assert chosen(reviewer="person").settings.orchestration.review == "person"
    by_person = '\n[orchestration]\nreview = "person"\n'
    assert chosen(by_person, reviewer="ada").settings.orchestration.review == "person"


def test_a_model_is_one_that_the_profile_allows() -> None:
    found = chosen(coder="claude", model="opus").settings.of_role("coder")
    assert found.command[-2:] == ("--model", "opus")
    assert found.model == "opus"
    for fields in ({"coder": "claude", "model": "haiku"}, {"model": "opus"}):
        refused = chosen(**fields)
        assert codes(refused) == ["choice_invalid"]
        assert refused.settings.of_role("coder").model == ""


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("rounds", "0"), ("rounds", "1000"), ("rounds", "-1"), ("rounds", "x"),
        ("target", "-x"), ("target", "refs/heads/x"), ("target", "a b"), ("model", "--help"),
    ],
)  # fmt: skip
def test_what_is_no_such_thing_counts_for_nothing(key: str, value: str) -> None:
    found = chosen(**{key: value})
    assert codes(found) == ["choice_invalid"]
    assert (found.settings.orchestration.rounds, found.target) == (3, "main")


def test_a_role_without_a_profile_stays_without_one() -> None:
    read = parse_settings(b"[profiles.ada]\ncommand = ['ada']\n", path="p")
    with pytest.raises(NotFoundError):
        settings_for(read.settings, "main", Item({"model": "x"}, "")).settings.of_role("coder")


def test_a_ticket_chooses_where_its_coder_works_among_what_the_settings_allow() -> None:
    config = CONFIG.replace(
        '"ada"\n\n[roles.r', '"ada"\nruntime = "big"\nruntimes = ["small"]\n\n[roles.r'
    )
    assert config != CONFIG

    def on(runtime: str) -> tuple[str, list[str]]:
        read = parse_settings(config.encode(), path="p")
        assert not read.problems
        found = settings_for(read.settings, "main", Item({"runtime": runtime}, ""))
        return found.settings.runtime_of("coder"), codes(found)

    assert on("") == ("big", [])
    assert on("small") == ("small", [])
    assert on("local") == ("big", ["choice_invalid"])
    assert on("other") == ("big", ["choice_invalid"])
    assert on("--no") == ("big", ["choice_invalid"])


def test_without_a_word_of_the_settings_a_coder_works_here_alone() -> None:
    assert codes(chosen(runtime="local")) == []
    assert codes(chosen(runtime="big")) == ["choice_invalid"]


def test_a_reviewer_works_where_its_role_does_whatever_the_ticket_chooses() -> None:
    config = CONFIG.replace('"aider"', '"aider"\nruntime = "big"')
    found = settings_for(parse_settings(config.encode(), path="p").settings, "main", Item({}, ""))
    assert (found.settings.runtime_of("reviewer"), found.settings.runtime_of("coder")) == (
        "big",
        "",
    )
