"""Profiles for well-known coding agents: how each is run without a person (docs/orchestrate.md).

An agent that nobody watches cannot ask, so that each is told to act without asking, and the
kernel confines it to its worktree and to what it keeps for itself (docs/security.md). Each renews
its login by a new file in its folder, so that the folder is granted as a whole. The names of
variables are those that the agents document for their keys and homes.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from yoi_cli.model.workers.profiles import STRICT, Profile
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

#: In seconds: how long an agent may work, and for how long it may print nothing.
_TIMEOUT, _IDLE_TIMEOUT = 7200.0, 1200.0
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
    writable: tuple[str, ...],
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
        timeout=_TIMEOUT,
        idle_timeout=_IDLE_TIMEOUT,
        agent=name,
        confine=STRICT,
        writable=writable,
    )


_CLAUDE = "${CLAUDE_CONFIG_DIR:-~/.claude}/"
_CODEX = "${CODEX_HOME:-~/.codex}/"
_GEMINI_FOLDER = "~/.gemini/"
_COPILOT = "${COPILOT_HOME:-~/.copilot}/"
_ALL = (
    _preset(
        "claude",
        *("claude", "-p", "--permission-mode", "acceptEdits", "--allowedTools", "Bash"),
        *("--output-format", "stream-json", "--verbose"),
        secrets=(_ANTHROPIC, "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"),
        environment=(
            *("ANTHROPIC_BASE_URL", "ANTHROPIC_MODEL", "CLAUDE_CONFIG_DIR"),
            *("CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX"),
        ),
        writable=(_CLAUDE,),
        description="Claude Code, printing what it does",
    ),
    _preset(
        "codex",
        # Its own sandbox keeps git's data of a linked worktree read-only: no commit succeeds.
        *("codex", "exec", "--json", "--sandbox", "danger-full-access", "-"),
        secrets=("CODEX_API_KEY", _OPENAI),
        environment=("CODEX_HOME", "OPENAI_BASE_URL"),
        writable=(_CODEX,),
        description="Codex CLI, without its sandbox",
    ),
    _preset(
        "gemini",
        *("gemini", "--approval-mode=yolo", "--skip-trust", "--output-format", "stream-json"),
        secrets=(_GEMINI, "GOOGLE_API_KEY"),
        environment=(
            *("GEMINI_MODEL", "GOOGLE_GEMINI_BASE_URL", "GOOGLE_CLOUD_PROJECT"),
            *("GOOGLE_CLOUD_LOCATION", "GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_GENAI_USE_GCA"),
        ),
        writable=(_GEMINI_FOLDER,),
        description="Gemini CLI, reading its prompt from a pipe",
    ),
    _preset(
        "aider",
        *("aider", "--yes-always", "--no-gitignore", "--no-check-update"),
        *("--no-show-release-notes", "--no-show-model-warnings", "--no-detect-urls"),
        *("--no-suggest-shell-commands", "--no-fancy-input", "--no-pretty"),
        *("--message-file", "{intent_file}"),
        prompt="file",
        secrets=(_ANTHROPIC, _OPENAI, _GEMINI, _OPENROUTER, "DEEPSEEK_API_KEY"),
        environment=("AIDER_MODEL", "OPENAI_API_BASE", "ANTHROPIC_BASE_URL"),
        writable=("~/.aider/caches/",),
        description="aider, for one message",
    ),
    _preset(
        "opencode",
        *("opencode", "run", "--auto", "--format", "json"),
        secrets=(_ANTHROPIC, _OPENAI, _GEMINI, _OPENROUTER),
        environment=("OPENCODE_CONFIG", "OPENCODE_CONFIG_CONTENT"),
        writable=(
            "${XDG_DATA_HOME:-~/.local/share}/opencode/",
            "${XDG_STATE_HOME:-~/.local/state}/opencode/",
            "${XDG_CACHE_HOME:-~/.cache}/opencode/",
        ),
        description="OpenCode, for one message",
    ),
    _preset(
        "copilot",
        *("copilot", "--allow-all-tools", "--no-ask-user", "--no-auto-update", "--no-color"),
        secrets=("COPILOT_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN", "COPILOT_PROVIDER_API_KEY"),
        environment=(
            *("COPILOT_HOME", "COPILOT_MODEL", "COPILOT_OFFLINE", "COPILOT_PROVIDER_BASE_URL"),
            *("COPILOT_PROVIDER_TYPE", "COPILOT_PROVIDER_WIRE_API", "GH_HOST"),
        ),
        writable=(_COPILOT, "${XDG_CACHE_HOME:-~/.cache}/copilot/"),
        description="GitHub Copilot CLI, reading its prompt from a pipe",
    ),
)

PRESETS: Mapping[str, Profile] = MappingProxyType({profile.name: profile for profile in _ALL})
#: What agents keep in the folder they work in, which is no work of theirs.
LEAVES_BEHIND: Mapping[str, tuple[str, ...]] = MappingProxyType({"aider": (".aider*",)})
#: Agents whose shell hides the configuration that says who commits: variables reach it.
HIDES_IDENTITY = frozenset({"gemini"})


class AgentSettings(NamedTuple):
    """What in an agent's folder says what it runs, or what it is told, from then on."""

    folder: str
    names: tuple[str, ...]


#: Of the agents that may write such: it is compared before and after each worker.
AGENT_SETTINGS: Mapping[str, AgentSettings] = MappingProxyType(
    {
        "claude": AgentSettings(
            _CLAUDE,
            (
                *("settings.json", "settings.local.json", "CLAUDE.md", "agents", "commands"),
                *("hooks", "rules", "skills", "plugins/installed_plugins.json"),
            ),
        ),
        "codex": AgentSettings(
            _CODEX,
            ("config.toml", "hooks.json", "AGENTS.md", "AGENTS.override.md", "rules", "prompts"),
        ),
        "gemini": AgentSettings(
            _GEMINI_FOLDER,
            (
                *("settings.json", "trustedFolders.json", "GEMINI.md", ".env", "commands"),
                *("extensions", "policies", "skills", "agents"),
            ),
        ),
        "copilot": AgentSettings(
            _COPILOT,
            (
                *("settings.json", "mcp-config.json", "copilot-instructions.md", "agents"),
                *("hooks", "skills", "instructions"),
            ),
        ),
    }
)
