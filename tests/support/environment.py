"""An environment in which nothing of the machine's user is visible."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SUPPORT = ROOT / "tests" / "support"

#: All that is taken over from outside. The rest of a real environment (editors, GIT_*, YOI_*,
#: colours, widths, locales, proxies) changes what a program prints or does.
KEPT = ("PATH", "TMPDIR", "LD_LIBRARY_PATH", "COVERAGE_PROCESS_START")

#: Where the programs of a system's keeper are; many a PATH lacks these folders.
SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")

#: Memory has no latency of its own, and syncs cost nothing there.
IN_MEMORY = Path("/dev/shm")
_ROOM = 2 << 30

GIT_CONFIG = """\
[user]
\tname = Ada Example
\temail = ada@example.org
[init]
\tdefaultBranch = main
[commit]
\tgpgSign = false
[gc]
\tauto = 0
[maintenance]
\tauto = false
"""


def hermetic_environment(home: Path, outside: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Make `home` a home folder, with git's configuration, and return its environment.

    The tree under test is on PYTHONPATH and the interpreter's folder first on PATH, so that
    a `yoi` started by a hook is this one.
    """
    home.mkdir(parents=True, exist_ok=True)
    # `yoi` scrubs GIT_* before it starts git: the file must be git's default as well.
    git_config = home / ".gitconfig"
    git_config.write_text(GIT_CONFIG, encoding="utf-8")
    env = {name: outside[name] for name in KEPT if name in outside}
    env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), env.get("PATH", os.defpath)])
    return env | {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "XDG_STATE_HOME": str(home / ".local" / "state"),
        "XDG_RUNTIME_DIR": str(home / ".run"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": str(git_config),
        "GIT_CEILING_DIRECTORIES": str(home.parent),
        # A pager would wait for somebody who turns the page.
        "GIT_PAGER": "cat",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONPATH": str(ROOT),
    }


def enter(env: Mapping[str, str]) -> None:
    """Make `env` the environment of this process; only pytest's own variables stay."""
    for name in list(os.environ):
        if name not in env and not name.startswith("PYTEST_"):
            del os.environ[name]
    os.environ.update(env)


def find_program(name: str) -> str | None:
    """The path of a program in PATH, or else in the system's own folders; None where it is not."""
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(SYSTEM_FOLDERS))


def has_memory_folder() -> bool:
    """Whether `IN_MEMORY` is a folder with room for tests and for the programs that they make."""
    try:
        facts = os.statvfs(IN_MEMORY)
    except OSError:
        return False
    is_free = facts.f_bavail * facts.f_frsize > _ROOM and os.access(IN_MEMORY, os.W_OK)
    return is_free and not facts.f_flag & getattr(os, "ST_NOEXEC", 0)
