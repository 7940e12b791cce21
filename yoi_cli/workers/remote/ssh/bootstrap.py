"""The first program on another machine, which takes in the one that is needed (docs/machines.md).

It is sent as a text over standard input and imports the standard library alone. What it takes in
is kept by the hash of its list of files, each of which is held against its own hash every time.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import shutil
import stat
import sys
import zlib


def main() -> None:
    """Say who this is, take in the program, and become it."""
    _say(yoi=1, python=".".join(map(str, sys.version_info[:3])))
    asked = _heard()
    name, files = str(asked["program"]), dict(asked["files"])  # type: ignore[call-overload]
    try:
        tree = _kept(name, files)
    except OSError as error:
        _say(error="unwritable", number=error.errno)
        return
    except ValueError:
        _say(error="malformed")
        return
    _say(ready=True)
    # At the end, so that nothing there stands in for a module of the standard library.
    sys.path.append(tree)
    from yoi_cli.workers.remote.ssh.far.serve import serve

    serve(sys.stdin.buffer)


def _kept(name: str, files: dict[str, str]) -> str:
    """The folder of the program, which is whole; what is missing is asked for."""
    general = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folder = os.path.join(general, "yoi", "far")
    os.makedirs(folder, 0o700, exist_ok=True)
    found = os.stat(folder)
    if found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(1, "somebody else may write there")
    tree = os.path.join(folder, name)
    if _is_whole(tree, files):
        return tree
    _say(needs=True)
    texts = json.loads(zlib.decompress(base64.b64decode(str(_heard()["texts"]))))
    for path, digest in files.items():
        if hashlib.sha256(texts[path].encode()).hexdigest() != digest:
            raise ValueError(path)
    _unpack(folder, tree, {path: texts[path] for path in files})
    if not _is_whole(tree, files):
        raise ValueError(name)
    return tree


def _is_whole(tree: str, files: dict[str, str]) -> bool:
    try:
        for path, digest in files.items():
            with open(os.path.join(tree, path), "rb") as file:
                if hashlib.sha256(file.read()).hexdigest() != digest:
                    return False
    except OSError:
        return False
    return True


def _unpack(folder: str, tree: str, texts: dict[str, str]) -> None:
    """Put the program in its place at once, beside others that may do the same."""
    made = os.path.join(folder, f".tmp-{os.getpid()}-{os.urandom(4).hex()}")
    try:
        for path, text in texts.items():
            full = os.path.join(made, path)
            os.makedirs(os.path.dirname(full), 0o700, exist_ok=True)
            with open(full, "w", encoding="utf-8", newline="") as file:
                file.write(text)
        with contextlib.suppress(FileNotFoundError):
            os.rename(tree, f"{made}-old")
        with contextlib.suppress(OSError):  # somebody else was quicker
            os.rename(made, tree)
    finally:
        shutil.rmtree(made, ignore_errors=True)
        shutil.rmtree(f"{made}-old", ignore_errors=True)


def _say(**said: object) -> None:
    os.write(1, json.dumps(said).encode() + b"\n")


def _heard() -> dict[str, object]:
    line = sys.stdin.buffer.readline()
    if not line:
        raise SystemExit(0)
    heard: dict[str, object] = json.loads(line)
    return heard


if __name__ == "__main__":
    main()
