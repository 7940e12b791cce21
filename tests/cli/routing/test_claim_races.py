"""Many processes that want the same ticket: one gets it, the others are told who did."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from support.data import Data
from support.process import Program
from support.tickets import created, moved, put_ticket, said, ticket

RACERS = 32
AT = "2026-06-02T00:00:00Z"
BODY = "## Acceptance criteria\n\n- It works.\n"
#: Two cores share 32 processes; the lock itself is held for milliseconds.
PATIENT = {"YOI_LOCK_TIMEOUT": "120"}


def put_queued(workspace: Path, number: int) -> str:
    steps = ("planning", "ready", "queued")
    moves = [moved(AT, n, a, b) for n, (a, b) in enumerate(pairwise(steps), 1)]
    return put_ticket(workspace, number, created(), *moves, state="queued", body=BODY)


def race(
    yoi: Program, workspace: Path, commands: Sequence[Sequence[str]]
) -> list[tuple[int, Mapping[str, object]]]:
    """Start every command at once; the exit code and the data or error of each."""
    found: list[tuple[int, Mapping[str, object]]] = []
    in_json = [[*words, "--json"] for words in commands]
    for done in yoi.together(in_json, cwd=workspace, env=PATIENT):
        document = json.loads(done.out)
        found.append((done.code, document.get("data") or document["error"]))
    return found


def claim_events(workspace: Path, id_: str) -> list[str]:
    text = (workspace / ".yoi" / "tickets" / id_ / "thread.md").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.startswith("<!-- event: claim ")]


def test_of_32_processes_that_claim_one_ticket_one_wins_and_the_others_are_told_who(
    yoi: Program, workspace: Path
) -> None:
    id_ = put_queued(workspace, 1)
    ended = race(yoi, workspace, [["claim", id_, "--holder", f"racer-{n}"] for n in range(RACERS)])
    [(_, won)] = [row for row in ended if row[0] == 0]
    lost = [error for code, error in ended if code == 4]
    assert len(lost) == RACERS - 1
    assert {error["code"] for error in lost} == {"claimed"}
    assert all(str(won["holder"]) in str(error["message"]) for error in lost)
    assert len(claim_events(workspace, id_)) == 1


def test_32_processes_that_take_the_next_of_32_tickets_take_32_tickets(
    yoi: Program, workspace: Path
) -> None:
    ids = [put_queued(workspace, number) for number in range(RACERS)]
    commands = [["next", "--claim", "--holder", f"racer-{n}"] for n in range(RACERS)]
    ended = race(yoi, workspace, commands)
    assert [code for code, _ in ended] == [0] * RACERS
    held = yoi("claims", "--json", cwd=workspace).json["claims"]
    assert sorted(row["ticket"] for row in held) == sorted(ids)
    assert len({row["holder"] for row in held}) == RACERS
    loser = yoi("next", "--claim", "--json", cwd=workspace, check=False)
    assert (loser.code, loser.error["code"]) == (4, "all_claimed")
    assert "racer-" in loser.error["message"]


def test_of_8_processes_that_accept_one_ticket_one_wins(yoi: Program, workspace: Path) -> None:
    id_ = put_queued(workspace, 1)
    ended = race(
        yoi, workspace, [["route", id_, "--accept", "--holder", f"racer-{n}"] for n in range(8)]
    )
    [(_, won)] = [row for row in ended if row[0] == 0]
    lost = [error for code, error in ended if code == 4]
    assert len(lost) == 7
    assert all(str(won["holder"]) in str(error["message"]) for error in lost)
    assert len(claim_events(workspace, id_)) == 1
    plan = workspace / ".yoi" / "tickets" / id_ / "artifacts" / "orchestration-plan.jsonl"
    assert len(plan.read_text(encoding="utf-8").splitlines()) == 1


def test_a_holder_that_was_killed_is_replaced_after_its_lease(
    yoi: Program, workspace: Path
) -> None:
    id_ = put_queued(workspace, 1)
    yoi("claim", id_, "--holder", "gone", "--lease", "2s", cwd=workspace)
    refused = yoi("claim", id_, "--holder", "heir", "--json", cwd=workspace, check=False)
    assert (refused.code, refused.error["details"]["holder"]) == (4, "gone")
    taken = claim_in_time(yoi, workspace, id_)
    assert (taken["holder"], taken["generation"]) == ("heir", 2)
    for late in (("claim", id_, "--renew", "1"), ("release", id_, "--generation", "1")):
        stale = yoi(*late, "--json", cwd=workspace, check=False)
        assert (stale.code, stale.error["code"]) == (4, "generation_stale")
        assert "heir" in stale.error["message"]
    held = yoi("claims", "--json", cwd=workspace).json["claims"]
    assert [row["holder"] for row in held] == ["heir"]


def claim_in_time(yoi: Program, workspace: Path, id_: str) -> Data:
    """Claim again and again until the lease of another has run out."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        tried = yoi("claim", id_, "--holder", "heir", "--json", cwd=workspace, check=False)
        if tried.code == 0:
            return tried.json
        assert tried.error["code"] == "claimed"
    raise AssertionError("the lease never ended")


