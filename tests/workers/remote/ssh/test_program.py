"""The program that other machines are sent: it is whole, it is what it was, and needs nothing but
the standard library."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

import yoi_cli
from yoi_cli.workers.remote.ssh.program import COMMAND, program
from yoi_cli.workers.remote.ssh.session import Session

PACKAGE = Path(yoi_cli.__file__).parent
#: Stands in for what Linux has, where psutil is there.
PORTABLE = "shim/portable.py"
#: What only a clone's own command line needs: a worker's outbox, settings of a store.
NOT_THERE = {
    *("yoi_cli.model.worker_message", "yoi_cli.store.files.outbox", "yoi_cli.workspace.session"),
    *("yoi_cli.store.config.toml_file", "yoi_cli.store.config.reading", "yoi_cli.git.tracked"),
}


def imported(path: Path) -> Iterator[str]:
    """The modules that one imports when it runs, wherever in it."""
    nodes: list[ast.AST] = [*ast.parse(path.read_text(encoding="utf-8")).body]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            nodes += node.orelse
            continue
        nodes += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def path_of(module: str) -> Path | None:
    path = PACKAGE.parent / module.replace(".", "/")
    found = [one for one in (path.with_suffix(".py"), path / "__init__.py") if one.is_file()]
    return found[0] if found else None


def test_the_program_has_every_module_that_it_imports_and_no_other() -> None:
    files = {PACKAGE.parent / path for path in program().files}
    roots = [path for path in files if {"shim", "far"} & set(path.parts)]
    needed: set[Path] = set()
    todo = [*roots, path_of("yoi_cli.git.unusual") or PACKAGE]
    while todo:
        path = todo.pop()
        if path in needed:
            continue
        needed.add(path)
        for folder in path.relative_to(PACKAGE.parent).parents:
            inside = PACKAGE.parent / folder / "__init__.py"
            if inside.is_file():
                todo.append(inside)
        for module in imported(path):
            found = path_of(module) if module.startswith("yoi_cli") else None
            if found is not None and module not in NOT_THERE:
                todo.append(found)
    assert {str(path.relative_to(PACKAGE)) for path in files ^ needed} == set()


def test_no_module_of_it_needs_anything_but_the_standard_library() -> None:
    found = {
        module.partition(".")[0]
        for path in program().files
        if not path.endswith(PORTABLE)
        for module in imported(PACKAGE.parent / path)
    }
    assert found - {*sys.stdlib_module_names} == {"yoi_cli", "psutil"}


@contextmanager
def session(home: Path, folder: Path, shell: str = "sh") -> Iterator[Session]:
    """The program, as a host would run it that has nothing but Python and git."""
    environment = {"HOME": str(home), "PATH": os.environ["PATH"]}
    with closing(Session([shell, "-c", COMMAND], environment, "far")) as made:
        made.open(str(folder), "", time.monotonic() + 30)
        yield made


def ask(made: Session, question: str) -> object:
    return made.ask({"ask": question}, b"", time.monotonic() + 30).said["gives"]


def kept(home: Path) -> Path:
    (tree,) = (home / ".cache/yoi/far").iterdir()
    return tree


@pytest.mark.process
def test_the_program_runs_alone_in_a_python_that_has_nothing_else(
    repo: Path, tmp_path: Path
) -> None:
    with session(tmp_path, repo) as made:
        assert ask(made, "list") == {"workers": [], "unreadable": []}
    tree = kept(tmp_path)
    everything = "\n".join(
        f"import {path.removesuffix('.py').replace('/', '.').removesuffix('.__init__')}"
        for path in program().files
        if not path.endswith(("shim/__main__.py", PORTABLE))
    )
    code = f"import sys; sys.path.append({str(tree)!r})\n{everything}\nprint(*sorted(sys.modules))"
    said = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, check=True, text=True
    ).stdout
    assert {one.partition(".")[0] for one in said.split()} - {*sys.stdlib_module_names} == {
        *("yoi_cli", "__main__")
    }


@pytest.mark.process
def test_the_program_is_sent_once_and_what_was_changed_there_is_sent_again(
    repo: Path, tmp_path: Path
) -> None:
    with session(tmp_path, repo) as made:
        ask(made, "list")
    tree = kept(tmp_path)
    file = tree / "yoi_cli/errors.py"
    whole, when = file.read_bytes(), file.stat().st_mtime_ns
    with session(tmp_path, repo) as made:
        ask(made, "list")
    assert file.stat().st_mtime_ns == when
    file.write_bytes(b"raise SystemExit(1)\n")
    with session(tmp_path, repo) as made:
        ask(made, "list")
    assert file.read_bytes() == whole
    assert [one.name for one in tree.parent.iterdir()] == [program().name]


@pytest.mark.process
def test_what_another_version_sent_stays_beside_it(repo: Path, tmp_path: Path) -> None:
    other = tmp_path / ".cache/yoi/far" / ("0" * 64)
    other.mkdir(parents=True)
    (other / "kept").write_text("")
    with session(tmp_path, repo) as made:
        ask(made, "list")
    assert (other / "kept").exists()


@pytest.mark.process
@pytest.mark.parametrize("shell", ["sh", "bash", "zsh", "fish", "tcsh"])
def test_any_login_shell_starts_it(repo: Path, tmp_path: Path, shell: str) -> None:
    import shutil

    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    with session(tmp_path, repo, shell) as made:
        assert json.dumps(ask(made, "facts"))
