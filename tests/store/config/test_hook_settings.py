"""`[hook]` in the configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from yoi_cli.errors import StoreInvalidError
from yoi_cli.store.config.hook_settings import read_hook_settings
from yoi_cli.store.config.store_config import parse_config


def write(workspace: Path, text: str) -> str:
    (workspace / ".yoi").mkdir()
    (workspace / ".yoi/ticket.config.toml").write_text(text)
    return str(workspace)


def test_the_gate_before_a_push_is_asked_for(tmp_path: Path) -> None:
    text = "[hook]\ngate_on_push = true\n"
    assert read_hook_settings(write(tmp_path, text)).gate_on_push
    assert parse_config(text.encode(), path="x").unknown_keys == ()


def test_without_a_word_there_is_no_gate(tmp_path: Path) -> None:
    assert not read_hook_settings(write(tmp_path, "")).gate_on_push


@pytest.mark.parametrize("text", ["[hook]\ngate_on_push = 'yes'\n", "hook = 1\n"])
def test_another_value_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(StoreInvalidError, match="gate_on_push"):
        read_hook_settings(write(tmp_path, text))
