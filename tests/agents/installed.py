"""Coding agents from their registries, in a folder of their own, and how each is led to the
model server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

_KEY = "sk-test-0123456789"
#: Packages of npm, and what has to be run after installing them.
_NPM = {
    "claude": ("@anthropic-ai/claude-code", "install.cjs"),
    "codex": ("@openai/codex", ""),
    "gemini": ("@google/gemini-cli", ""),
    "opencode": ("opencode-ai", "postinstall.mjs"),
    "copilot": ("@github/copilot", ""),
}
AGENTS = (*_NPM, "aider")


class Ready(NamedTuple):
    """What a profile needs for the model server: variables, those of them that are keys, and
    more lines for its table."""

    variables: dict[str, str]
    keys: tuple[str, ...]
    table: str = ""


def install(agent: str, cache: Path) -> Path:
    """The folder of the agent's program; it is installed where it is not yet."""
    if agent == "aider":
        folder = cache / "aider" / "bin"
        if not (folder / "aider").exists():
            _run([sys.executable, "-m", "venv", str(cache / "aider")])
            _run([str(folder / "pip"), "install", "--quiet", "aider-chat"])
        return folder
    folder = cache / "npm" / "node_modules" / ".bin"
    package, after = _NPM[agent]
    if not (folder / agent).exists():
        (cache / "npm").mkdir(parents=True, exist_ok=True)
        _run(["npm", "install", "--prefix", str(cache / "npm"), "--no-audit", "--no-fund", package])
        if after:
            _run(["node", after], cwd=cache / "npm" / "node_modules" / package)
    return folder


def version(agent: str, folder: Path, home: Path) -> str:
    """What it answers to `--version`, without its name."""
    home.mkdir(parents=True, exist_ok=True)
    env = {"PATH": f"{folder}:{os.environ['PATH']}", "HOME": str(home)}
    done = subprocess.run(
        [agent, "--version"], env=env, capture_output=True, text=True, timeout=120, check=True
    )
    words = done.stdout.split("\n")[0].split()
    return next(word for word in words if word[:1].isdigit()).rstrip(".")


def lead(agent: str, url: str, home: Path) -> Ready:
    """Lead the agent to the model at `url`; its own configuration goes below `home`."""
    if agent == "claude":
        values = {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": _KEY}
        return Ready(values, ("ANTHROPIC_API_KEY",))
    if agent == "codex":
        provider = f'name = "t"\nbase_url = "{url}/v1"\nwire_api = "responses"\n'
        provider += 'env_key = "OPENAI_API_KEY"\nrequest_max_retries = 0\nstream_max_retries = 0\n'
        chosen = 'model = "scripted"\nmodel_provider = "t"\n[model_providers.t]\n'
        _write(home / ".codex/config.toml", chosen + provider)
        return Ready({"OPENAI_API_KEY": _KEY}, ("OPENAI_API_KEY",))
    if agent == "gemini":
        chosen = json.dumps({"security": {"auth": {"selectedType": "gemini-api-key"}}})
        _write(home / ".gemini/settings.json", chosen)
        values = {"GOOGLE_GEMINI_BASE_URL": url, "GEMINI_API_KEY": _KEY}
        return Ready(values, ("GEMINI_API_KEY",))
    if agent == "opencode":
        options = {"baseURL": f"{url}/v1", "apiKey": "{env:OPENAI_API_KEY}"}
        served = {
            "npm": "@ai-sdk/openai-compatible", "options": options, "models": {"scripted": {}},
        }  # fmt: skip
        settings = {
            "model": "t/scripted", "small_model": "t/scripted", "provider": {"t": served},
        }  # fmt: skip
        _write(home / ".config/opencode/opencode.json", json.dumps(settings))
        return Ready({"OPENAI_API_KEY": _KEY}, ("OPENAI_API_KEY",))
    if agent == "copilot":
        values = {
            "COPILOT_PROVIDER_BASE_URL": f"{url}/v1", "COPILOT_PROVIDER_API_KEY": _KEY,
            "COPILOT_MODEL": "scripted", "COPILOT_OFFLINE": "true",
        }  # fmt: skip
        return Ready(values, ("COPILOT_PROVIDER_API_KEY",))
    values = {
        "OPENAI_API_BASE": f"{url}/v1", "OPENAI_API_KEY": _KEY, "AIDER_MODEL": "openai/scripted",
    }  # fmt: skip
    return Ready(values, ("OPENAI_API_KEY",))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _run(command: list[str], cwd: Path | None = None) -> None:
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL)
