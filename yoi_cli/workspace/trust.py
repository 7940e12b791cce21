"""Whether what the settings of a workspace run may be run in this clone (docs/trust.md)."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, StoreInvalidError
from yoi_cli.model.trust import (
    CHANGED,
    TRUSTED,
    UNTRUSTED,
    RunningSettings,
    SettingsTrust,
    running_settings,
)
from yoi_cli.store.files.layout import CONFIG_FILE
from yoi_cli.store.files.trust import FileTrust, HeldSettings
from yoi_cli.workspace.finding import config_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yoi_cli.git.checkout import Checkout
    from yoi_cli.model.trust import SettingsOrigin, TrustRecord
    from yoi_cli.workspace.session import Session

_VARIABLE = "YOI_TRUST"
_SHORTEST = 12


def trust_files(session: Session) -> FileTrust:
    """The clone's own records.

    Outside of git they stand with the user's: a folder that was unpacked or copied must not bring
    its own.
    """
    if session.checkout is not None:
        return FileTrust(os.path.join(session.local_folder, "trust"))
    from hashlib import sha256

    state = session.environment.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    name = sha256(os.fsencode(os.path.realpath(session.workspace))).hexdigest()[:32]
    return FileTrust(os.path.join(state, "yoi", "trust", name))


def settings_in(data: bytes) -> RunningSettings:
    """What the settings file with these bytes runs. Raises `StoreInvalidError`
    (`config_invalid`)."""
    from yoi_cli.store.config.toml_file import SettingProblem, load_tables, refusal

    loaded = load_tables(data)
    if isinstance(loaded, SettingProblem):
        raise refusal(CONFIG_FILE, [loaded])
    return running_settings(loaded)


def require_trust(session: Session) -> None:
    """Let pass where what the settings run may be run; what was edited or committed here is
    trusted from now on.

    Raises `ConflictError` (`workspace_untrusted`, `commands_changed`) and `StoreInvalidError`
    (`config_invalid`).
    """
    found = look_at(session)
    if found.state == TRUSTED:
        return
    is_new = found.state == UNTRUSTED
    raise ConflictError(
        "workspace_untrusted" if is_new else "commands_changed",
        f"Nothing that {CONFIG_FILE} names is run: {found.why}",
        hint="`yoi trust` shows what would be run, and asks whether it may be. Where nobody can "
        f"be asked, set {_VARIABLE}={found.settings.digest[:_SHORTEST]}, which trusts just that.",
        details={
            "digest": found.settings.digest,
            "commands": [one.text for one in found.settings.settings if one.is_command],
            "difference": list(found.difference),
            "commit": found.origin.commit if found.origin is not None else None,
        },
    )


def look_at(session: Session) -> SettingsTrust:
    """Whether the settings may run, and why; notes what was edited or committed here."""
    settings = settings_in(config_bytes(session.workspace))
    files = trust_files(session)
    record = files.record()
    if not settings.settings:
        return SettingsTrust(TRUSTED, "Nothing in it is run.", settings, record.lines)
    if settings.digest in record.digests:
        return SettingsTrust(TRUSTED, "It was trusted.", settings, record.lines)
    given = session.environment.get(_VARIABLE, "")
    if given == "1" or (len(given) >= _SHORTEST and settings.digest.startswith(given.lower())):
        return SettingsTrust(TRUSTED, f"{_VARIABLE} says so.", settings, record.lines)
    checkout = session.checkout
    origin = None if checkout is None else _origin(session, checkout)
    if not record.digests:
        why = "this clone was never told to trust it."
        return SettingsTrust(UNTRUSTED, why, settings, record.lines, origin)
    why = _foreign(session, settings, origin)
    if why:
        return SettingsTrust(CHANGED, why, settings, record.lines, origin)
    files.add(settings)
    return SettingsTrust(TRUSTED, "It was changed here.", settings, record.lines, origin)


def grant(session: Session) -> RunningSettings:
    """Trust what the settings run now. Raises `ConflictError` (`inside_worker`)."""
    check_no_worker(session)
    settings = settings_in(config_bytes(session.workspace))
    trust_files(session).add(settings)
    return settings


def put_held_in_place(session: Session) -> None:
    """Bring what a sync held back to the settings file, merged with what was changed here since.

    Raises `ConflictError` (`inside_worker`, `held_conflict`).
    """
    check_no_worker(session)
    files = trust_files(session)
    held = files.held()
    if held is None:
        return
    from yoi_cli.store.files.directory import Directory

    with session.store.write(), Directory.open(session.workspace, "") as top:
        ours = config_bytes(session.workspace)
        merged = held.data if ours == held.base else _merged(ours, held)
        top.replace_path(CONFIG_FILE, merged)
        files.let_go()


def _merged(ours: bytes, held: HeldSettings) -> bytes:
    from yoi_cli.git.merged_text import merged_text

    merged = merged_text(ours, held.base, held.data)
    if merged is None:
        raise ConflictError(
            "held_conflict",
            f"{CONFIG_FILE} was changed here and by a sync in the same lines.",
            hint="`yoi trust --show` has what the sync would bring. Make the change yourself, then "
            "`yoi trust --keep`, and sync again.",
        )
    return merged


class SettingsGate:
    """Holds back settings that a sync brings and that would run what nobody trusted.

    What it holds back waits in the clone, and counts for the sync as if it stood in its place.
    """

    def __init__(self, session: Session) -> None:
        self._files = trust_files(session)
        with suppress(StoreInvalidError):
            look_at(session)  # what was edited here is noted, before others' edits come

    def held(self) -> Mapping[str, bytes]:
        """What waits, by its path below the workspace."""
        held = self._files.held()
        return {} if held is None else {CONFIG_FILE: held.data}

    def holds_back(self, path: str, was: bytes | None, data: bytes | None) -> bool:
        """Whether what is to stand at `path` (None: no file) must wait; then it is kept."""
        if path != CONFIG_FILE:
            return False
        if data is None or self._is_harmless(was or b"", data):
            self._files.let_go()
            return False
        self._files.hold(HeldSettings(was or b"", data))
        return True

    def _is_harmless(self, was: bytes, data: bytes) -> bool:
        try:
            new = settings_in(data)
            known = (*self._files.record().digests, settings_in(was).digest)
        except StoreInvalidError:  # what cannot be read runs nothing
            return False
        return not new.settings or new.digest in known


def check_no_worker(session: Session) -> None:
    """Raise `ConflictError` (`inside_worker`) where a worker of this clone asks."""
    worker = session.worker_above()
    if worker is not None:
        raise ConflictError(
            "inside_worker",
            f"The worker {worker} cannot say what is trusted.",
            hint="A person says it, in a shell of their own.",
            details={"worker": worker},
        )


def _foreign(session: Session, settings: RunningSettings, origin: SettingsOrigin | None) -> str:
    """Why new settings may be somebody else's; empty where they were made here."""
    from yoi_cli.git.made_here import brings_others

    worker, checkout = session.worker_above(), session.checkout
    if worker is not None:
        return f"it changed, and the worker {worker} asks."
    if checkout is None:
        return ""
    if brings_others(checkout):
        return "it changed, and git is in the middle of bringing in what others committed."
    record = trust_files(session).record()
    new = set(settings.lines) - set(record.lines)
    gone = set(record.lines) - set(settings.lines)
    if any(line in new for line in _lines_from_elsewhere(session, checkout)) or (
        gone and any(line in gone for line in _lines_taken_away(session, checkout, record))
    ):
        return "it changed, by a commit that was not made here."
    if origin is not None and not origin.is_here and _is_committed(session, settings):
        return f"it changed, by {origin.author}'s commit {origin.commit[:12]}."
    return ""


