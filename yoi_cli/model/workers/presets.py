"""Profiles for well-known coding agents: how each is run without a person (docs/orchestrate.md).

An agent that nobody watches cannot ask, so that each is told to act without asking, and none
is confined by its preset: `docs/agents.md` says so, and how to change it. The names of
variables are those that the agents document for their keys and homes.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from yoi_cli.model.workers.profiles import Profile

if TYPE_CHECKING:
    from collections.abc import Mapping

_ANTHROPIC = "ANTHROPIC_API_KEY"
_OPENAI = "OPENAI_API_KEY"
_GEMINI = "GEMINI_API_KEY"
_OPENROUTER = "OPENROUTER_API_KEY"


def _preset(
    name: str,
    *command: str,
    prompt: str = "stdin",
    secrets: tuple[str, ...],
    environment: tuple[str, ...] = (),
    description: str,
) -> Profile:
    return Profile(
        name,
        command,
        prompt=prompt,
        environment=environment,
        secrets=secrets,
        description=description,
        is_preset=True,
    )


_ALL = (
    _preset(
        "claude",
        *("claude", "-p", "--permission-mode", "acceptEdits", "--allowedTools", "Bash"),
        secrets=(_ANTHROPIC, "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"),
        environment=("ANTHROPIC_BASE_URL", "ANTHROPIC_MODEL", "CLAUDE_CONFIG_DIR"),
        description="Claude Code, printing its answer",
    ),
    _preset(
        "codex",
        # Its own sandbox keeps git's data of a linked worktree read-only: no commit succeeds.
        *("codex", "exec", "--sandbox", "danger-full-access", "-"),
        secrets=("CODEX_API_KEY", _OPENAI),
        environment=("CODEX_HOME",),
        description="Codex CLI, without its sandbox",
    ),
    _preset(
        "gemini",
        *("gemini", "--approval-mode=yolo", "--skip-trust"),
        secrets=(_GEMINI, "GOOGLE_API_KEY"),
        environment=("GEMINI_MODEL", "GOOGLE_CLOUD_PROJECT", "GOOGLE_GENAI_USE_VERTEXAI"),
        description="Gemini CLI, reading its prompt from a pipe",
    ),
    _preset(
        "aider",
        *("aider", "--yes-always", "--no-gitignore", "--no-check-update"),
        *("--message-file", "{intent_file}"),
        prompt="file",
        secrets=(_ANTHROPIC, _OPENAI, _GEMINI, _OPENROUTER, "DEEPSEEK_API_KEY"),
        environment=("AIDER_MODEL",),
        description="aider, for one message",
    ),
    _preset(
        "opencode",
        *("opencode", "run"),
        secrets=(_ANTHROPIC, _OPENAI, _GEMINI, _OPENROUTER),
        environment=("OPENCODE_CONFIG",),
        description="OpenCode, for one message",
    ),
)

PRESETS: Mapping[str, Profile] = MappingProxyType({profile.name: profile for profile in _ALL})
