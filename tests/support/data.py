"""The static type of parsed JSON, so that tests index it without casts."""

from __future__ import annotations

from typing import Any, TypeAlias

Data: TypeAlias = Any
"""Whatever `json.loads` gave. A test may take it for what it should be; a wrong guess fails it."""
