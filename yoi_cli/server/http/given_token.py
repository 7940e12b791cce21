"""The owner's token of a server, where somebody gives one: it is never on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHORTEST_TOKEN = 16


def given_token(token_file: str, token_env: str, environment: Mapping[str, str]) -> str | None:
    """The token that was given, None for none. Raises `UsageError` (`token_invalid`)."""
    if token_file and token_env:
        raise _token_invalid("Two places are named for the token.")
    if token_file:
        try:
            with open(token_file, encoding="ascii") as file:
                token = file.read(1 << 12).strip()
        except (OSError, UnicodeError):
            raise _token_invalid("The file of the token cannot be read.") from None
    elif token_env:
        token = environment.get(token_env, "").strip()
    else:
        return None
    if len(token) < _SHORTEST_TOKEN or not token.isprintable() or " " in token:
        raise _token_invalid(f"The token is empty, or shorter than {_SHORTEST_TOKEN} characters.")
    return token


def _token_invalid(message: str) -> UsageError:
    return UsageError(
        "token_invalid",
        message,
        hint="`python3 -c 'import secrets; print(secrets.token_urlsafe(32))'` makes a good one; "
        "without --token-file and --token-env yoi makes one itself.",
    )