def _lines_from_elsewhere(session: Session, checkout: Checkout) -> Iterator[str]:
    from yoi_cli.git.made_here import versions_from_elsewhere

    for data in versions_from_elsewhere(checkout, _path(session, checkout)):
        with suppress(StoreInvalidError):
            yield from settings_in(data).lines


def _lines_taken_away(session: Session, checkout: Checkout, record: TrustRecord) -> Iterator[str]:
    """What commits that were not made here took away since something was trusted: a review by a
    person, a validation command, a confinement."""
    from yoi_cli.git.made_here import newest_versions

    for data, before in newest_versions(checkout, _path(session, checkout)):
        with suppress(StoreInvalidError):
            now = settings_in(data)
            if now.digest in record.digests:
                return
            if before is not None:
                yield from set(settings_in(before).lines) - set(now.lines)


def _is_committed(session: Session, settings: RunningSettings) -> bool:
    from yoi_cli.git.objects import committed_file

    with suppress(StoreInvalidError):
        return settings_in(committed_file(session.workspace, CONFIG_FILE) or b"") == settings
    return False


def _origin(session: Session, checkout: Checkout) -> SettingsOrigin | None:
    from yoi_cli.git.made_here import origin_of

    return origin_of(checkout, _path(session, checkout))


def _path(session: Session, checkout: Checkout) -> str:
    below = os.path.relpath(session.workspace, checkout.root)
    return CONFIG_FILE if below == "." else f"{below}/{CONFIG_FILE}"
