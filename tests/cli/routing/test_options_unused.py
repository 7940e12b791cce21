"""What somebody typed is used or refused, and never passed over."""

from __future__ import annotations

import pytest
from support.process import Program


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("route {id} --all", "options_clash"),
        ("route {id} --state queued", "options_clash"),
        ("route --holder ada", "option_unused"),
        ("route {id} --branch x", "option_unused"),
        ("next --claim --limit 3", "options_clash"),
        ("next --holder ada", "option_unused"),
        ("next --lease 2h", "option_unused"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(
    yoi: Program, workspace: object, command: str, code: str
) -> None:
    ticket = yoi("ticket", "create", "--title", "One", "-m", "x").out.split()[1]
    words = command.format(id=ticket).split()
    refused = yoi(*words, "--json", check=False)
    assert (refused.code, refused.error["code"]) == (2, code)
