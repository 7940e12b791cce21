"""The hooks that set changes aside while they check a commit, for the campaign `git-hooks`.

The pre-commit framework is the real one. Of lint-staged and husky, which need npm, these are the
git commands that they give.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

#: How long a check takes, at most (seconds), and how often it refuses.
_CHECK = 0.3
_REFUSED = 0.15
_CHECKS = f"""#!{sys.executable}
import os, random, sys, time
time.sleep(random.uniform(0, {_CHECK}))
sys.exit(random.random() < {_REFUSED})
"""
_STASHING = """#!/bin/sh
git stash push --quiet --keep-index || exit 0
.git/checks; code=$?
git stash pop --quiet || echo kept >&2
exit $code
"""
#: The git commands of lint-staged 15: a backup, the unstaged parts of staged files hidden, the
#: tasks, what they changed added, the parts put back, and all of it undone where that fails.
_LINT_STAGED = """#!/bin/sh
patch=.git/lint-staged_unstaged.patch
staged=$(git diff --name-only --diff-filter=ACMR --staged)
[ -n "$staged" ] || exit 0
both=$(git diff --name-only --diff-filter=ACMR -- $staged)
backup=$(git stash create)
[ -z "$backup" ] || git stash store --quiet --message "lint-staged automatic backup" "$backup"
if [ -n "$both" ]; then
  git diff --binary --unified=0 --no-color --no-ext-diff --src-prefix=a/ --dst-prefix=b/ \\
    --patch --submodule=short --output "$patch" -- $both
  git checkout --force -- $both
fi
.git/checks; code=$?
[ $code -ne 0 ] || git add -- $staged
if [ -n "$both" ] && [ $code -eq 0 ]; then
  git apply -v --whitespace=nowarn --recount --unidiff-zero "$patch" 2>/dev/null ||
    git apply -v --whitespace=nowarn --recount --unidiff-zero --3way "$patch" || code=1
fi
if [ $code -ne 0 ] && [ -n "$backup" ]; then
  git reset --quiet --hard HEAD
  git stash apply --quiet --index "$backup"
fi
[ -z "$backup" ] || git stash drop --quiet
exit $code
"""
_FRAMEWORK = """repos:
- repo: local
  hooks:
  - {id: checks, name: checks, entry: .git/checks, language: system, pass_filenames: false}
"""
_HUSKY = """#!/usr/bin/env sh
h="${0##*/}"
s="$(dirname "$(dirname "$0")")/$h"
[ ! -f "$s" ] && exit 0
sh -e "$s" "$@"
"""


def install(way: str, workspace: Path) -> None:
    """Let the commits of `workspace` be checked in one way of `WAYS`; nobody has committed it."""
    _script(workspace / ".git" / "checks", _CHECKS)
    WAYS[way](workspace)


def has_framework() -> bool:
    """Whether the pre-commit framework is installed, beside the interpreter that runs this."""
    return importlib.util.find_spec("pre_commit") is not None


def _by_framework(workspace: Path) -> None:
    _script(workspace / ".pre-commit-config.yaml", _FRAMEWORK)
    command = [sys.executable, "-m", "pre_commit", "install"]
    subprocess.run(command, cwd=workspace, check=True, capture_output=True)


def _by_lint_staged(workspace: Path) -> None:
    _script(workspace / ".git" / "hooks" / "pre-commit", _LINT_STAGED)


def _by_husky(workspace: Path) -> None:
    _script(workspace / ".husky" / "pre-commit", _LINT_STAGED)
    _script(workspace / ".husky" / "_" / "pre-commit", _HUSKY)
    setting = ["git", "config", "core.hooksPath", ".husky/_"]
    subprocess.run(setting, cwd=workspace, check=True)


def _by_stashing(workspace: Path) -> None:
    _script(workspace / ".git" / "hooks" / "pre-commit", _STASHING)


def _script(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o755)


WAYS: Mapping[str, Callable[[Path], None]] = {
    "framework": _by_framework,
    "lint-staged": _by_lint_staged,
    "husky": _by_husky,
    "stash": _by_stashing,
}
