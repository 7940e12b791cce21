"""What hooks do to messages, what they refuse, and what keeps nobody from committing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.hooked import Hooked
from support.process import Program

HOLD_LOCK = Path(__file__).parents[1] / "support" / "hold_lock.py"


@contextmanager
def busy(hooked: Hooked) -> Iterator[None]:
    """Somebody holds the store's lock, and stopped."""
    holder = subprocess.Popen(
        [sys.executable, str(HOLD_LOCK), str(hooked.repo)], env=hooked.yoi.environment()
    )
    try:
        os.waitid(os.P_PID, holder.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        yield
    finally:
        holder.kill()
        holder.wait()


def test_a_message_on_a_ticket_branch_is_given_its_trailer_once(hooked: Hooked) -> None:
    trailer = f"Ticket: {hooked.ticket}"
    hooked.commit("#123 is fixed")
    assert hooked.message() == f"#123 is fixed\n\n{trailer}"
    hooked.commit("Signed\n\nSigned-off-by: Ada <a@example.org>")
    assert hooked.message().endswith(f"Signed-off-by: Ada <a@example.org>\n{trailer}")
    hooked.git("commit", "--quiet", "--amend", "--no-edit", "--allow-empty", cwd=hooked.tree)
    assert hooked.message().count("Ticket:") == 1
    hooked.commit("On main", cwd=hooked.repo)
    assert hooked.message(cwd=hooked.repo) == "On main"


def test_a_first_commit_on_a_branch_without_history_is_checked_as_any(hooked: Hooked) -> None:
    hooked.git("checkout", "--quiet", "--orphan", f"{hooked.branch}-anew", cwd=hooked.tree)
    refused = hooked.git(
        "commit", "--message", "x\n\nTicket: 0000000000000", cwd=hooked.tree, check=False
    )
    assert refused.code != 0
    assert "0000000000000" in refused.err
    hooked.commit("Begin anew")
    assert hooked.message() == f"Begin anew\n\nTicket: {hooked.ticket}"


def test_an_edited_message_keeps_its_comments_and_the_diff_below_the_cut(hooked: Hooked) -> None:
    (hooked.tree / "new").write_text("Ticket: of the diff\n")
    hooked.git("add", "new", cwd=hooked.tree)
    editor = f'f() {{ cp "$1" {hooked.repo.parent}/seen; sed -i "1s/^/Subject/" "$1"; }}; f'
    hooked.git("commit", "--verbose", cwd=hooked.tree, env={"GIT_EDITOR": editor})
    seen = (hooked.repo.parent / "seen").read_text()
    above, below = seen.split("------------------------ >8 ------------------------")
    assert above.startswith(f"\n\nTicket: {hooked.ticket}\n\n#")
    assert "# Please enter the commit message" in above
    assert "+Ticket: of the diff" in below
    assert hooked.message() == f"Subject\n\nTicket: {hooked.ticket}"


def test_whatever_the_settings_say_of_trailers_the_words_of_a_message_stay(hooked: Hooked) -> None:
    for name, value in (
        ("trailer.separators", "=:"),
        ("trailer.where", "start"),
        ("trailer.ticket.key", "Refs "),
        ("trailer.ticket.command", f"touch {hooked.repo.parent}/ran"),
    ):
        hooked.git("config", name, value, cwd=hooked.tree)
    words = "Mend\n\nhttps://example.org/issues/5\nx=1"
    hooked.commit(words)
    assert hooked.message() == f"{words}\n\nTicket: {hooked.ticket}"
    assert not (hooked.repo.parent / "ran").exists()


def test_a_message_that_nobody_wrote_is_still_empty(hooked: Hooked) -> None:
    (hooked.tree / "new").write_text("x")
    hooked.git("add", "new", cwd=hooked.tree)
    done = hooked.git("commit", cwd=hooked.tree, env={"GIT_EDITOR": "true"}, check=False)
    assert done.code != 0
    assert "message_empty" in done.err


def test_a_trailer_that_names_no_ticket_is_refused(hooked: Hooked) -> None:
    before = hooked.head()
    for word in ("ABCDEFGHJKMNP", "PROJ-12"):
        message = f"Fix\n\nTicket: {word}"
        arguments = ("commit", "--allow-empty", "-m", message)
        done = hooked.git(*arguments, cwd=hooked.tree, check=False)
        assert done.code != 0
        assert f"`Ticket: {word}` names no ticket" in done.err
    assert hooked.head() == before


@pytest.mark.parametrize(
    ("message", "passes"),
    [
        ("Fix\n\nTicket: {id}\n", True),
        ("# 日本語\n\nText.\n\nTicket: {id}\nCc: Ada\n", True),
        ("\nTicket: {id}\n", False),
        ("Ticket: {id}\n", False),
        ("\r\nTicket: {id}\n", False),
        ("Fix\n\nticket: {id}\n", False),
        ("Fix\n\nTicket: {id}\nTicket: 0123456789ABC\n", False),
        ("Fix\n\nTicket: {id}\n and more\n", False),
        ("Fix\n\nTicket: 0123456789ABC\n", False),
        ("Fix\n", False),
        ("Fix\n\0\nTicket: {id}\n", False),
    ],
)
def test_the_hook_itself_lets_pass_no_more_than_yoi_does(
    hooked: Hooked, message: str, passes: bool
) -> None:
    file = hooked.repo.parent / "message"
    file.write_text(message.format(id=hooked.ticket))
    assert _passes_alone(hooked, file) is passes
    if passes:
        ran = hooked.yoi("hook", "run", "commit-msg", "--", file, cwd=hooked.tree, env=_NO_EDITOR)
        assert ran.code == 0
    assert not _passes_alone(hooked, file, GIT_EDITOR="vi")


def test_the_hook_itself_lets_nothing_pass_where_it_does_not_know_the_ticket_or_holder(
    hooked: Hooked,
) -> None:
    file = hooked.repo.parent / "message"
    file.write_text(f"Fix\n\nTicket: {hooked.ticket}\n")
    assert _passes_alone(hooked, file)
    hooked.git("switch", "--quiet", "-c", f"work/{hooked.ticket}", cwd=hooked.repo)
    assert _passes_alone(hooked, file, cwd=hooked.repo)
    for state in ("ready", "queued"):
        hooked.yoi("ticket", "state", hooked.ticket, state, cwd=hooked.repo)
    hooked.yoi("claim", hooked.ticket, cwd=hooked.repo)
    assert not _passes_alone(hooked, file)
    (hooked.repo / ".git/yoi/claims" / f"{hooked.ticket}.json").unlink()
    assert _passes_alone(hooked, file)
    shutil.rmtree(hooked.repo / ".yoi/tickets" / hooked.ticket)
    assert not _passes_alone(hooked, file)


_NO_EDITOR = {"GIT_EDITOR": ":"}


def _passes_alone(hooked: Hooked, file: Path, *, cwd: Path | None = None, **env: str) -> bool:
    """Whether the hook lets the message pass with a `yoi` that would refuse it."""
    refusing = hooked.repo.parent / "refusing" / "yoi"
    refusing.parent.mkdir(exist_ok=True)
    refusing.write_text("#!/bin/sh\nexit 5\n")
    refusing.chmod(0o755)
    hook = Program((str(hooked.repo / ".git/hooks/commit-msg"),), hooked.yoi.env, hooked.yoi.base)
    path = f"{refusing.parent}:{os.environ['PATH']}"
    given = {**_NO_EDITOR, "PATH": path, **env}
    code = hook(file, cwd=cwd or hooked.tree, check=False, env=given).code
    assert code in (0, 5)
    return code == 0


def test_a_commit_of_a_worker_that_lost_its_ticket_is_refused(hooked: Hooked) -> None:
    hooked.yoi("ticket", "state", hooked.ticket, "ready", cwd=hooked.repo)
    hooked.yoi("ticket", "state", hooked.ticket, "queued", cwd=hooked.repo)
    for _ in range(2):
        hooked.yoi("claim", hooked.ticket, "--holder", "bea", cwd=hooked.repo)
        hooked.yoi("release", hooked.ticket, cwd=hooked.repo)
    hooked.yoi("claim", hooked.ticket, "--holder", "cyd", cwd=hooked.repo)

    def code(**env: str) -> int:
        arguments = ("commit", "--allow-empty", "-m", "Work")
        return hooked.git(*arguments, cwd=hooked.tree, check=False, env=env).code

    assert code(YOI_GENERATION="2", YOI_TICKET=hooked.ticket) != 0
    assert code(YOI_GENERATION="3", YOI_TICKET=hooked.ticket) == 0
    assert code(YOI_GENERATION="2", YOI_TICKET="0000000000000") == 0
    assert code(YOI_GENERATION="nonsense") == 0
    assert code() == 0


def test_a_commit_is_refused_where_the_claim_names_another_worktree(hooked: Hooked) -> None:
    other = hooked.repo.parent / "other"
    hooked.git("worktree", "add", "--quiet", "--detach", other, cwd=hooked.repo)
    hooked.yoi("ticket", "state", hooked.ticket, "ready", cwd=hooked.repo)
    hooked.yoi("ticket", "state", hooked.ticket, "queued", cwd=hooked.repo)
    hooked.yoi("claim", hooked.ticket, "--worktree", other, cwd=hooked.repo)
    arguments = ("commit", "--allow-empty", "-m", "Work")
    done = hooked.git(*arguments, cwd=hooked.tree, check=False)
    assert done.code != 0
    assert "generation_stale" in done.err
    hooked.git("worktree", "remove", other, cwd=hooked.repo)
    assert hooked.git(*arguments, cwd=hooked.tree).code == 0


def test_while_the_store_is_busy_an_event_waits_and_is_written_once(hooked: Hooked) -> None:
    with busy(hooked):
        sha = hooked.commit("Busy")
        said = hooked.yoi("hook", "run", "post-commit", cwd=hooked.tree)
        assert "The store is busy" in said.err
        assert hooked.spooled() == [f"commit-{sha}-{hooked.ticket}.json"]
    assert hooked.events() == []
    hooked.any_write()
    hooked.any_write()
    assert [event.attributes["commit"] for event in hooked.events()] == [sha]
    assert hooked.spooled() == []


def test_a_hook_that_is_killed_while_it_waits_loses_nothing(hooked: Hooked) -> None:
    with busy(hooked):
        hooked.git("commit", "--allow-empty", "-qm", "x", cwd=hooked.tree, env={"PATH": "/bin"})
        hook = subprocess.Popen(
            [*hooked.yoi.argv, "hook", "run", "post-commit"],
            cwd=hooked.tree,
            env=hooked.yoi.environment(),
        )
        try:
            end = time.monotonic() + 60
            while not hooked.spooled() and time.monotonic() < end:
                time.sleep(0.005)
        finally:
            hook.send_signal(signal.SIGKILL)
            hook.wait()
    hooked.any_write()
    assert [event.attributes["commit"] for event in hooked.events()] == [hooked.head()]


def test_reading_does_not_wait_for_what_is_spooled_and_leaves_it(hooked: Hooked) -> None:
    with busy(hooked):
        hooked.commit("Busy")
        assert hooked.yoi("ticket", "list", cwd=hooked.repo).code == 0
        assert len(hooked.spooled()) == 1


def test_without_a_store_or_its_ticket_an_event_waits_for_both(hooked: Hooked) -> None:
    store, away = hooked.repo / ".yoi", hooked.repo.parent / "away"
    shutil.rmtree(hooked.tree / ".yoi")
    store.rename(away)
    sha = hooked.commit("No store")
    assert len(hooked.spooled()) == 1
    away.rename(store)
    ticket = store / "tickets" / hooked.ticket
    ticket.rename(away)
    hooked.any_write()
    assert len(hooked.spooled()) == 1
    said = f"Hooks spoke of tickets that are not in this store: {hooked.ticket}"
    assert f"warning\tclone\tspool\t{said}" in hooked.yoi("doctor", cwd=hooked.repo).out
    away.rename(ticket)
    hooked.any_write()
    assert [event.attributes["commit"] for event in hooked.events()] == [sha]


def test_doctor_names_what_it_cannot_read_in_the_spool(hooked: Hooked) -> None:
    hooked.spool.mkdir(parents=True)
    (hooked.spool / "commit-nonsense.json").write_text("{}")
    hooked.any_write()
    check = hooked.yoi("doctor", cwd=hooked.repo).out
    assert "warning\tclone\tspool\tSpooled by hooks and not to be read: commit-nonsense" in check
    assert hooked.spooled() == ["commit-nonsense.json"]


def test_an_index_lock_of_another_git_makes_nobody_wait(hooked: Hooked) -> None:
    lock = hooked.repo / ".git/index.lock"
    lock.touch()
    hooked.commit("Meanwhile")
    assert len(hooked.spooled()) == 1
    lock.unlink()
    hooked.any_write()
    assert len(hooked.events()) == 1


def test_without_yoi_on_the_path_git_works_as_ever(hooked: Hooked) -> None:
    arguments = ("commit", "--allow-empty", "-m", "x\n\nTicket: NOSUCH")
    done = hooked.git(*arguments, cwd=hooked.tree, env={"PATH": "/usr/bin:/bin"})
    assert done.err == ""
    assert hooked.message() == "x\n\nTicket: NOSUCH"


def test_a_workspace_of_another_repository_has_no_say(hooked: Hooked, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    hooked.yoi("init", cwd=elsewhere)
    arguments = ("commit", "--allow-empty", "-qm", "x")
    hooked.git(*arguments, cwd=hooked.tree, env={"YOI_WORKSPACE": str(elsewhere)})
    assert len(hooked.events()) == 1


def test_a_push_of_a_ticket_that_is_not_ready_is_refused_where_that_was_asked(
    hooked: Hooked, tmp_path: Path
) -> None:
    remote = tmp_path / "remote.git"
    hooked.git("init", "--quiet", "--bare", remote)
    hooked.git("push", "--quiet", remote, hooked.branch, cwd=hooked.repo)
    with (hooked.repo / ".yoi/ticket.config.toml").open("a") as config:
        config.write("[hook]\ngate_on_push = true\n")
    assert "pre-push" in hooked.yoi("hook", "install", cwd=hooked.repo).out
    hooked.commit("Work")
    done = hooked.git("push", remote, hooked.branch, cwd=hooked.repo, check=False)
    assert done.code != 0
    assert f"{hooked.ticket} is not ready" in done.err
    hooked.yoi("ticket", "state", hooked.ticket, "ready", cwd=hooked.repo)
    hooked.yoi("ticket", "state", hooked.ticket, "queued", cwd=hooked.repo)
    assert hooked.git("push", "--quiet", remote, hooked.branch, cwd=hooked.repo).code == 0


def test_before_a_push_the_answer_is_that_of_the_gate(hooked: Hooked, tmp_path: Path) -> None:
    """Changes of the checkout that are not committed hold a ticket back for both."""
    remote = tmp_path / "remote.git"
    hooked.git("init", "--quiet", "--bare", remote)
    hooked.git("push", "--quiet", remote, hooked.branch, cwd=hooked.repo)
    with (hooked.repo / ".yoi/ticket.config.toml").open("a") as config:
        config.write("[routing]\nrequire_clean = true\n")
    hooked.yoi("hook", "install", "--pre-push", cwd=hooked.repo)
    for state in ("ready", "queued"):
        hooked.yoi("ticket", "state", hooked.ticket, state, cwd=hooked.repo)
    hooked.commit("Work")

    def answers() -> tuple[int, str, str]:
        gate = hooked.yoi("gate", "--branch", hooked.branch, cwd=hooked.repo, check=False)
        word = gate.out.split("\t")[2]
        arguments = ("push", "--quiet", "--dry-run", remote, hooked.branch)
        done = hooked.git(*arguments, cwd=hooked.repo, check=False)
        return gate.code, word, "not ready" if "is not ready" in done.err else str(done.code)

    assert answers() == (0, "ready", "0")
    (hooked.repo / "README.md").write_text("Changed.\n", encoding="utf-8")
    assert answers() == (5, "not_ready", "not ready")
    hooked.git("checkout", "--quiet", "--", "README.md", cwd=hooked.repo)
    assert answers() == (0, "ready", "0")


def test_before_a_push_nothing_is_ready_that_was_read_while_git_was_at_work(
    hooked: Hooked, tmp_path: Path
) -> None:
    remote = tmp_path / "remote.git"
    hooked.git("init", "--quiet", "--bare", remote)
    hooked.git("push", "--quiet", remote, hooked.branch, cwd=hooked.repo)
    hooked.yoi("hook", "install", "--pre-push", cwd=hooked.repo)
    for state in ("ready", "queued"):
        hooked.yoi("ticket", "state", hooked.ticket, state, cwd=hooked.repo)
    hooked.commit("Work")
    push = ("push", "--quiet", remote, hooked.branch)
    lock = hooked.repo / ".git" / "index.lock"
    lock.touch()
    refused = hooked.git(*push, cwd=hooked.repo, check=False)
    assert (refused.code, "git is at work" in refused.err) == (1, True)
    lock.unlink()
    hooked.git(*push, cwd=hooked.repo)


MESSAGES = {
    "plain": "Fix\n",
    "no newline": "Fix",
    "empty": "",
    "numbered": "#1 is fixed\n",
    "signed": "Fix\n\nBecause.\n\nSigned-off-by: Ada <a@example.org>\n",
    "commented": "\n# Please enter\n# the message\n",
    "cut": "\n# ------------------------ >8 ------------------------\n# Below\ndiff\n+Ticket: x\n",
    "divided": "Fix\n\n---\nnotes\n",
    "named": "Fix\n\nticket : 123\n",
    "line ends": "Fix\r\n\r\nWhy\r\n",
    "in the text": "Fix\n\nTicket: see there\nand more.\n\nThe end.\n",
    "merged": "Merge branch x\n",
    "no text": "caf\xe9 \x7f\n",
}


@pytest.mark.parametrize("editor", [":", "vi"])
def test_the_script_and_the_command_prepare_the_same_messages(hooked: Hooked, editor: str) -> None:
    path = hooked.repo.parent / "message"
    hook = hooked.repo / ".git/hooks/prepare-commit-msg"
    script = Program(("sh", str(hook)), hooked.git.env, hooked.tree)
    command: tuple[str, ...] = ("hook", "run", "prepare-commit-msg", "--")
    for name, text in MESSAGES.items():
        made = []
        for program, first in ((script, ()), (hooked.yoi, command)):
            path.write_bytes(text.encode("latin-1"))
            source = "merge" if name == "merged" else "message"
            program(*first, path, source, cwd=hooked.tree, env={"GIT_EDITOR": editor})
            made.append(path.read_bytes())
        assert made[0] == made[1], name
        assert (hooked.ticket.encode() in made[0]) == (name not in ("named", "merged")), name


def test_a_branch_that_names_no_ticket_adds_no_trailer(hooked: Hooked) -> None:
    names = ["notes", "0123456789ABI", "0123456789AB", "0123456789ABCD-x", "0123456789abc"]
    for name in names:
        hooked.git("switch", "--quiet", "--create", f"work/{name}", cwd=hooked.tree)
        hooked.commit("On another branch")
        assert hooked.message() == "On another branch"
