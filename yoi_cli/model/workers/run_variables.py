"""The variables by which an agent knows the run that it is part of (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.workers.profiles import REVIEWER

if TYPE_CHECKING:
    from yoi_cli.model.workers.profiles import Profile

#: Git shows those who judge what was committed, and nothing that was put in its place.
AS_COMMITTED = {"GIT_NO_REPLACE_OBJECTS": "1", "GIT_GRAFT_FILE": "/dev/null"}


def facts_of_run(branch: str, target: str, generation: int) -> dict[str, str]:
    """What every worker of a run is told."""
    return {"YOI_GENERATION": str(generation), "YOI_BRANCH": branch, "YOI_TARGET": target}


def run_variables(
    profile: Profile, role: str, round_: int, facts: dict[str, str], *, name: str = ""
) -> dict[str, str]:
    """What an agent that works as `role` in a round is told besides; `name` is what it writes on
    the ticket as, where that is not its role."""
    told = {**facts, "YOI_ROUND": str(round_), "YOI_AUTHOR": f"{name or role} ({profile.name})"}
    told |= {"YOI_MODEL": profile.model} if profile.model else {}
    return told | (AS_COMMITTED if role == REVIEWER else {})
