"""The settings that every command reads of `ticket.config.toml` (docs/format.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.config import DEFAULT, PROVIDER, Config, store_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.store.config.toml_file import SettingProblem

#: The tables that every command reads.
HOT_TABLES = ("backend", "ticket", "git", "routing", "claims")
#: Those about workers, which only commands read that have to do with them.
WORKER_TABLES = frozenset({"profiles", "roles", "worker", "orchestration", "notify"})
#: A key of the hot ones that only `yoi sync` and merges read, which keeps no other command from
#: work.
_COLD_KEY = "git.run_hooks"
_DEFAULTS = {"backend.provider": PROVIDER, "backend.root": DEFAULT.root}
#: Lines that say nothing but the defaults: a file of these alone, as `yoi init` writes it,
#: is read without loading a TOML parser.
_LINES_OF_DEFAULTS = frozenset(
    {
        b"",
        b"[backend]",
        b"[ticket]",
        b"[git]",
        f'provider = "{PROVIDER}"'.encode(),
        f'root = "{DEFAULT.root}"'.encode(),
    }
)


def parse_config(data: bytes, *, path: str) -> Config:
    """The settings in a configuration file's bytes; `DEFAULT` itself where it says nothing.

    Raises `StoreInvalidError` (`config_invalid`, with path and line) for what is not TOML, for
    a value of the wrong type and for a store outside the workspace.
    """
    if says_nothing(data):
        return DEFAULT
    from yoi_cli.store.config.toml_file import SettingProblem, load_tables, refusal

    tables = load_tables(data)
    if isinstance(tables, SettingProblem):
        raise refusal(path, [tables])
    return plain_config(tables) or checked_config(data, path=path)


def says_nothing(data: bytes) -> bool:
    """Whether a configuration file has the defaults alone."""
    return all(
        line.strip() in _LINES_OF_DEFAULTS or line.startswith(b"#") for line in data.split(b"\n")
    )


def is_silent_of_workers(data: bytes) -> bool:
    """Whether a configuration file has no table about workers: then their settings are the
    defaults, and nothing in them can be wrong."""
    if says_nothing(data):
        return True
    from yoi_cli.store.config.toml_file import SettingProblem, load_tables

    tables = load_tables(data)
    return not isinstance(tables, SettingProblem) and WORKER_TABLES.isdisjoint(tables)


def plain_config(tables: Mapping[str, object]) -> Config | None:
    """The settings where they are no more than a language and autocommit, which most files say
    at the most; None where the definitions must be asked, which takes 8 ms to load."""
    hot = {name: tables.get(name, {}) for name in HOT_TABLES}
    said = {
        f"{name}.{key}": value
        for name, table in hot.items()
        for key, value in (table.items() if isinstance(table, dict) else [("", table)])
    }
    said.pop(_COLD_KEY, None)
    language = said.pop("ticket.language", "")
    autocommit = said.pop("git.autocommit", DEFAULT.autocommit)
    if not (isinstance(language, str) and isinstance(autocommit, bool)):
        return None
    if not said.items() <= _DEFAULTS.items():
        return None
    return Config(language=language.strip() or None, autocommit=autocommit)


def checked_config(data: bytes, *, path: str) -> Config:
    """The settings as their definitions read them. Raises as `parse_config`."""
    from yoi_cli.store.config.reading import read_tables
    from yoi_cli.store.config.toml_file import refusal

    tables, found = read_tables(data, path=path)
    problems = hot_problems(found)
    if problems:
        raise refusal(path, problems)
    backend, routing, claims = tables.backend, tables.routing, tables.claims
    return Config(
        root=store_folder(backend.root),
        language=tables.ticket.language.strip() or None,
        authority=backend.authority or DEFAULT.authority,
        autocommit=tables.git.autocommit,
        max_in_progress=routing.max_in_progress,
        require_clean=routing.require_clean,
        lease_minutes=routing.lease_minutes or DEFAULT.lease_minutes,
        require_acceptance=routing.require_acceptance,
        claims_remote=claims.remote,
        claims_refs=claims.refs,
        claims_timeout=claims.timeout,
    )


def hot_problems(found: tuple[SettingProblem, ...]) -> list[SettingProblem]:
    """Those that keep every command from its work."""
    return [
        one
        for one in found
        if one.table in HOT_TABLES and one.key != _COLD_KEY and not one.is_ignored
    ]
