"""What of a checkout is not committed."""

from __future__ import annotations

from yoi_cli.git.run import run_git


def uncommitted_paths(root: str, but_for: str) -> tuple[str, ...]:
    """The changed and untracked paths below `root`, without those that begin with `but_for`.

    Raises `OperationError` where git refuses.
    """
    said = run_git(["status", "--porcelain=v1", "-z", "--untracked-files=normal"], cwd=root)
    found: list[str] = []
    entries = iter(said.split("\0"))
    for entry in entries:
        if len(entry) < 4:
            continue
        if entry[0] in "RC":
            next(entries, None)
        if not entry[3:].startswith(but_for):
            found.append(entry[3:])
    return tuple(found)
