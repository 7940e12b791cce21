"""Which variables hold secrets, by their names (docs/workers.md, "Secrets")."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SECRET_WORDS = frozenset(
    {"TOKEN", "KEY", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "CREDENTIALS"}
)
_SECRET_ENDINGS = ("TOKEN", "APIKEY", "SECRET", "PASSWORD")
#: A guessed secret that is shorter would take harmless words out of the output.
_SHORTEST_GUESS = 6


def looks_secret(name: str) -> bool:
    """Whether a variable's name says that its value is a secret."""
    words = name.upper().split("_")
    return not _SECRET_WORDS.isdisjoint(words) or words[-1].endswith(_SECRET_ENDINGS)


def secret_names(environment: Mapping[str, str], listed: Iterable[str]) -> tuple[str, ...]:
    """The variables whose values are redacted: those that are `listed`, and those whose names
    look secret and whose values are long enough to be one."""
    chosen = set(listed)
    return tuple(
        name
        for name, value in environment.items()
        if value and (name in chosen or (looks_secret(name) and len(value) >= _SHORTEST_GUESS))
    )
