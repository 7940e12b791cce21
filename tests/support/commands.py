"""The commands that the program has, as its registry names them."""

from __future__ import annotations

import ast
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from yoi_cli.cli.registry import GROUPS


def commands_of_the_tree() -> tuple[str, ...]:
    """Every command once, by its longest name: `create` is the same as `ticket create`."""
    found: dict[str, str] = {}
    for path, group in GROUPS.items():
        for entry in group.entries:
            if entry.function:
                name = f"{path} {entry.name}".strip()
                found[entry.function] = max(found.get(entry.function, ""), name, key=len)
    return tuple(found.values())


def commands_that_reach(name: str) -> frozenset[str]:
    """The commands whose code in `yoi_cli.cli` mentions `name`, in their function or in whatever
    that mentions in turn."""
    entries = [entry.function for group in GROUPS.values() for entry in group.entries]
    named = dict(zip(dict.fromkeys(filter(None, entries)), commands_of_the_tree(), strict=True))
    return frozenset(
        command for function, command in named.items() if name in _reached(*function.split(":"))
    )


def _reached(module: str, function: str) -> frozenset[str]:
    """All that a function mentions, and what that mentions in turn, without what prints."""
    ahead, seen, found = [(f"yoi_cli.cli.{module}", function)], set(), set()
    while ahead:
        place = ahead.pop()
        if place in seen:
            continue
        seen.add(place)
        mentioned, imported = _definitions(place[0])
        for word in mentioned.get(place[1], ()):
            found.add(word)
            ahead.append(imported.get(word, (place[0], word)))
    return frozenset(found)


@cache
def _definitions(module: str) -> tuple[dict[str, frozenset[str]], dict[str, tuple[str, str]]]:
    """What each name that a module defines mentions, and where the names come from that it takes
    from other modules of the command line."""
    path = find_spec(module)
    if path is None or path.origin is None or module.startswith("yoi_cli.cli.text"):
        return {}, {}
    tree = ast.parse(Path(path.origin).read_text(encoding="utf-8"))
    imported = {
        alias.asname or alias.name: (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        if node.module is not None and node.module.startswith("yoi_cli.cli")
        for alias in node.names
    }
    mentioned = {}
    for node in tree.body:
        words = frozenset(one.id for one in ast.walk(node) if isinstance(one, ast.Name))
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            mentioned[node.name] = words
        elif isinstance(node, ast.Assign):
            mentioned |= {one.id: words for one in node.targets if isinstance(one, ast.Name)}
    return mentioned, imported
