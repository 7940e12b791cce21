"""Making a workspace, and saying which one is used (docs/format.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.setup.formatters import Offer as Offer
    from yoi_cli.setup.open import Initialised as Initialised
    from yoi_cli.workspace.session import Session
    from yoi_cli.workspace.start import Start
    from yoi_cli.workspace.where import Whereabouts as Whereabouts


def init(
    start: Start,
    *,
    name: str | None = None,
    language: str | None = None,
    agents: bool = False,
    excludes: bool = False,
    tools: Sequence[str] = (),
) -> Initialised:
    """Make the starting folder a workspace, or complete the one that it is.

    What stands already is never changed; the clone is told how git merges tickets. With
    `agents`, AGENTS.md tells coding agents of the tickets; those that `tools` names are configured
    for `yoi mcp`, in the repository's files; with `excludes`, the files of formatters
    and fixers that are configured here keep them away from the store. Raises, before anything is
    written, what stands against that.
    """
    from yoi_cli.setup.open import init_workspace

    return init_workspace(
        start, name=name, language=language, agents=agents, excludes=excludes, tools=tools
    )


def agent_configuration(name: str) -> tuple[str, str]:
    """Where an agent's configuration stands in a repository, and what tells it of `yoi mcp`.
    Raises `UsageError` (`agent_unknown`)."""
    from yoi_cli.setup.mcp_agents import check_agent, new_file

    agent = check_agent(name)
    return agent.path, new_file(agent)


def where(session: Session, start: Start | None = None) -> Whereabouts:
    """Which workspace and store a session uses, and why; `start` is where one stands."""
    from yoi_cli.git.checkout import find_checkout
    from yoi_cli.workspace.start import starting_folder
    from yoi_cli.workspace.where import where

    here = find_checkout(starting_folder(start)) if start is not None else session.checkout
    return where(session, here)
