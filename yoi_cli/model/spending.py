"""What coding agents spent on a ticket, as its log says (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.model.events import Event


class Spending(NamedTuple):
    """Tokens, and US dollars; None where no agent told what it cost."""

    tokens: int = 0
    cost: float | None = None

    @property
    def text(self) -> str:
        """Both in a few words, empty where nothing is known."""
        known = [f"{self.tokens:,} tokens"] if self.tokens else []
        if self.cost is not None:
            known.append(f"${self.cost:.2f}")
        return ", ".join(known)


def spending_of(events: Iterable[Event]) -> Spending:
    """What `events` say; a worker that several of them tell of counts once."""
    tokens: dict[str, int] = {}
    costs: dict[str, float] = {}
    for event in events:
        worker = event.attributes.get("worker", "")
        count, cost = event.attributes.get("tokens", ""), event.attributes.get("cost", "")
        if not worker:
            continue
        if count.isascii() and count.isdigit():
            tokens[worker] = max(tokens.get(worker, 0), int(count[:15]))
        amount = _amount(cost)
        if amount is not None:
            costs[worker] = max(costs.get(worker, 0.0), amount)
    return Spending(sum(tokens.values()), sum(costs.values()) if costs else None)


def together(all_spent: Iterable[Spending]) -> Spending:
    """The sum of several."""
    tokens, costs = 0, []
    for spent in all_spent:
        tokens += spent.tokens
        costs += [spent.cost] if spent.cost is not None else []
    return Spending(tokens, sum(costs) if costs else None)


def _amount(text: str) -> float | None:
    whole, _, part = text[:20].partition(".")
    is_amount = whole.isascii() and whole.isdigit() and (not part or part.isdigit())
    return float(text[:20]) if is_amount and part.isascii() else None
