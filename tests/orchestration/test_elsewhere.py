"""What keeps a role from working on another runtime, and what of that is waited for."""

from __future__ import annotations

from yoi_cli.orchestration.elsewhere import PASSING, Away
from yoi_cli.workers.remote.ssh.errors import CODES


def test_whatever_keeps_a_host_from_being_used_over_ssh_is_waited_for_and_has_words() -> None:
    assert CODES <= PASSING
    told = {Away("big", 0, code).text for code in CODES}
    assert len(told) == len(CODES)
    assert not any(code in text for code in CODES for text in told)
