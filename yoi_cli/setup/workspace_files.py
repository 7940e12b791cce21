"""The files that make a folder a workspace (docs/format.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.time import stamp

if TYPE_CHECKING:
    from collections.abc import Mapping

_IGNORED = """# What is local to one machine: locks, runtime state, caches, memory.
/memory/
/store.lock
/tickets/.ticket-backend.lock
/tickets/.tmp-*
/tickets/*/artifacts/.torn/
/workspace.db*
/runtime/
/cache/
/local/
*.local
*.lock
"""
_CONFIG = """# Settings of this workspace; every key may be left out.

[backend]
provider = "builtin:yoi_local"
root = ".yoi/tickets"
# authority = "main"    # in a linked worktree: the main worktree's store, or "checkout"

[ticket]
# language = "Japanese" # records in Japanese; English where nothing is said

[git]
# autocommit = true     # commit a ticket's files after every command that writes
"""


def workspace_files(
    name: str, now_ms: int, entropy: int, language: str | None = None
) -> Mapping[str, str]:
    """The files of a new workspace, by their path below its folder.

    `entropy` is 74 random bits for its id.
    """
    config = _CONFIG
    if language is not None:
        spoken = f"language = {_toml_text(language)}"
        config = config.replace(
            '# language = "Japanese" # records in Japanese; English where nothing is said', spoken
        )
    workspace = (
        f'workspace_id = "{uuid7(now_ms, entropy)}"\n'
        f'created_at = "{stamp(now_ms)}"\n'
        f"display_name = {_toml_text(name)}\n"
    )
    return {
        ".yoi/.gitignore": _IGNORED,
        ".yoi/ticket.config.toml": config,
        ".yoi/workspace.toml": workspace,
        ".yoi/tickets/.gitkeep": "",
    }


def uuid7(now_ms: int, entropy: int) -> str:
    """A UUIDv7 (RFC 9562, section 5.7) of an instant and 74 random bits."""
    high, low = (entropy >> 62) & 0xFFF, entropy & ((1 << 62) - 1)
    number = (now_ms & ((1 << 48) - 1)) << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low
    digits = f"{number:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _toml_text(text: str) -> str:
    """`text` as a TOML basic string."""
    escaped = "".join(
        f"\\u{ord(char):04x}" if ord(char) < 0x20 or ord(char) == 0x7F else char
        for char in text.replace("\\", "\\\\").replace('"', '\\"')
    )
    return f'"{escaped}"'
