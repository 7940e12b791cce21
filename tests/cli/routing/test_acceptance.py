"""What may start can be accepted: one rule for whoever offers tickets and whoever takes them up."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.process import Program
from support.tickets import CREATED, moved, put_ticket

QUEUED = (moved(CREATED, 1, "planning", "ready"), moved(CREATED, 2, "ready", "queued"))
TEMPLATE = "## Acceptance criteria\n\nTBD\n"
SETTING = "[routing]\nrequire_acceptance = false\n"


@pytest.fixture
def lacking(workspace: Path) -> str:
    return put_ticket(workspace, 1, *QUEUED, state="queued", body=TEMPLATE)


def test_a_ticket_that_cannot_be_accepted_is_offered_by_nobody(yoi: Program, lacking: str) -> None:
    routed = yoi("route", lacking, "--json").json["decisions"][0]
    assert routed["classification"] == "requirements_sync_needed"
    assert [one["code"] for one in routed["reasons"]] == ["acceptance_missing"]
    command = f"yoi ticket edit {lacking} --acceptance TEXT"
    assert command in routed["unblock"][0]
    assert "acceptance_missing" in yoi("route").out
    assert yoi("next", "--json", check=False).error["code"] == "nothing_ready"
    assert yoi("next", "--claim", "--json", check=False).error["code"] == "nothing_ready"
    assert yoi("gate", lacking, check=False).code == 5
    assert yoi("claim", lacking, check=False).code == 4
    assert yoi("prime", "--json").json["startable"] == []
    refused = yoi("route", lacking, "--accept", "--json", check=False)
    assert refused.error["code"] == "acceptance_missing"
    assert command in refused.error["hint"]


def test_the_command_that_is_named_lets_it_start(yoi: Program, lacking: str) -> None:
    yoi("ticket", "edit", lacking, "--acceptance", "It rounds half up.")
    assert lacking in yoi("next").out
    yoi("gate", lacking)
    yoi("route", lacking, "--accept")


def test_criteria_that_are_given_while_accepting_are_enough(yoi: Program, lacking: str) -> None:
    yoi("route", lacking, "--accept", "--acceptance", "- It rounds half up.")


def test_a_workspace_may_do_without_criteria(yoi: Program, workspace: Path, lacking: str) -> None:
    (workspace / ".yoi/ticket.config.toml").write_text(SETTING)
    assert lacking in yoi("next").out
    yoi("gate", lacking)
    yoi("route", lacking, "--accept")


@pytest.mark.parametrize("setting", ["", SETTING])
def test_moving_towards_work_warns_of_what_will_be_refused(
    yoi: Program, workspace: Path, setting: str
) -> None:
    (workspace / ".yoi/ticket.config.toml").write_text(setting)
    ticket = put_ticket(workspace, 1, body=TEMPLATE)
    for words in (("ticket", "state", ticket, "ready"), ("ticket", "state", ticket, "queued")):
        assert ("has no acceptance criteria" in yoi(*words).err) == (not setting)
    begun = yoi("ticket", "state", ticket, "inprogress").err
    assert ("nobody could tell when it is done" in begun) == (not setting)
    other = put_ticket(workspace, 2, body=TEMPLATE)
    assert ("--acceptance" in yoi("ticket", "intake", other, "-mx").err) == (not setting)
