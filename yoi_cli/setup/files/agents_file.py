"""Files outside of `.yoi` that `yoi init` writes where it is asked to: AGENTS.md, and what tells
coding agents of the tools."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.store.files.descriptors import not_as_expected
from yoi_cli.store.files.directory import Directory

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def rewrite_agents_file(
    folder: str, name: str, change: Callable[[bytes | None], bytes]
) -> tuple[str, ...]:
    """Put what `change` makes of the file `name` of `folder` (absolute) in its place.

    Gives the paths that were written: none where nothing changes. A symlink is followed
    where it leads to a file inside `folder`, as people let one name stand for another's file.
    Raises `StoreInvalidError` (`path_unsafe`) where it leads elsewhere, and what `change`
    raises.
    """
    if not os.path.lexists(os.path.join(folder, name)) and "/" in name:
        return _make(folder, name, change)
    target = os.path.relpath(os.path.realpath(os.path.join(folder, name)), os.path.realpath(folder))
    if target.split(os.sep)[0] in (os.pardir, ".git", ".yoi"):
        raise not_as_expected(name, "a file of this folder")
    above, last = os.path.split(target)
    with Directory.open(folder, "") as top, top.descend(above) as directory:
        content = directory.read_if_there(last)
        changed = change(content)
        if changed == content:
            return ()
        directory.replace(last, changed)
    return (target,)


def _make(folder: str, name: str, change: Callable[[bytes | None], bytes]) -> tuple[str, ...]:
    """A new file in a folder that may have to be made; symlinks on the way are not followed."""
    with Directory.open(folder, "") as top:
        top.replace_path(name, change(None))
    return (name,)


def tell_agents(folder: str, names: Sequence[str]) -> tuple[str, ...]:
    """Put `yoi mcp` into the configuration of the agents `names` for the folder (absolute); the
    paths that were written. Where one is refused none is written: raises as `rewrite_agents_file`,
    `check_agent` and `with_server`."""
    import tomllib
    from functools import partial

    from yoi_cli.setup.mcp_agents import check_agent, with_server

    agents = [check_agent(name) for name in dict.fromkeys(names)]
    changes = [(one, partial(with_server, one, read_toml=tomllib.loads)) for one in agents]
    for agent, change in changes:
        if os.path.lexists(os.path.join(folder, agent.path)):
            rewrite_agents_file(folder, agent.path, partial(_tried, change))
    return tuple(
        path
        for agent, change in changes
        for path in rewrite_agents_file(folder, agent.path, change)
    )


def _tried(change: Callable[[bytes | None], bytes], content: bytes | None) -> bytes:
    """The content as it is, where `change` has nothing against it."""
    change(content)
    return content or b""


def agents_in_use(folder: str) -> tuple[str, ...]:
    """The names of the agents that the folder has traces of, and that are not told of the tools."""
    from yoi_cli.setup.mcp_agents import MCP_AGENTS

    found: list[str] = []
    for agent in MCP_AGENTS.values():
        if any(os.path.lexists(os.path.join(folder, trace)) for trace in agent.traces):
            try:
                with open(os.path.join(folder, agent.path), "rb") as file:
                    is_told = b"yoi" in file.read(1 << 20)
            except OSError:
                is_told = False
            if not is_told:
                found.append(agent.name)
    return tuple(found)
