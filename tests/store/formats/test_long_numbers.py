"""A number of thousands of digits, which Python refuses to read, is a fault of its file.

Nothing of it is a fault of the program: `yoi` says which file it is, and doctor goes on.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from support.process import Program

from yoi_cli.errors import StoreInvalidError
from yoi_cli.store.config.store_config import parse_config
from yoi_cli.store.formats.plan import parse_each
from yoi_cli.store.formats.relations import parse_relations

DIGITS = "1" * 5000


def test_in_a_configuration() -> None:
    with pytest.raises(StoreInvalidError, match="a number in it is too long") as caught:
        parse_config(f"[routing]\nlease_minutes = {DIGITS}\n".encode(), path="p")
    assert caught.value.code == "config_invalid"


def test_in_relations() -> None:
    with pytest.raises(StoreInvalidError) as caught:
        parse_relations(f'{{"version": {DIGITS}}}'.encode(), path="p")
    assert caught.value.code == "relations_invalid"


def test_in_a_plan_record() -> None:
    ((_, _, record),) = parse_each(f'{{"id": {DIGITS}}}\n'.encode(), path="p")
    assert isinstance(record, StoreInvalidError)
    assert record.code == "plan_invalid"


def test_doctor_names_each_file_and_ends(yoi: Program, git: Program, workspace: Path) -> None:
    made = yoi("ticket", "create", "--title", "A", "-m", "x").out.split("\t")[1].strip()
    other = yoi("ticket", "create", "--title", "B", "-m", "x").out.split("\t")[1].strip()
    yoi("plan", "add", made, "after", other)
    git("add", "--all")
    git("commit", "--quiet", "-m", "Planned")
    plan = workspace / ".yoi/tickets" / made / "artifacts/orchestration-plan.jsonl"
    line = plan.read_text()
    number = line.split('"')[3].rpartition("-")[2]
    plan.write_text(line.replace(f'-{number}"', f'-{DIGITS}"', 1))
    (workspace / ".yoi/workspace.toml").write_text(f"workspace_id = {DIGITS}\n")
    result = yoi("ticket", "doctor", "--json", check=False)
    assert result.code == 6
    found = {one["code"] for one in result.json["diagnostics"]}
    assert found == {
        *("plan_id_unexpected", "plan_text_too_long", "workspace_invalid"),
        "records_lost",  # under the id that git has
    }
