"""`yoi config` shows what holds, and changes one setting and nothing else of the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.process import Program

FILE = """# Ours, by hand.
[routing]            # what waits
max_in_progress = 2  # two desks
# lease_minutes = 30

[orchestration]
validate = [
  ["make", "test"],  # slow
]

[profiles.own]
command = ["true"]
"""


@pytest.fixture
def config(workspace: Path) -> Path:
    path = workspace / ".yoi/ticket.config.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("key", "value", "before", "after"),
    [
        ("routing.max_in_progress", "3", "= 2  # two desks", "= 3  # two desks"),
        (
            "routing.lease_minutes",
            "15",
            "# lease_minutes = 30",
            "lease_minutes = 15\n# lease_minutes = 30",
        ),
        (
            "orchestration.validate",
            '[["make", "check"]]',
            'validate = [\n  ["make", "test"],  # slow\n]',
            'validate = [["make", "check"]]',
        ),
        ("orchestration.target", "main", "]\n\n[prof", ']\ntarget = "main"\n\n[prof'),
        ("profiles.own.timeout", "90", '["true"]\n', '["true"]\ntimeout = 90\n'),
        (
            "roles.coder.profile",
            "own",
            '["true"]\n',
            '["true"]\n\n[roles.coder]\nprofile = "own"\n',
        ),
        (
            "filters.mine",
            "--assignee 7",
            '["true"]\n',
            '["true"]\n\n[filters]\nmine = "--assignee 7"\n',
        ),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_one_value_is_another_and_every_other_byte_stays(
    yoi: Program, config: Path, key: str, value: str, before: str, after: str, newline: str
) -> None:
    config.write_bytes(FILE.replace("\n", newline).encode())
    yoi("config", "set", "--", key, value)
    assert config.read_bytes().decode() == FILE.replace(before, after, 1).replace("\n", newline)
    assert yoi("config", "get", key).out.strip() == value


@pytest.mark.parametrize(
    ("key", "value", "code", "hint"),
    [
        ("routing.max_in_progres", "3", "setting_unknown", "routing.max_in_progress"),
        ("profiles.own.comand", "x", "setting_unknown", "profiles.own.command"),
        ("nonsense", "x", "setting_unknown", "`yoi config list`"),
        ("routing.max_in_progress", "many", "setting_invalid", "routing.max_in_progress 3"),
        ("routing.require_clean", "1", "setting_invalid", "routing.require_clean true"),
        ("orchestration.validate", "make", "setting_invalid", '[["make", "test"]]'),
        ("orchestration.review", "me", "setting_invalid", "review person"),
        ("roles.coder.profile", "nobody", "setting_invalid", "own"),
        ("routing.lease_minutes", "2026-01-01", "setting_invalid", "lease_minutes 3"),
    ],
)
def test_nonsense_is_refused_with_what_helps_and_writes_nothing(
    yoi: Program, config: Path, key: str, value: str, code: str, hint: str
) -> None:
    refused = yoi("config", "set", key, value, "--json", check=False)
    assert (refused.code, refused.error["code"]) == (2, code), refused
    assert hint in str(refused.error["hint"])
    assert config.read_text(encoding="utf-8") == FILE


def test_a_form_that_does_not_let_one_key_be_changed_alone_is_refused(
    yoi: Program, config: Path
) -> None:
    config.write_text("routing = { max_in_progress = 2 }\n", encoding="utf-8")
    refused = yoi("config", "set", "routing.max_in_progress", "3", "--json", check=False)
    assert (refused.code, refused.error["code"]) == (6, "config_not_editable")
    assert config.read_text(encoding="utf-8") == "routing = { max_in_progress = 2 }\n"


def test_a_list_says_what_holds_and_where_it_is_said(yoi: Program, config: Path) -> None:
    lines = {
        line.split("\t")[0]: line.split("\t")[1:]
        for line in yoi("config", "list", "--origin").out.splitlines()
    }
    assert lines["routing.max_in_progress"] == ["2", "line 3"]
    assert lines["routing.lease_minutes"] == ["60", "default"]
    assert lines["orchestration.validate"] == ['[["make", "test"]]', "line 7"]
    assert "origin" not in yoi("config", "list").out.splitlines()[0]
    found = {one["key"]: one for one in yoi("config", "list", "--json").json["settings"]}
    assert found["orchestration.review"]["value"] == '"worker"'
    assert (found["profiles.own.command"]["origin"], found["sync.branch"]["value"]) == (
        "file",
        None,
    )


def test_where_there_is_no_file_one_is_made(yoi: Program, config: Path) -> None:
    config.unlink()
    yoi("config", "set", "git.autocommit", "true")
    assert config.read_text(encoding="utf-8") == "[git]\nautocommit = true\n"
    unknown = yoi("config", "get", "git.autocomit", "--json", check=False)
    assert "git.autocommit" in str(unknown.error["hint"])
