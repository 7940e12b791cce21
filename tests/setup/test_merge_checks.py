"""The lines of .gitattributes, and what doctor says of a clone that lacks the driver."""

from __future__ import annotations

from dataclasses import replace

import pytest

from yoi_cli.doctor.repair import CONFIGURE_CLONE, WRITE_ATTRIBUTES
from yoi_cli.setup.merge_checks import (
    ANCESTOR_COMMAND,
    DRIVER_COMMAND,
    EARLIER_COMMANDS,
    MergeFacts,
    attribute_lines,
    check_merging,
    completed,
    missing_lines,
    plan_setup,
)

LINES = attribute_lines(".yoi/tickets")[".yoi/.gitattributes"]
SOUND = MergeFacts({".yoi/tickets/x/thread.md": "yoi"}, DRIVER_COMMAND, ANCESTOR_COMMAND)


def statuses(facts: MergeFacts) -> dict[str, str]:
    return {check.name: check.status for check in check_merging(facts)}


def actions(facts: MergeFacts) -> list[str]:
    return [repair.action for repair in plan_setup(facts)]


@pytest.mark.parametrize(
    "existing",
    [
        b"",
        b"*.png binary",
        b"*.png binary\n# mine\n",
        b"a b\r\nc d\r\n",
        b"*.md merge=union\n",
        b"\xff\n",
    ],
)
def test_lines_that_are_there_keep_their_bytes(existing: bytes) -> None:
    made = completed(existing, LINES)

    assert made.startswith(existing)
    assert missing_lines(made, LINES) == ()
    assert completed(made, LINES) == made


def test_a_later_line_that_overrides_ours_is_answered_at_the_end() -> None:
    ours = completed(b"", LINES)

    made = completed(ours + b"*.md merge=union\n", LINES)

    assert made.count(LINES[0].encode()) == 2
    assert made.rstrip().endswith(LINES[-1].encode())


def test_a_store_outside_of_yoi_has_its_own_attributes_file() -> None:
    lines = attribute_lines("work/items")

    assert set(lines) == {".yoi/.gitattributes", "work/items/.gitattributes"}
    assert "/*/thread.md merge=yoi" in lines["work/items/.gitattributes"]


def test_a_clone_that_is_set_up_has_nothing_to_say() -> None:
    assert statuses(SOUND) == {"attributes": "ok", "driver": "ok"}
    assert actions(SOUND) == []


@pytest.mark.parametrize(
    ("facts", "check", "status", "action"),
    [
        (replace(SOUND, driver=None), "driver", "warning", CONFIGURE_CLONE),
        (
            replace(SOUND, driver="/gone/yoi x || git merge-file", program_missing="/gone/yoi"),
            "driver",
            "warning",
            CONFIGURE_CLONE,
        ),
        (replace(SOUND, driver="yoi merge-driver"), "driver", "warning", CONFIGURE_CLONE),
        (replace(SOUND, ancestor_driver=None), "driver", "warning", CONFIGURE_CLONE),
        (replace(SOUND, driver=EARLIER_COMMANDS[0]), "driver", "ok", CONFIGURE_CLONE),
        (
            replace(SOUND, attributes={"t": "unspecified"}, missing_lines=("a",)),
            "attributes",
            "warning",
            WRITE_ATTRIBUTES,
        ),
        (replace(SOUND, attributes={"t": "union"}), "attributes", "error", None),
        (replace(SOUND, program_missing="yoi"), "driver", "warning", None),
        (replace(SOUND, unmerged=("a", "b")), "unmerged", "warning", None),
    ],
)
def test_what_a_clone_lacks_is_said_with_what_mends_it(
    facts: MergeFacts, check: str, status: str, action: str | None
) -> None:
    assert statuses(facts)[check] == status
    assert all(one.hint for one in check_merging(facts) if one.status != "ok")
    assert actions(facts) == ([] if action is None else [action])
