"""What a worker is started with."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.model.profile import Profile
from yoi_cli.workers.request import command_of


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
