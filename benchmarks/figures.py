"""Figures of the code's shape: `make figures`, or `python benchmarks/figures.py [FOLDER ...]`.

A column for each FOLDER, which is a tree of this repository in any layout that it had; without
one, the tree in which this file is. What is counted, in `yoi_cli` unless something else is said:

- lines, files, mean lines: of its Python files, blank lines and comments included.
- largest folder: Python files directly in one folder, packages below it left out.
- import cycles: of each package, the groups of modules and packages directly in it that import
  each other in a circle, through whatever stands below them. Imports for types count.
- files that name: those in which the word stands as a name of its own, or as a word of a string
  that is no docstring. `assignee` is a filter of `ticket list` and the field that it reads,
  `readiness` a field of a ticket, `supersedes` a kind of relation, `grace` an option of workers.
- files that cite: text files of the repository, tickets in `.yoi` left out, that point to a
  document that is not in it, or to a section by its number (but for sections of an RFC).
- dependencies never imported: those of `pyproject.toml`, extras left out, of which no module is
  imported anywhere in the package.
- class names used twice: names that more than one class of the package has, nested ones too.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import invalidate_caches
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import NamedTuple

import grimp

PACKAGE = "yoi_cli"
WORDS = ("assignee", "readiness", "supersedes", "grace")
#: The names are broken up here, or this file would count.
_CITATION = re.compile("DES" r"IGN\b|\bHOU" r"SE\b|^(?!.*\bRFC\b).*\bsections? \d", re.M)
#: So many of what was counted are named below the table.
_NAMED = 12
_REQUIREMENT = re.compile(r"[\w.-]+")


def main(folders: Sequence[str]) -> int:
    """Print the table; 0."""
    roots = [Path(folder).resolve() for folder in folders or [str(Path(__file__).parents[1])]]
    columns = [figures(root) for root in roots]
    names = [root.name for root in roots]
    print(f"| | {' | '.join(names)} |\n|---|{'---|' * len(names)}")
    for figure in columns[0]:
        print(f"| {figure} | {' | '.join(column[figure].shown for column in columns)} |")
    for name, column in zip(names, columns, strict=True):
        for figure, counted in column.items():
            if counted.found:
                print(f"\n{name}, {figure}: {', '.join(counted.found)}")
    return 0


class Figure(NamedTuple):
    """A cell of the table; `found` has what was counted, where that is worth a look."""

    shown: str
    found: Sequence[str] = ()


def figures(root: Path) -> dict[str, Figure]:
    """Every figure of one tree, in the order in which they are shown."""
    sources = {path: path.read_text(encoding="utf-8") for path in (root / PACKAGE).rglob("*.py")}
    trees = {path: ast.parse(source) for path, source in sources.items()}
    lines = sum(len(source.splitlines()) for source in sources.values())
    folders = Counter(path.parent.relative_to(root) for path in sources)
    folder, most = max(folders.items(), key=lambda item: item[1])
    named = {word: naming_files(trees.values(), word) for word in WORDS}
    return {
        f"lines of `{PACKAGE}`": Figure(f"{lines:,}"),
        "files, mean lines": Figure(f"{len(sources)}, {lines / len(sources):.0f}"),
        "largest folder": Figure(f"{most} files", [str(folder)]),
        "import cycles": _counted(import_cycles(root)),
        **{f"files that name `{word}`": Figure(str(count)) for word, count in named.items()},
        "files that cite what is not here": _counted(citing_files(root)),
        "dependencies never imported": _counted(unused_dependencies(root, trees.values())),
        "class names used twice": _counted(doubled_classes(trees.values())),
    }


def _counted(found: list[str]) -> Figure:
    return Figure(str(len(found)), found[:_NAMED] + ["…"] * (len(found) > _NAMED))


def naming_files(trees: Iterable[ast.Module], word: str) -> int:
    """How many modules name `word`."""
    whole = re.compile(rf"(?<![\w]){word}(?![\w])")
    return sum(any(whole.search(name) for name in _names(tree)) for tree in trees)


def _names(tree: ast.Module) -> Iterator[str]:
    """Every identifier and every string of a module, docstrings left out."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) not in docstrings:
                yield node.value
            continue
        for field in ("id", "attr", "arg", "name", "asname"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                yield value


def doubled_classes(trees: Iterable[ast.Module]) -> list[str]:
    """The names that more than one class has."""
    counted = Counter(
        node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    )
    return sorted(name for name, count in counted.items() if count > 1)


def unused_dependencies(root: Path, trees: Iterable[ast.Module]) -> list[str]:
    """The distributions that are declared and of which nothing is imported."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    imported = {name for tree in trees for name in _imported(tree)}
    used = {
        distribution.lower()
        for module, distributions in packages_distributions().items()
        if module in imported
        for distribution in distributions
    }
    declared = [_REQUIREMENT.match(text) for text in project["dependencies"]]
    return [match[0] for match in declared if match and match[0].lower() not in used]


def _imported(tree: ast.Module) -> Iterator[str]:
    """The first names of all absolute imports, wherever in the module they stand."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module.split(".")[0]


def citing_files(root: Path) -> list[str]:
    """The names of the files that cite what is not there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", ":!.yoi"], cwd=root, capture_output=True, check=True
    )
    paths = [root / name for name in listed.stdout.decode().split("\0") if name]
    return [
        str(path.relative_to(root))
        for path in paths
        if path.is_file() and _CITATION.search(path.read_text(encoding="utf-8", errors="replace"))
    ]


def import_cycles(root: Path, package: str = PACKAGE) -> list[str]:
    """The circles of siblings, as `package: one ⇄ another`. It must not be imported yet."""
    sys.path.insert(0, str(root))
    invalidate_caches()
    graph = grimp.build_graph(package, cache_dir=None)
    sys.path.remove(str(root))
    found: list[str] = []
    for parent in sorted(graph.modules):
        depth = parent.count(".") + 2
        imports = {
            name: {
                ".".join(target.split(".")[:depth])
                for module in graph.find_descendants(name) | {name}
                for target in graph.find_modules_directly_imported_by(module)
                if target.startswith(f"{parent}.")
            }
            for name in graph.find_children(parent)
        }
        for circle in _circles(imports):
            names = " ⇄ ".join(name.rpartition(".")[2] for name in circle)
            found.append(f"{parent}: {names}")
    return found


def _circles(imports: Mapping[str, set[str]]) -> list[list[str]]:
    """The groups in which each reaches every other."""
    reached = {name: _reached(name, imports) for name in imports}
    circles = {
        tuple(sorted(other for other in reached[name] if name in reached.get(other, ())))
        for name in imports
    }
    return sorted([*circle] for circle in circles if len(circle) > 1)


def _reached(start: str, imports: Mapping[str, set[str]]) -> set[str]:
    seen, waiting = {start}, [start]
    while waiting:
        for target in imports.get(waiting.pop(), ()):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return seen


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
