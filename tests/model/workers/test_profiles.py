"""A profile as a table of ticket.config.toml."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.model.workers.presets import AGENT_SETTINGS, PRESETS
from yoi_cli.model.workers.profiles import STRICT, Profile, profile_toml
from yoi_cli.store.config.worker_settings import parse_settings

_WORD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
_LINE = st.text(st.characters(categories=["L", "N", "P", "Zs"])).filter(
    lambda line: bool(line.strip()) and line.isprintable()
)
_NAME = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)
_VARIABLES = st.lists(st.from_regex(r"[A-Z_][A-Z0-9_]{0,8}", fullmatch=True), max_size=3)


@given(
    name=_NAME.filter(lambda name: name not in PRESETS and name != "inherit"),
    command=st.lists(_WORD, min_size=1, max_size=4),
    prompt=st.sampled_from(["stdin", "argument", "file"]),
    names=_VARIABLES.map(tuple),
    timeout=st.none() | st.integers(1, 10**6),
    line=_LINE,
)
def test_what_is_pasted_is_read_as_the_same_profile(
    name: str,
    command: list[str],
    prompt: str,
    names: tuple[str, ...],
    timeout: int | None,
    line: str,
) -> None:
    if any("{prompt}" in word for word in command):
        prompt = "argument"
    profile = Profile(
        name,
        tuple(command),
        prompt=prompt,
        environment=names,
        timeout=timeout,
        description=line,
        requires=names,
    )
    read = parse_settings(profile_toml(profile).encode(), path="p")
    assert not read.problems
    assert read.settings.named(name) == profile


def test_nothing_in_it_drives_a_terminal() -> None:
    text = profile_toml(Profile("x", ("a\x1b[2J\n\u202e\\\"'",)))
    assert all(char.isprintable() or char == "\n" for char in text)
    assert text.count("\n") == 3


def test_every_preset_can_be_pasted() -> None:
    for name, preset in PRESETS.items():
        read = parse_settings(profile_toml(preset).encode(), path="p")
        assert not read.problems
        assert read.settings.named(name) == preset._replace(is_preset=False)
        assert list(tomllib.loads(profile_toml(preset))["profiles"]) == [name]


def test_presets_are_sound() -> None:
    assert list(PRESETS) == ["claude", "codex", "gemini", "aider", "opencode", "copilot"]
    for name, preset in PRESETS.items():
        assert preset.command[0] == name
        assert preset.secrets
        assert set(preset.secrets).isdisjoint(preset.environment)
        assert preset.description


def test_every_preset_is_confined_to_its_worktree_and_to_what_is_its_own() -> None:
    for name, preset in PRESETS.items():
        assert preset.confine == STRICT
        assert preset.writable
        for path in preset.writable:
            assert path.endswith("/"), "a folder is made where it is missing"
            assert name in path, "nothing of another program's"


def test_what_leads_an_agent_is_compared_where_the_agent_may_write_it() -> None:
    for name, settings in AGENT_SETTINGS.items():
        assert settings.folder in PRESETS[name].writable
        assert settings.names
