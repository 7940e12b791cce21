"""Calls that programs make by the thousand are answered without Typer, and say the same."""

from __future__ import annotations

import inspect
import re
import shutil
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer
from support.process import Program, Result
from support.tickets import ticket
from support.workspaces import put

from yoi_cli.cli.lazy import LazyGroup, make_group
from yoi_cli.cli.plain.forms import FORMS, Form, given_to
from yoi_cli.cli.root import root_options
from yoi_cli.workers.local.runtime import FileRuntime

READY, PLANNED = ticket(1), ticket(2)
#: Runs one command, as typed if told so by its first word; the last line says if Typer was loaded.
RUN = """
import sys
from yoi_cli.cli.main import run
from yoi_cli.cli.plain import forms
if sys.argv[1] == "typed":
    forms.FORMS = {}
code = run(sys.argv[2:])
print("typer" in sys.modules, flush=True)
sys.exit(code)
"""
CALLS = (
    f"comment {READY} -m Said.",
    f"ticket comment {READY} --message One -m Two --role decision --author Bob --json",
    f"comment {READY} --file text --sha HEAD",
    f"comment {READY}",
    f"comment {READY} -m x --role nonsense",
    "comment 00001M7WFCY39 -m x --json",
    f"ticket state {READY}",
    f"ticket state {READY} --json",
    f"ticket state {READY} queued --expect ready",
    f"ticket state {READY} queued --expect planning",
    f"ticket state {READY} planning --reason again -m Why. --json",
    f"ticket state {READY} --reason again",
    f"ticket state {PLANNED} nonsense",
    "ticket state ready",
    "next",
    "next --json",
    "next --claim --holder ada --lease 2h --json",
    "next --claim --lease nonsense",
    "next --holder ada",
    "list",
    "list --all --json",
    "ticket list -a -s ready,planning --sort created --reverse",
    "list --state nonsense",
    "list --blocked --tree --dates --priority P9",
    "list --search item --tag a --tag b --assignee ada --due week",
    "list --due nonsense",
    "list --sort nonsense",
    "route",
    "route --all --json",
    "route --state queued --explain",
    "route -s nonsense",
    f"show {READY}",
    f"ticket show {PLANNED} --json",
    f"show {READY} --since 2h",
    f"show {READY} --since nonsense",
    "show 00001M7WFCY39",
    "worker spawn -- true",
    f"worker spawn --ticket {READY} --role coder --key one --timeout 60 --json -- sleep 60",
    "worker spawn --env HOME --env A=b --confine off --group g --input -- sleep 60 --json",
    "worker spawn --env MY_TOKEN=b -- true",
    "worker spawn --env NOT_SET -- true",
    "worker spawn --cwd nowhere -- true",
    "worker spawn --ticket 00001M7WFCY39 -- true",
    "worker spawn --profile nonsense --idle-timeout 5 --grace 1 -- true",
    "worker spawn --confine nonsense -- true",
    "worker spawn --author Bob --json -- no-such-program",
    "sync",
    "sync --json --remote origin",
    "sync --dry-run --branch yoi",
    "sync --branch a..b",
    "sync --remote nowhere --json",
    "hook run commit-msg -- .git/COMMIT_EDITMSG",
    "hook run nonsense",
    "merge-driver a b c .yoi/tickets/x/thread.md",
    "merge-driver --ancestor a b c .yoi/tickets/x/thread.md",
)
#: What another says who knows all options.
NOT_PLAIN = (
    f"comment {READY} --message=Said.",
    f"comment {READY} -mSaid.",
    f"comment {READY} -m -x",
    f"comment {READY} --help",
    f"comment {READY} - -m x",
    f"comment {READY} -m x --role plan --role decision",
    f"ticket state {READY} {PLANNED} queued",
    "ticket state",
    f"route {READY}",
    "route --at 2026-06-25",
    "list @mine",
    "list -n 3",
    "list --no-pager",
    "show",
    f"show {READY} --events 3",
    f"show {READY} {PLANNED}",
    "sync --branch=yoi",
    "sync --help",
    "sync yoi",
    "next -n 3",
    "next --limit=0",
    "worker spawn",
    "worker spawn true",
    "worker spawn --profile x",
    "worker spawn --",
    "worker spawn --timeout 0 -- true",
    "worker spawn --timeout 0.5 -- true",
    "worker spawn --grace ٣ -- true",
    "worker spawn --timeout 1 --timeout 2 -- true",
    "worker spawn --no-redact -- true",
    "worker spawn --runtime x -- true",
    "hook run commit-msg --json -- x",
    "merge-driver a b c",
)


