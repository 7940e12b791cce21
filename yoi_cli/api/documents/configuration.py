"""The JSON types of `yoi config` (docs/format.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.api.configuration import Setting


class SettingDocument(Struct, frozen=True, kw_only=True):
    """A setting: the `value` that holds, as TOML writes it, null where nothing holds, and the
    `line` of the file that says it, null for a default."""

    key: str
    value: str | None
    origin: str
    line: int | None


class SettingsDocument(Struct, frozen=True, kw_only=True):
    """Every setting of a workspace."""

    settings: tuple[SettingDocument, ...]


def setting_document(setting: Setting) -> SettingDocument:
    from yoi_cli.store.config.editing import toml_text

    return SettingDocument(
        key=setting.key,
        value=None if setting.value is None else toml_text(setting.value),
        origin="default" if setting.line is None else "file",
        line=setting.line,
    )


def settings_document(found: Iterable[Setting]) -> SettingsDocument:
    return SettingsDocument(settings=tuple(map(setting_document, found)))
