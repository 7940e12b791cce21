"""The rules that doctor holds a store to: code, severity, meaning, and what to do.

The codes are an interface: once released they are neither renamed nor reused. Each subject has a
module of its own. docs/doctor.md shows this table, and a test holds the two together.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from yoi_cli.doctor.rules import item, layout, plan, relations, settings, thread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.doctor.rules.rule import Rule

#: The groups of the table, each with the heading under which the docs show it.
GROUPS: Mapping[str, tuple[Rule, ...]] = MappingProxyType(
    {
        "Layout": layout.RULES,
        "item.md": item.RULES,
        "thread.md": thread.RULES,
        "relations.json": relations.RULES,
        "orchestration-plan.jsonl": plan.RULES,
        "Resolution, configuration, lock": settings.RULES,
    }
)

#: Every rule by its code.
RULES: Mapping[str, Rule] = MappingProxyType(
    {rule.code: rule for rules in GROUPS.values() for rule in rules}
)
