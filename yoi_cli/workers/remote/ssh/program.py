"""The program that other machines are sent: modules of this very package (docs/machines.md)."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import zlib
from functools import cache
from typing import TYPE_CHECKING

import yoi_cli
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: Its folders, all of whose modules are in it.
_FOLDERS = ("workers/local/shim", "workers/remote/ssh/far")
#: The other modules that those import, by their folders. None of them imports anything but the
#: standard library and one another; a test holds this list against what they say.
MODULES: Mapping[str, str] = {
    "": "__init__ errors named_tuple",
    "git": "__init__ checkout command dot_git identity plain_refs remote repository unusual "
    "work_refs worktree_settings",
    "model": "__init__ config ids limits naming redaction text worker_limits",
    "model/workers": "__init__ presets profiles spec",
    "store": "__init__",
    "store/config": "__init__ store_config",
    "store/files": "__init__ atomic_folder descriptors directory layout shared_paths "
    "sync_file_system",
    "workers": "__init__ lookup model observation runtime",
    "workers/agents": "__init__ commands",
    "workers/local": "__init__ commands confinement create folder grants input_pipe launcher "
    "machine observe order_worktrees ordered_branches output place records "
    "runtime settled spec typed watched",
    "workers/remote": "__init__",
    "workers/remote/ssh": "__init__ frames requests",
    "workspace": "__init__ finding local_folder which",
    "worktrees": "__init__ model ports",
    "worktrees/git": "__init__ base branch_names creation hooks_path listing marks populate "
    "removal rescue risks uncommitted",
    "worktrees/target": "__init__ advance ordered update_files",
}
#: The interpreters that are tried, the first that is new enough is taken; where one is named, the
#: first line of what it reads, that alone is. The name is on no command line.
COMMAND = (
    "exec /bin/sh -c '"
    "IFS= read -r named; old=; "
    'case "$named" in "~/"*) named="$HOME${named#?}";; esac; '
    'if [ -n "$named" ]; then set -- "$named"; '
    "else set -- python3 python3.14 python3.13 python3.12 python3.11; fi; "
    "for one do "
    'command -v "$one" >/dev/null 2>&1 || continue; old=1; '
    '"$one" -c "import sys; sys.exit(sys.version_info < (3, 11))" </dev/null >/dev/null 2>&1 '
    '&& exec "$one" -X utf8 -I -S -c "import sys; exec(sys.stdin.buffer.readline())"; '
    'done; [ -n "$old" ] && exit 97; exit 96'
    "'"
)
NO_PYTHON, OLD_PYTHON = 96, 97


class Program(NamedTuple):
    """The text of every file by its path, and the hash of each. `name` is the hash of the list."""

    name: str
    files: Mapping[str, str]
    texts: Mapping[str, str]

    def archive(self) -> str:
        """All texts, to be sent."""
        return base64.b64encode(zlib.compress(json.dumps(dict(self.texts)).encode())).decode()


@cache
def program() -> Program:
    """The program, as this version of `yoi` has it."""
    root = os.path.dirname(os.path.abspath(yoi_cli.__file__))
    texts = {}
    for path in _paths(root):
        with open(os.path.join(root, path), encoding="utf-8", newline="") as file:
            texts[f"yoi_cli/{path}"] = file.read()
    files = {path: hashlib.sha256(text.encode()).hexdigest() for path, text in texts.items()}
    name = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()
    return Program(name, files, texts)


def _paths(root: str) -> Iterator[str]:
    for folder in _FOLDERS:
        found = sorted(os.listdir(os.path.join(root, folder)))
        yield from (f"{folder}/{name}" for name in found if name.endswith(".py"))
    for folder, names in MODULES.items():
        yield from (os.path.join(folder, f"{name}.py") for name in names.split())


def first_lines(python: str) -> bytes:
    """What COMMAND reads: which interpreter is named, and the first program, on one line."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bootstrap.py")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    run = f"exec(compile({text!a}, 'yoi', 'exec'), {{'__name__': '__main__'}})"
    return f"{python}\n{run}\n".encode("ascii")
