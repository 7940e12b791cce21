"""What of a store is shared, and which absences were meant."""

from __future__ import annotations

import pytest

from yoi_cli.store.files.shared_paths import is_shared, meant_removals

ROOT = ".yoi/tickets"
ID = "00001KVZSGT14"


@pytest.mark.parametrize(
    "path",
    [
        f"{ROOT}/{ID}/item.md",
        f"{ROOT}/{ID}/artifacts/build.log",
        ".yoi/objectives/00001KVZSGT15/item.md",
        ".yoi/.gitattributes",
        ".yoi/ticket.config.toml",
    ],
)
def test_tickets_objectives_and_settings_are_shared(path: str) -> None:
    assert is_shared(path, ROOT)


@pytest.mark.parametrize(
    "path",
    [
        f"{ROOT}/.tmp-{ID}/item.md",
        f"{ROOT}/{ID}/.tmp-item.md",
        f"{ROOT}/{ID}/artifacts/.torn/thread-1",
        f"{ROOT}/../../../etc/passwd",
        f"{ROOT}/{ID}/artifacts/.GIT/config",
        ".yoi/local/claims/x.json",
        ".yoi/store.lock",
        ".yoi/deep/secrets/token",
    ],
)
def test_what_is_unfinished_local_or_leads_out_is_not(path: str) -> None:
    assert not is_shared(path, ROOT)


def test_a_file_gone_from_a_ticket_was_removed_and_a_ticket_gone_was_lost() -> None:
    whole = [f"{ROOT}/{ID}/item.md", f"{ROOT}/{ID}/thread.md", f"{ROOT}/{ID}/resolution.md"]
    assert meant_removals(whole, ROOT) == frozenset()
    assert meant_removals(whole[2:], ROOT) == frozenset(whole[2:])
    assert meant_removals(whole[1:], ROOT) == frozenset()
    assert meant_removals([".yoi/workspace.toml"], ROOT) == frozenset()