def ran(workspace: Path, env: dict[str, str], way: str, call: str) -> Result:
    python = Program((sys.executable, "-P", "-c", RUN), env, workspace)
    return python(way, *call.split(), cwd=workspace, check=False, stdin="")


def end_workers(workspace: Path) -> None:
    runtime = FileRuntime(str(workspace / ".git/yoi/workers"), {})
    for worker in runtime.ids():
        runtime.stop(worker, 0)


def without_time(text: str) -> str:
    return re.sub(r"[0-9a-f]{40}|01[0-9A-Z]{24}|\d{4}-\d\d-\d\dT[\d:]+Z", "…", text)


@pytest.mark.process
@pytest.mark.parametrize("call", CALLS)
def test_a_plain_call_is_answered_without_typer_as_it_is_with_it(
    workspace: Path, env: dict[str, str], git: Program, call: str
) -> None:
    git("commit", "-qm", "Begin", "--allow-empty", cwd=workspace)
    put(workspace, 1, "ready")
    put(workspace, 2, "planning")
    (workspace / "text").write_text("From a file.\n")
    if call.startswith("sync"):
        git("init", "-q", "--bare", "shared.git", cwd=workspace)
        git("remote", "add", "origin", "shared.git", cwd=workspace)
    shutil.copytree(workspace, workspace.parent / "as it was", symlinks=True)
    found = []
    for way in ("plain", "typed"):
        done = ran(workspace, env | {"YOI_AUTHOR": "Ada"}, way, call)
        *shown, loaded = done.out.splitlines()
        assert loaded == str(way == "typed"), done.out + done.err
        end_workers(workspace)
        files = sorted(workspace.glob(".yoi/tickets/*/*.md"))
        after = [(path, without_time(path.read_text())) for path in files]
        found.append((done.code, without_time("\n".join(shown)), without_time(done.err), after))
        if way == "plain":
            shutil.rmtree(workspace)
            (workspace.parent / "as it was").rename(workspace)
    assert found[0] == found[1]


@pytest.mark.parametrize("call", NOT_PLAIN)
def test_any_other_call_is_left_to_who_knows_all_options(call: str) -> None:
    words = tuple(call.split())
    form, length = next((FORMS[words[:n]], n) for n in (1, 2) if words[:n] in FORMS)
    assert given_to(form, words[length:]) is None


@pytest.mark.parametrize(("words", "form"), FORMS.items(), ids=map(" ".join, FORMS))
def test_a_plain_form_has_the_words_of_the_command(words: tuple[str, ...], form: Form) -> None:
    group: LazyGroup | typer.core.TyperCommand = make_group("", root_options)
    for word in words:
        assert isinstance(group, LazyGroup)
        found = group.get_command(None, word)
        assert found is not None
        group = found
    known = {flag: one for one in group.params for flag in one.opts}
    arguments = [one.name for one in group.params if one.param_type_name == "argument"]
    assert arguments[: len(form.positional)] == list(form.positional)
    assert not form.rest or arguments[len(form.positional) :] == [form.rest]
    for flag, option in form.options.items():
        assert known[flag].name == option.parameter
        takes = "several" if known[flag].multiple else "one"
        takes = "seconds" if known[flag].type.name == "float range" else takes
        takes = "flag" if getattr(known[flag], "is_flag", False) else takes
        assert takes == option.takes
    function = getattr(import_module(f"yoi_cli.cli.plain.{form.module}"), form.function)
    taken = {*form.positional, *(one.parameter for one in form.options.values())}
    assert taken | ({form.rest} - {""}) <= set(inspect.signature(function).parameters)
