"""What a run may spend on coding agents (docs/orchestrate.md)."""

from __future__ import annotations

#: The code of the obstacle, and of the outcome, of a run that spent it.
RUN_SPENT = "run_budget_spent"


class RunBudget:
    """What the agents cost that ended in this run, each once, against `limit`: US dollars, None
    or 0 for no limit."""

    def __init__(self, limit: float | None) -> None:
        self._limit = limit or 0.0
        self._costs: dict[str, float] = {}

    def add(self, worker: str, cost: float) -> None:
        self._costs[worker] = cost

    @property
    def is_spent(self) -> bool:
        """Whether nothing more may be started."""
        return bool(self._limit) and sum(self._costs.values()) >= self._limit

    @property
    def text(self) -> str:
        """That it is spent, as sentences."""
        return (
            f"This run spent ${sum(self._costs.values()):.2f} of ${self._limit:.2f}; nothing more "
            "is started. The next run begins anew."
        )
