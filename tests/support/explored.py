"""What schemathesis holds against a server: answers that its OpenAPI document does not say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from starlette.types import ASGIApp

schemathesis.checks.load_all_checks()
#: That nobody gets in without a credential is shown elsewhere; this one sends ours again.
_IGNORED_AUTH = schemathesis.checks.CHECKS.get_one("ignored_auth")
#: Ids that are well formed name nothing that is there.
_POSITIVE_DATA = schemathesis.checks.CHECKS.get_one("positive_data_acceptance")
_Case = schemathesis.Case[Any]


def explore(
    app: ASGIApp,
    document: str,
    headers: Mapping[str, str],
    *,
    examples: int,
    only: str = "",
    prepare: Callable[[_Case], None] = lambda case: None,
) -> list[str]:
    """What is found with so many requests of each operation of the document, or of those at the
    path `only`, each of which was given to `prepare`."""
    schema = schemathesis.openapi.from_asgi(document, app, headers=dict(headers))
    found: list[str] = []
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        if "x-websocket" in operation.definition.raw or only not in ("", operation.path):
            continue

        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=[*HealthCheck],
        )
        @given(case=operation.as_strategy())
        def check(case: _Case) -> None:
            prepare(case)
            case.call_and_validate(
                headers=dict(headers),
                excluded_checks=[_IGNORED_AUTH, _POSITIVE_DATA],  # type: ignore[list-item]
            )

        try:
            check()
        except FailureGroup as failures:
            found += [f"{operation.label}: {one}" for one in failures.exceptions]
        except Exception as error:
            found.append(f"{operation.label}: {error!r}")
    return found
