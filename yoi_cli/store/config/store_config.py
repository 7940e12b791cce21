"""`ticket.config.toml` and `workspace.toml` as text (docs/format.md)."""

from __future__ import annotations

from collections.abc import Mapping

from yoi_cli.errors import StoreInvalidError
from yoi_cli.model.config import AUTHORITIES, DEFAULT, Config

#: Tables and the keys that are known in them; None where a table's keys are its own affair.
KNOWN: Mapping[str, frozenset[str] | None] = {
    "backend": frozenset({"provider", "kind", "root", "authority"}),
    "ticket": frozenset({"language"}),
    "git": frozenset({"autocommit", "run_hooks"}),
    "hook": frozenset({"gate_on_push"}),
    "orchestration": None,  # these three and `worker` are read by settings_file.py
    "profiles": None,
    "roles": None,
    "routing": frozenset({"max_in_progress", "require_clean", "lease_minutes"}),
    "sync": frozenset({"remote", "branch", "timeout"}),
    "worker": None,
}
_PROVIDER = "builtin:yoi_local"
#: Lines that say nothing but the defaults: a file of these alone, as `yoi init` writes it,
#: is read without loading a TOML parser.
_LINES_OF_DEFAULTS = frozenset(
    {
        b"",
        b"[backend]",
        b"[ticket]",
        b"[git]",
        f'provider = "{_PROVIDER}"'.encode(),
        f'root = "{DEFAULT.root}"'.encode(),
    }
)

_Table = Mapping[str, object]


def parse_config(data: bytes, *, path: str) -> Config:
    """The settings in a configuration file's bytes.

    Raises `StoreInvalidError` (`config_invalid`, with the path) for what is not TOML, for a
    value of the wrong type and for a store outside the workspace. Unknown keys are named in
    the result, for doctor.
    """
    if all(
        line.strip() in _LINES_OF_DEFAULTS or line.startswith(b"#") for line in data.split(b"\n")
    ):
        return DEFAULT
    tables = load_tables(data, path)
    backend = _table(tables, "backend", path)
    provider = _text(backend, "provider", path) or _PROVIDER
    if provider != _PROVIDER or _text(backend, "kind", path) not in (None, "local"):
        raise _invalid(path, f"[backend] names a provider that is not {_PROVIDER}")
    authority = _text(backend, "authority", path) or DEFAULT.authority
    if authority not in AUTHORITIES:
        raise _invalid(path, f"[backend] authority is none of {', '.join(AUTHORITIES)}")
    routing = _table(tables, "routing", path)
    return Config(
        root=_root(_text(backend, "root", path) or DEFAULT.root, path),
        language=(_text(_table(tables, "ticket", path), "language", path) or "").strip() or None,
        authority=authority,
        max_in_progress=_number(routing, "max_in_progress", path),
        require_clean=_flag(routing, "require_clean", path),
        lease_minutes=_number(routing, "lease_minutes", path) or DEFAULT.lease_minutes,
        autocommit=_flag(_table(tables, "git", path), "autocommit", path),
        unknown_keys=tuple(_unknown(tables)),
    )


def load_tables(data: bytes, path: str) -> Mapping[str, object]:
    """A configuration file's tables. Raises `StoreInvalidError` (`config_invalid`)."""
    import tomllib

    try:
        loaded: Mapping[str, object] = tomllib.loads(data.decode())
    except UnicodeDecodeError as error:
        raise _invalid(path, "it is not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise _invalid(path, str(error)) from error
    except RecursionError as error:
        raise _invalid(path, "it is nested too deeply") from error
    except ValueError as error:
        raise _invalid(path, "a number in it is too long") from error
    return loaded


def _root(root: str, path: str) -> str:
    """`root` as a relative path of plain names, without a way out of the workspace."""
    parts = root.rstrip("/").split("/")
    if parts[0] == ".":
        parts = parts[1:]
    if not parts or any(part in ("", ".", "..", ".git") or "\0" in part for part in parts):
        raise _invalid(path, f"[backend] root {root[:60]!r} is not a folder inside the workspace")
    return "/".join(parts)


def _unknown(tables: _Table) -> list[str]:
    found: list[str] = []
    for name, table in tables.items():
        known = KNOWN.get(name, frozenset())
        if name not in KNOWN:
            found.append(name)
        elif known is not None and isinstance(table, Mapping):
            found += [f"{name}.{key}" for key in table if key not in known]
    return found


def _table(tables: _Table, name: str, path: str) -> _Table:
    table = tables.get(name, {})
    if not isinstance(table, Mapping):
        raise _invalid(path, f"{name} is not a table")
    return table


def _text(table: _Table, key: str, path: str) -> str | None:
    value = table.get(key)
    if value is not None and not isinstance(value, str):
        raise _invalid(path, f"{key} is not a text")
    return value


def _number(table: _Table, key: str, path: str) -> int | None:
    value = table.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _invalid(path, f"{key} is not a number of 0 or more")
    return value


def _flag(table: _Table, key: str, path: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise _invalid(path, f"{key} is neither true nor false")
    return value


def _invalid(path: str, problem: str) -> StoreInvalidError:
    return StoreInvalidError(
        "config_invalid",
        f"{path}: {problem}.",
        hint="Correct the file; docs/format.md lists its tables and keys.",
        details={"path": path},
    )
