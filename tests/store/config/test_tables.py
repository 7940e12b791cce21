"""The tables of the configuration that workers do not read."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from yoi_cli.errors import StoreInvalidError
from yoi_cli.model.settings import SettingsTables, SyncSettings
from yoi_cli.store.config.reading import read_tables
from yoi_cli.workspace.session import open_session
from yoi_cli.workspace.settings import tables_of
from yoi_cli.workspace.start import Start


def tables(folder: Path, text: str, *needed: str) -> SettingsTables:
    (folder / ".yoi").mkdir(exist_ok=True)
    (folder / ".yoi/ticket.config.toml").write_text(text)
    return tables_of(open_session(Start(str(folder), False, "test", {})), *needed)


def test_the_gate_before_a_push_is_asked_for(tmp_path: Path) -> None:
    text = "[hook]\ngate_on_push = true\n"
    assert tables(tmp_path, text, "hook").hook.gate_on_push
    assert not read_tables(text.encode(), path="x").problems


def test_without_a_word_there_is_no_gate(tmp_path: Path) -> None:
    assert not tables(tmp_path, "", "hook").hook.gate_on_push


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[hook]\ngate_on_push = 'yes'\n", ":2: hook.gate_on_push: true or false is expected"),
        ("hook = 1\n", ":1: hook: a table is expected, not a number"),
    ],
)
def test_another_value_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(StoreInvalidError) as caught:
        tables(tmp_path, text, "hook")
    assert caught.value.message.startswith(f".yoi/ticket.config.toml{said}")


def test_what_is_wrong_in_a_table_that_is_not_needed_keeps_nobody_from_work(
    tmp_path: Path,
) -> None:
    text = "[hook]\ngate_on_push = 'yes'\nx = 1\n[sync]\nx = 1\n[git]\nrun_hooks = 'x'\n"
    read = tables(tmp_path, text, "sync")
    assert (read.hook.gate_on_push, read.git.run_hooks) == (False, False)


def test_settings_of_syncing_have_defaults_and_types(tmp_path: Path) -> None:
    assert tables(tmp_path, "", "sync").sync == SyncSettings(None, None, 60.0)
    text = '[sync]\nremote = "r"\nbranch = "yoi"\ntimeout = 3\n[git]\nrun_hooks = true\n'
    read = tables(tmp_path, text, "sync")
    assert (read.sync, read.git.run_hooks) == (SyncSettings("r", "yoi", 3.0), True)
    assert tables(tmp_path, "[sync]\ntimeout = 0\n", "sync").sync.timeout == 60.0
    with pytest.raises(StoreInvalidError, match=r":2: sync\.branch: a text of one line is exp"):
        tables(tmp_path, "[sync]\nbranch = 3\n", "sync")


@pytest.mark.parametrize(
    "text",
    [
        "a." * 60_000 + "a = 1\n",
        "[" + "a . " * 100 + "b]\n",
        "a = { " + '"x y".' * 99 + "b = 1 }\n",
    ],
)
def test_a_key_of_many_parts_is_refused_at_once(tmp_path: Path, text: str) -> None:
    began = time.process_time()
    with pytest.raises(StoreInvalidError) as caught:
        tables(tmp_path, f"# one\n{text}", "hook")
    assert ":2: a key has more than 64 parts" in caught.value.message
    assert time.process_time() - began < 10


def test_a_text_with_many_dots_is_a_value(tmp_path: Path) -> None:
    text = "[hook]\ngate_on_push = true # " + "a.b " * 100 + "\nx = '" + "1.2 e.g. " * 100 + "'\n"
    assert tables(tmp_path, text, "hook").hook.gate_on_push
