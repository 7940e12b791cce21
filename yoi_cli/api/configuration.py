"""The settings of a workspace one by one: what holds, where it is said, and changing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.store.config.toml_file import SettingProblem
    from yoi_cli.workspace.session import Session


class Setting(NamedTuple):
    """A key with the value that holds, as TOML writes it (None where nothing holds), and the line
    of the file that says it, None for a default."""

    key: str
    value: object
    line: int | None


def list_settings(session: Session) -> tuple[Setting, ...]:
    """Every key that there is, and those of tables that have names, in the order of the file's
    definition. Raises `StoreInvalidError` (`config_invalid`) for what is no TOML."""
    from yoi_cli.model.settings import SettingsTables
    from yoi_cli.store.config.reading import read_tables
    from yoi_cli.store.config.toml_file import SettingProblem, load_tables
    from yoi_cli.store.files.layout import CONFIG_FILE
    from yoi_cli.workspace.finding import config_bytes

    data = config_bytes(session.workspace)
    tables = read_tables(data, path=CONFIG_FILE).tables
    loaded = load_tables(data)
    said = {} if isinstance(loaded, SettingProblem) else loaded
    return tuple(_settings(SettingsTables, tables, said, (), data.decode("utf-8-sig")))


def _settings(
    kind: object, value: object, said: object, at: tuple[str, ...], text: str
) -> Iterator[Setting]:
    from msgspec import Struct
    from msgspec.structs import fields

    from yoi_cli.store.config.toml_file import line_of

    here = said if isinstance(said, dict) else {}
    if isinstance(value, Struct):
        for one in fields(type(value)):
            below = getattr(value, one.name)
            yield from _settings(one.type, below, here.get(one.name, here), (*at, one.name), text)
        return
    if isinstance(value, dict):
        for name, below in value.items():
            yield from _settings(object, below, here.get(name, here), (*at, name), text)
        return
    key = ".".join(at)
    is_said = said is not None and not isinstance(said, dict)
    yield Setting(key, value, line_of(text, key) if is_said else None)


def shown_value(setting: Setting) -> str:
    """The value as a person reads it: a text as it is, anything else as TOML writes it."""
    from yoi_cli.store.config.editing import toml_text

    value = setting.value
    if value is None:
        return ""
    return value if isinstance(value, str) else toml_text(value)


def get(session: Session, key: str) -> Setting:
    """One setting. Raises `UsageError` (`setting_unknown`), with the nearest name."""
    found = {one.key: one for one in list_settings(session)}
    if key not in found:
        raise _unknown(key, tuple(found))
    return found[key]


def set_value(session: Session, key: str, text: str) -> Setting:
    """Say a setting in the file, whose comments and layout stay; the setting as it holds then.

    `text` is a value of TOML, or else a text. Raises `UsageError`: `setting_unknown` with the
    nearest name, `setting_invalid` with what is expected; and `StoreInvalidError`.
    """
    from yoi_cli.store.config.editing import toml_value, with_setting
    from yoi_cli.store.files.layout import CONFIG_FILE
    from yoi_cli.workspace.finding import config_bytes, write_config

    parts = tuple(key.split("."))
    candidates = [one for one in (toml_value(text), text) if one is not None]
    with session.store.write():
        data = config_bytes(session.workspace)
        if len(parts) < 2 or not all(parts):
            raise _unknown(key, tuple(one.key for one in list_settings(session)))
        refused: list[SettingProblem] = []
        for value in candidates:
            changed = with_setting(data, parts, value, path=CONFIG_FILE)
            problems = [one for one in _problems(changed) if _concerns(one, key)]
            if not problems:
                write_config(session.workspace, changed)
                break
            refused.append(problems[0])
        else:
            if refused[0].message == "unknown key":
                raise _unknown(key, tuple(one.key for one in list_settings(session)))
            raise _invalid(key, refused[0])
    return next((one for one in list_settings(session) if one.key == key), Setting(key, text, None))


def _concerns(problem: SettingProblem, key: str) -> bool:
    return problem.key == key or key.startswith(f"{problem.key}.")


def _problems(data: bytes) -> tuple[SettingProblem, ...]:
    from yoi_cli.store.config.reading import read_tables
    from yoi_cli.store.config.worker_settings import parse_settings
    from yoi_cli.store.files.layout import CONFIG_FILE

    found = read_tables(data, path=CONFIG_FILE).problems
    return (*found, *parse_settings(data, path=CONFIG_FILE).problems)


def _unknown(key: str, known: tuple[str, ...]) -> Exception:
    from yoi_cli.errors import UsageError
    from yoi_cli.model.nearest import did_you_mean

    return UsageError(
        "setting_unknown",
        f"{key[:60]!r} is no setting.",
        hint=f"{did_you_mean(key, known)}`yoi config list` shows them; nothing was written.",
        details={"key": key},
    )


def _invalid(key: str, problem: SettingProblem) -> Exception:
    from yoi_cli.errors import UsageError

    example = next((one for word, one in _EXAMPLES if word in problem.message), "")
    shown = f"For example: yoi config set {key} {example}" if example else problem.hint
    return UsageError(
        "setting_invalid",
        problem.sentence,
        hint=f"{shown or 'docs/format.md has its values'}; nothing was written.",
        details={"key": key},
    )


#: A value for what is expected, by a word of the sentence that says so.
_EXAMPLES = (
    ("true or false is", "true"),
    ("array of commands", '\'[["make", "test"]]\''),
    ("begins with a program", '\'["make", "test"]\''),
    ("array of names of variables", "'[\"LANG\"]'"),
    ("array of TCP ports", "'[443]'"),
    ("array of", "'[\"one\"]'"),
    ("whole number", "3"),
    ("number of seconds", "60"),
    ("amount of US dollars", "5"),
    ("off, protect or strict", "strict"),
    ("main or checkout", "main"),
    ("worker or person", "person"),
    ("local or signed", "signed"),
    ("local or pull_request", "local"),
    ("name of a branch", "main"),
    ("name of a remote", "origin"),
)
