"""The commands that the program has, as its registry names them."""

from __future__ import annotations

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
