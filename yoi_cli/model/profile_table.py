"""A profile as a table of `ticket.config.toml`, to be pasted and changed (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.model.profile import Profile


def profile_toml(profile: Profile) -> str:
    """The table of `profile`, with every key that it says something in, and a last newline."""
    lines = [
        f"[profiles.{_key(profile.name)}]",
        f"command = {_array(profile.command)}",
        f"prompt = {_text(profile.prompt)}",
    ]
    named = (
        ("environment", profile.environment),
        ("secrets", profile.secrets),
        ("requires", profile.requires),
    )
    lines += [f"{key} = {_array(names)}" for key, names in named if names]
    if profile.timeout is not None:
        lines.append(f"timeout = {profile.timeout:g}")
    worded = (("group", profile.group), ("description", profile.description))
    lines += [f"{key} = {_text(words)}" for key, words in worded if words]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    """A dot in a name would make a table of its own."""
    return _text(name) if "." in name else name


def _array(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _text(text: str) -> str:
    """`text` as a TOML basic string: all that is not plain is escaped."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{"".join(c if c.isprintable() else _escape(c) for c in plain)}"'


def _escape(char: str) -> str:
    return f"\\U{ord(char):08x}"
