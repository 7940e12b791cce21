"""`yoi ticket doctor` and `yoi doctor`, as a shell and a script see them."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from support.broken_stores import BREAKAGES, FOLDER, OTHER, TICKET, sound_store
from support.file_stores import fingerprint
from support.process import Program

HEADER = "severity\tcode\tticket\tpath:line\tmessage"


@pytest.fixture
def store(workspace: Path) -> Path:
    """A workspace in git with two sound tickets."""
    sound_store(workspace)
    return workspace


def lines(text: str) -> list[list[str]]:
    return [line.split("\t") for line in text.splitlines()]


def test_a_sound_store_exits_0_and_prints_the_header_alone(yoi: Program, store: Path) -> None:
    result = yoi("ticket", "doctor")

    assert result.out == HEADER + "\n"
    assert result.err == ""


def test_errors_exit_6_and_stand_in_columns(yoi: Program, store: Path) -> None:
    BREAKAGES["state_mismatch"].breaks(store)

    result = yoi("ticket", "doctor", check=False)

    assert result.code == 6
    header, row = lines(result.out)
    assert header == HEADER.split("\t")
    assert row[:4] == ["error", "state_mismatch", TICKET, f"{FOLDER}/item.md:3"]


def test_warnings_exit_0_unless_strict(yoi: Program, store: Path) -> None:
    BREAKAGES["temporary_file"].breaks(store)

    assert yoi("ticket", "doctor").out.count("\nwarning\t") == 1
    assert yoi("ticket", "doctor", "--strict", check=False).code == 6


def test_notes_do_not_count_even_when_strict(yoi: Program, store: Path) -> None:
    BREAKAGES["first_event_not_create"].breaks(store)

    assert yoi("ticket", "doctor", "--strict").out.count("\ninfo\t") == 1


def test_json_has_counts_and_every_diagnostic(yoi: Program, store: Path) -> None:
    BREAKAGES["relation_dangling"].breaks(store)
    BREAKAGES["first_event_not_create"].breaks(store)

    result = yoi("ticket", "doctor", "--json", check=False)

    assert result.code == 6
    assert json.loads(result.out)["kind"] == "doctor"
    data = result.json
    assert [data["ok"], data["tickets"]] == [False, 2]
    assert [data[key] for key in ("errors", "warnings", "infos")] == [1, 0, 1]
    assert [one["code"] for one in data["diagnostics"]] == [
        "relation_dangling",
        "first_event_not_create",
    ]
    dangling = data["diagnostics"][0]
    keys = {"severity", "code", "message", "ticket", "path", "line"}
    assert set(dangling.keys()) == keys
    assert [dangling["ticket"], dangling["line"]] == [TICKET, 4]


def test_one_ticket_is_examined_alone_by_a_part_of_its_id(yoi: Program, store: Path) -> None:
    BREAKAGES["state_mismatch"].breaks(store)

    assert yoi("ticket", "doctor", OTHER[-4:]).out == HEADER + "\n"
    assert yoi("ticket", "doctor", TICKET[-4:], check=False).code == 6
    assert yoi("ticket", "doctor", "7777", check=False).code == 3


def test_a_dry_run_says_what_it_would_do_and_changes_nothing(yoi: Program, store: Path) -> None:
    BREAKAGES["torn"].breaks(store)
    before = fingerprint(store)

    alone = yoi("ticket", "doctor", "--dry-run", check=False)
    with_fix = yoi("ticket", "doctor", "--fix", "--dry-run", check=False)

    assert alone.out == with_fix.out
    assert alone.code == 6
    planned = lines(alone.out)[1]
    assert planned[:4] == ["planned", "set_thread_aside", TICKET, f"{FOLDER}/thread.md"]
    assert fingerprint(store) == before


def test_fix_says_what_it_did_and_looks_again(yoi: Program, store: Path) -> None:
    for code in ("torn", "temporary_file", "resolution_unexpected"):
        BREAKAGES[code].breaks(store)

    result = yoi("ticket", "doctor", "--fix", "--json")

    data = result.json
    assert data["ok"]
    assert [one["action"] for one in data["fixed"]] == ["set_thread_aside", "remove_leftover"]
    assert (list(data["planned"]), list(data["failed"])) == ([], [])
    assert [one["code"] for one in data["diagnostics"]] == ["torn_kept", "resolution_unexpected"]
    assert list(yoi("ticket", "doctor", "--fix", "--json").json["fixed"]) == []


def test_fix_in_a_pipe_lists_repairs_first(yoi: Program, store: Path) -> None:
    BREAKAGES["state_mismatch"].breaks(store)

    result = yoi("ticket", "doctor", "--fix")

    assert lines(result.out)[1][:4] == ["fixed", "reproject", TICKET, f"{FOLDER}/item.md"]
    assert len(lines(result.out)) == 2


def test_what_could_not_be_repaired_is_said_on_stderr(yoi: Program, store: Path) -> None:
    BREAKAGES["torn"].breaks(store)
    (store / FOLDER / "artifacts/.torn").write_text("in the way", encoding="utf-8")

    result = yoi("ticket", "doctor", "--fix", check=False)

    assert result.code == 6
    assert "thread.md could not be repaired" in result.err


def test_adopting_records_the_author_given(yoi: Program, store: Path) -> None:
    BREAKAGES["state_mismatch"].breaks(store)

    yoi("ticket", "doctor", "--adopt-item", "--author", "Grace")

    event = yoi("ticket", "show", TICKET, "--json").json["events"][-1]
    assert [event["author"], event["attributes"]["reason"]] == ["Grace", "adopted"]
    assert yoi("ticket", "state", TICKET).out == f"state\t{TICKET}\tready\n"


def test_a_configuration_that_cannot_be_read_does_not_keep_doctor_from_looking(
    yoi: Program, store: Path
) -> None:
    BREAKAGES["config_invalid"].breaks(store)
    BREAKAGES["state_mismatch"].breaks(store)

    result = yoi("ticket", "doctor", check=False)

    assert result.code == 6
    assert [row[1] for row in lines(result.out)[1:]] == ["config_invalid", "state_mismatch"]


def test_nothing_is_repaired_under_a_configuration_that_cannot_be_read(
    yoi: Program, store: Path
) -> None:
    BREAKAGES["config_invalid"].breaks(store)
    BREAKAGES["state_mismatch"].breaks(store)
    before = fingerprint(store)

    result = yoi("ticket", "doctor", "--fix", "--json", check=False)

    assert result.code == 6
    assert result.error["code"] == "config_invalid"
    assert fingerprint(store) == before


def test_a_name_that_drives_terminals_is_shown_and_does_nothing(yoi: Program, store: Path) -> None:
    (store / ".yoi/tickets/\x1b]52;c;x\x07\u202e\n").mkdir()

    result = yoi("ticket", "doctor")

    assert len(result.out.splitlines()) == 2
    assert not set(result.out) & {"\x1b", "\x07", "\u202e"}


def test_on_a_terminal_notes_are_counted_and_shown_when_asked_for(
    yoi: Program, store: Path
) -> None:
    BREAKAGES["first_event_not_create"].breaks(store)
    BREAKAGES["item_priority_invalid"].breaks(store)

    hidden = on_a_terminal(yoi, "ticket", "doctor", cwd=store)
    shown = on_a_terminal(yoi, "ticket", "doctor", "--all", cwd=store)

    assert f"{FOLDER}/item.md:7 item_priority_invalid" in hidden
    assert "first_event_not_create" not in hidden
    assert "2 tickets: 0 errors, 1 warning." in hidden
    assert "1 note not shown; --all shows them." in hidden
    assert f"{FOLDER}/thread.md:1 first_event_not_create" in shown


def on_a_terminal(yoi: Program, *arguments: str, cwd: Path) -> str:
    """What the program shows on a terminal without colours."""
    master, slave = os.openpty()
    env = yoi.environment({"TERM": "dumb", "COLUMNS": "200"})
    with subprocess.Popen([*yoi.argv, *arguments], stdout=slave, cwd=cwd, env=env):
        os.close(slave)
        shown = b""
        try:
            while chunk := os.read(master, 4096):
                shown += chunk
        except OSError:  # Linux ends a terminal nobody writes to any more with EIO
            pass
    os.close(master)
    return shown.decode()


# yoi doctor


def checks(yoi: Program) -> dict[str, tuple[str, str]]:
    """Status and message of every check, by its name."""
    result = yoi("doctor", "--json", check=False)
    return {
        str(one["name"]): (str(one["status"]), str(one["message"])) for one in result.json["checks"]
    }


def test_a_fresh_workspace_in_git_is_sound_but_for_what_is_not_committed(
    yoi: Program, git: Program, store: Path
) -> None:
    before = yoi("doctor", "--json")
    assert before.json["ok"]
    not_ok = [one["name"] for one in before.json["checks"] if one["status"] != "ok"]
    assert not_ok == ["tracked"]
    assert before.json["store"]["tickets"] == 2

    git("add", ".yoi")
    git("commit", "--quiet", "--message", "Tickets")

    assert yoi("doctor", "--ci", "--json").json["warnings"] == 0


def test_ci_fails_on_a_warning_about_the_clone(yoi: Program, store: Path) -> None:
    assert yoi("doctor").code == 0
    assert yoi("doctor", "--ci", check=False).code == 6


def test_a_rule_that_ignores_tickets_is_named_with_its_line(yoi: Program, store: Path) -> None:
    (store / ".gitignore").write_text("build/\n.yoi/\n", encoding="utf-8")

    status, message = checks(yoi)["tracked"]

    assert status == "warning"
    assert ".gitignore:2:.yoi/" in message


def test_an_index_lock_that_nobody_takes_away_is_named(yoi: Program, store: Path) -> None:
    lock = store / ".git/index.lock"
    lock.touch()
    assert checks(yoi)["index_lock"][0] == "ok"
    an_hour_ago = time.time() - 3600
    os.utime(lock, (an_hour_ago, an_hour_ago))
    assert checks(yoi)["index_lock"][0] == "warning"


def test_a_lock_that_cannot_be_opened_is_an_error(yoi: Program, store: Path) -> None:
    shutil.rmtree(store / ".git/yoi")
    (store / ".git/yoi").write_text("in the way", encoding="utf-8")

    assert checks(yoi)["lock"][0] == "error"


def test_a_lock_that_somebody_holds_is_ok_and_names_the_holder(yoi: Program, store: Path) -> None:
    path = store / ".git/yoi/store.lock"
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.write(json.dumps({"pid": 4711, "command": "yoi ticket create"}))
        held.flush()

        assert checks(yoi)["lock"] == ("ok", "The store's lock works; process 4711 holds it.")


def test_looking_at_the_lock_keeps_the_note_of_a_write_that_was_not_finished(
    yoi: Program, store: Path
) -> None:
    path = store / ".git/yoi/store.lock"
    path.parent.mkdir(exist_ok=True)
    note = {"pid": 1, "command": "a", "intent": {"ticket": TICKET, "event": "b"}}
    path.write_text(json.dumps(note), encoding="utf-8")

    yoi("doctor")

    result = yoi("ticket", "doctor")
    assert [row[1] for row in lines(result.out)[1:]] == ["intent_left"]


def test_a_variable_that_nothing_reads_is_named(yoi: Program, store: Path) -> None:
    result = yoi("doctor", env={"YOI_AUTOR": "Ada"})

    assert ["warning", "YOI_AUTOR: nothing reads that."] in [
        [row[0], row[3]] for row in lines(result.out)
    ]


def test_a_timeout_that_is_no_number_is_an_error_among_the_others(
    yoi: Program, store: Path
) -> None:
    result = yoi("doctor", "--json", env={"YOI_LOCK_TIMEOUT": "soon"}, check=False)

    assert result.code == 6
    assert [one["name"] for one in result.json["checks"] if one["status"] == "error"] == [
        "variables"
    ]


def test_outside_of_a_workspace_the_environment_is_still_looked_at(
    yoi: Program, tmp_path: Path
) -> None:
    result = yoi("doctor", "--json", cwd=tmp_path, check=False)

    assert result.code == 3
    assert result.json["store"] is None
    names = [str(one["name"]) for one in result.json["checks"]]
    assert names[0] == "workspace"
    assert {"python", "git", "editor", "encoding", "variables"} <= set(names)


@pytest.mark.parametrize("name", [".git/info/exclude", ".yoi/.gitattributes", ".gitignore"])
def test_a_fifo_where_git_reads_a_file_is_named_and_nobody_waits_for_it(
    yoi: Program, store: Path, name: str
) -> None:
    (store / name).unlink(missing_ok=True)
    os.mkfifo(store / name)
    status, message = checks(yoi)["repository"]
    assert (status, str(store / name) in message) == ("error", True)
