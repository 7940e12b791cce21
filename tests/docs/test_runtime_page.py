"""docs/runtime.md: its tables are those of the code."""

from __future__ import annotations

import re
from typing import get_args

import msgspec
from support.environment import ROOT

from yoi_cli.api.documents.observation import AnyFrame
from yoi_cli.server.observe.closing import CLOSINGS
from yoi_cli.server.observe.query import ObserveQuery

TEXT = (ROOT / "docs" / "runtime.md").read_text(encoding="utf-8")
OF_RETRY = {"no": "no", "cursor": "with the cursor", "snapshot": "without a cursor"}


def test_the_page_has_every_end_with_its_code_and_whether_to_come_again() -> None:
    rows = re.findall(r"^\| (\d{4}) \| `(\w+)` \| (.+) \|$", TEXT, re.MULTILINE)
    expected = [(str(one.code), one.word, OF_RETRY[one.retry]) for one in CLOSINGS]
    assert rows == expected


def test_reasons_fit_a_close_frame() -> None:
    assert all(len(one.word) <= 123 for one in CLOSINGS)


def test_the_page_has_every_frame_with_its_members() -> None:
    (table,) = re.findall(r"### Frames\n(.*?)###", TEXT, re.DOTALL)
    rows = re.findall(r"^\| `(\w+)` \| ((?:`\w+`(?:, )?)+) \| ", table, re.MULTILINE)
    told = {kind: tuple(re.findall(r"`(\w+)`", members)) for kind, members in rows}
    common = {"v", "runtime_id", "worker_id"}
    for frame in get_args(AnyFrame):
        names = {field.encode_name for field in msgspec.structs.fields(frame)} - common
        assert set(told[frame.__struct_config__.tag]) == names


def test_the_page_has_every_parameter() -> None:
    (table,) = re.findall(r"### What is asked for\n(.*?)###", TEXT, re.DOTALL)
    told = set(re.findall(r"^\| `(\w+)", table, re.MULTILINE))
    assert told == {field.encode_name for field in msgspec.structs.fields(ObserveQuery)}
