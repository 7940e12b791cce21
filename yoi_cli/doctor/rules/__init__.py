"""The rules that doctor holds a store to: code, severity, meaning, and what to do.

The codes are an interface: once released they are neither renamed nor reused. docs/doctor.md
shows this table, and a test compares the two.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from yoi_cli.doctor.rules import records, store, ticket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.doctor.rules.rule import Rule

#: The groups of the table, each with the heading under which the docs show it.
GROUPS: Mapping[str, tuple[Rule, ...]] = MappingProxyType(
    {
        "Layout": store.LAYOUT_RULES,
        "item.md": ticket.ITEM_RULES,
        "thread.md": ticket.THREAD_RULES,
        "relations.json": records.RELATION_RULES,
        "orchestration-plan.jsonl": records.PLAN_RULES,
        "Resolution, configuration, lock": store.SETTINGS_RULES,
    }
)

#: Every rule by its code.
RULES: Mapping[str, Rule] = MappingProxyType(
    {rule.code: rule for rules in GROUPS.values() for rule in rules}
)
