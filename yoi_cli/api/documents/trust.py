"""The JSON types of trust (docs/trust.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from yoi_cli.api.documents.common import from_value, from_values

if TYPE_CHECKING:
    from yoi_cli.api.trust import TrustView


class RunningSettingDocument(Struct, frozen=True, kw_only=True):
    """A setting that says what is run; `value` is JSON."""

    key: str
    value: str
    is_command: bool


class SettingsOriginDocument(Struct, frozen=True, kw_only=True):
    """The newest commit that changed the settings; `is_here`: made in this clone."""

    commit: str
    author: str
    date: str
    subject: str
    is_here: bool


class TrustDocument(Struct, frozen=True, kw_only=True):
    """Whether the settings may run: `state` is trusted, untrusted or changed.

    `difference` has the lines that went and came since something was trusted, `held` those that a
    sync would bring, null where nothing waits.
    """

    state: str
    why: str
    digest: str
    settings: tuple[RunningSettingDocument, ...]
    difference: tuple[str, ...]
    origin: SettingsOriginDocument | None
    held: tuple[str, ...] | None


def trust_document(view: TrustView) -> TrustDocument:
    trust = view.trust
    origin = trust.origin
    return TrustDocument(
        state=trust.state,
        why=trust.why,
        digest=trust.settings.digest,
        settings=from_values(RunningSettingDocument, trust.settings.settings),
        difference=trust.difference,
        origin=None if origin is None else from_value(SettingsOriginDocument, origin),
        held=None if view.held is None else view.held_difference,
    )
