"""Whether the remote of `[claims]` can hold claims (docs/machines.md)."""

from __future__ import annotations

from yoi_cli.doctor.environment import CLONE, OK, EnvironmentCheck
from yoi_cli.model.findings import ERROR
from yoi_cli.named_tuple import NamedTuple

#: What came of trying: all is well; it cannot be reached; it refuses such refs, or hides them; it
#: moves several refs one by one only.
WORKS, GONE, REFUSED, NOT_ATOMIC = "works", "gone", "refused", "not_atomic"


class ClaimProbe(NamedTuple):
    """What came of pushing two refs there and taking them away again, in one transaction each.

    `said` is what git said of it, `proposed` a folder of refs that the remote takes where it
    refuses those that are configured; empty for none.
    """

    remote: str
    refs: str
    outcome: str
    said: str = ""
    proposed: str = ""


def check_shared_claims(probe: ClaimProbe) -> EnvironmentCheck:
    """Whether claims hold across clones."""
    if probe.outcome == WORKS:
        message = f"Claims hold across clones, by {probe.refs} of {probe.remote}."
        return EnvironmentCheck("claims", CLONE, OK, message)
    if probe.outcome == GONE:
        message = f"{probe.remote} cannot be reached, so nothing is claimed: {probe.said}"
        hint = "Check the network and `git remote --verbose`."
    elif probe.outcome == NOT_ATOMIC:
        message = (
            f"{probe.remote} does not move several refs at once (no atomic push), so claims across "
            "clones are off: nothing is claimed there."
        )
        hint = "Name another remote in [claims], or take `remote` out of it."
    else:
        message = f"{probe.remote} does not take refs at {probe.refs}: {probe.said}"
        hint = "Name another remote in [claims], or take `remote` out of it."
        if probe.proposed:
            hint = f'It takes branches: `refs = "{probe.proposed}"` in [claims], in every clone.'
    return EnvironmentCheck("claims", CLONE, ERROR, message, hint)