def test_generations_go_on_where_the_claims_of_the_clone_were_lost(
    yoi: Program, workspace: Path
) -> None:
    id_ = put_queued(workspace, 1)
    yoi("claim", id_, "--holder", "one", cwd=workspace)
    (workspace / ".git" / "yoi" / "claims" / f"{id_}.json").unlink()
    taken = yoi("claim", id_, "--holder", "two", "--json", cwd=workspace).json
    assert taken["generation"] == 2


def test_a_claim_that_cannot_be_read_holds_its_own_ticket_and_hides_no_other(
    yoi: Program, workspace: Path
) -> None:
    one, other = put_queued(workspace, 1), put_queued(workspace, 2)
    yoi("claim", one, cwd=workspace)
    (workspace / ".git" / "yoi" / "claims" / f"{one}.json").write_text("{", encoding="utf-8")
    rows = {
        r["ticket"]: r for r in yoi("route", "--all", "--json", cwd=workspace).json["decisions"]
    }
    assert [reason["code"] for reason in rows[one]["reasons"]] == ["claimed"]
    assert rows[other]["ready"] is True
    assert yoi("next", "--claim", "--json", cwd=workspace).json["claim"]["ticket"] == other
    assert yoi("claim", one, cwd=workspace, check=False).code == 6


def test_a_claim_is_not_hidden_by_a_ticket_that_cannot_be_read(
    yoi: Program, workspace: Path
) -> None:
    id_ = put_queued(workspace, 1)
    put_ticket(workspace, 2, said(AT))
    (workspace / ".yoi" / "tickets" / ticket(2) / "item.md").write_bytes(b"no frontmatter\n")
    assert yoi("next", "--claim", "--json", cwd=workspace).json["claim"]["ticket"] == id_


def test_work_that_is_over_frees_its_claim(yoi: Program, workspace: Path) -> None:
    for last in (
        ("state", "done"),
        ("state", "planning", "--reason", "Too big."),
        ("close", "-mx"),
    ):
        ticket = (
            yoi("ticket", "create", "--title", "T", "--acceptance", "x").out.split("\t")[1].strip()
        )
        for state in ("ready", "queued"):
            yoi("ticket", "state", ticket, state)
        yoi("claim", ticket)
        yoi("ticket", "state", ticket, "inprogress")
        assert yoi("claims", "--json").json["alive"] == [ticket]
        yoi("ticket", last[0], ticket, *last[1:])
        assert yoi("claims", "--json").json["alive"] == [], last


@pytest.mark.parametrize("broken", ["file", "folder"])
@pytest.mark.parametrize(
    "last", [("state", "done"), ("state", "planning", "--reason", "x"), ("close", "-mx")]
)
def test_a_move_that_is_recorded_succeeds_though_its_claim_cannot_be_ended(
    yoi: Program, workspace: Path, last: tuple[str, ...], broken: str
) -> None:
    id_ = put_queued(workspace, 1)
    yoi("claim", id_, cwd=workspace)
    yoi("ticket", "state", id_, "inprogress", cwd=workspace)
    claims = workspace / ".git" / "yoi" / "claims"
    if broken == "file":
        (claims / f"{id_}.json").write_text("{", encoding="utf-8")
    else:
        claims.rename(claims.with_name("elsewhere"))
        claims.write_text("", encoding="utf-8")
    done = yoi("ticket", last[0], id_, *last[1:], "--json", cwd=workspace)
    assert done.json["changed"] is True
    assert "claim could not be ended" in done.json["warnings"][0]
    assert yoi("ticket", "state", id_, cwd=workspace).out.split("\t")[2].strip() in (
        "done",
        "planning",
        "closed",
    )


def test_claims_are_not_written_through_a_symlink(yoi: Program, tmp_path: Path) -> None:
    bare, outside = tmp_path / "without git", tmp_path / "outside"
    outside.mkdir()
    (bare / ".yoi").mkdir(parents=True)
    yoi("init", cwd=bare)
    id_ = put_queued(bare, 1)
    local = bare / ".yoi" / "local"
    shutil.rmtree(local, ignore_errors=True)
    local.symlink_to(outside)
    refused = yoi("claim", id_, "--json", cwd=bare, check=False)
    assert (refused.code, refused.error["code"]) == (6, "path_unsafe")
    assert list(outside.iterdir()) == []
