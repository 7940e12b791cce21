"""The `Ticket:` trailer is put into a message, and no other character of it changes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.hooks.git.prepare_script import PREPARE
from yoi_cli.model.trailers import AUTO, ticket_trailers, with_ticket_trailer

ID = "00001M7YTJRA7"
OURS = f"Ticket: {ID}"
CUT = "# ------------------------ >8 ------------------------"

#: (message, what comments begin with, the message with its trailer)
MESSAGES = {
    "a subject": ("Mend\n", "", f"Mend\n\n{OURS}\n"),
    "a subject that looks like a trailer": ("Fix: it\n", "", f"Fix: it\n\n{OURS}\n"),
    "nothing at all": ("", "", f"\n\n{OURS}\n"),
    "no last newline": ("Mend", "", f"Mend\n\n{OURS}\n"),
    "an address": ("A\n\nhttps://b.c/5\n", "", f"A\n\nhttps://b.c/5\n\n{OURS}\n"),
    "a name of C++": ("A\n\nstd::at throws\n", "", f"A\n\nstd::at throws\n\n{OURS}\n"),
    "a time": ("A\n\n10:30 it broke\n", "", f"A\n\n10:30 it broke\n\n{OURS}\n"),
    "spaces kept": ("A \n\nB:   c\t\n", "", f"A \n\nB:   c\t\n{OURS}\n"),
    "trailers": ("A\n\nSigned-off-by: B <b@c>\n", "", f"A\n\nSigned-off-by: B <b@c>\n{OURS}\n"),
    "a pick": (
        "A\n\n(cherry picked from commit 1)\n",
        "",
        f"A\n\n(cherry picked from commit 1)\n{OURS}\n",
    ),
    "a folded trailer": ("A\n\nB: c\n  d\n", "", f"A\n\nB: c\n  d\n{OURS}\n"),
    "words and a signature": (
        "A\n\nwords\nSigned-off-by: B <b@c>\n",
        "",
        f"A\n\nwords\nSigned-off-by: B <b@c>\n{OURS}\n",
    ),
    "many words and a signature": (
        "A\n\na\nb\nc\nd\nSigned-off-by: B <b@c>\n",
        "",
        f"A\n\na\nb\nc\nd\nSigned-off-by: B <b@c>\n\n{OURS}\n",
    ),
    "it is there": (f"A\n\n{OURS}\n", "", f"A\n\n{OURS}\n"),
    "another is there": ("A\n\nticket : X\n", "", "A\n\nticket : X\n"),
    "a word in prose": ("A\n\nSee\nTicket: no\n", "", f"A\n\nSee\nTicket: no\n\n{OURS}\n"),
    "above the last paragraph": (
        "A\n\nTicket: X\n\nwords\n",
        "",
        f"A\n\nTicket: X\n\nwords\n\n{OURS}\n",
    ),
    "blank lines at the end": ("A\n\n \t\n", "", f"A\n\n{OURS}\n\n \t\n"),
    "a number sign is text": ("A\n\n#5: b\n", "", f"A\n\n#5: b\n\n{OURS}\n"),
    "nothing to edit yet": ("\n# Please\n#\n", "#", f"\n\n{OURS}\n\n# Please\n#\n"),
    "an edited message": ("A\n\n# Please\n", "#", f"A\n\n{OURS}\n\n# Please\n"),
    "another mark": ("A\n\n# b\n\n; Please\n", ";", f"A\n\n# b\n\n{OURS}\n\n; Please\n"),
    "a mark that git chose": ("# A\n\n; Please\n", AUTO, f"# A\n\n{OURS}\n\n; Please\n"),
    "a mark of some letters": ("A\n\n// Please\n", "//", f"A\n\n{OURS}\n\n// Please\n"),
    "a diff below the cut": (
        f"A\n# Please\n{CUT}\n# Do not\n+Ticket: X\n",
        "#",
        f"A\n\n{OURS}\n# Please\n{CUT}\n# Do not\n+Ticket: X\n",
    ),
    "a cut and a mark that git chose": (
        f"A\n{CUT.replace('#', ';')}\n-x\n",
        AUTO,
        f"A\n\n{OURS}\n{CUT.replace('#', ';')}\n-x\n",
    ),
    "lines of Windows": ("A\r\n\r\nB: c\r\n", "", f"A\r\n\r\nB: c\r\n{OURS}\n"),
    "no text at all": ("A\n\n\udcff\u2028x\n", "", f"A\n\n\udcff\u2028x\n\n{OURS}\n"),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_the_trailer_is_added_and_nothing_else_changes(name: str) -> None:
    message, comment, expected = MESSAGES[name]
    assert with_ticket_trailer(message, ID, comment) == expected
    assert with_ticket_trailer(expected, ID, comment) == expected


@pytest.mark.process
@pytest.mark.parametrize("name", MESSAGES)
def test_the_installed_hook_does_the_same(name: str, tmp_path: Path) -> None:
    message, comment, expected = MESSAGES[name]
    git = ("git", "-c", "init.defaultBranch=main")
    subprocess.run([*git, "init", "-q", "."], cwd=tmp_path, check=True)
    head = tmp_path / ".git/HEAD"
    head.write_text(f"ref: refs/heads/work/{ID}-a\n")
    if comment:
        name = "core.commentChar" if len(comment) == 1 or comment == AUTO else "core.commentString"
        subprocess.run([*git, "config", name, comment], cwd=tmp_path, check=True)
    file = tmp_path / "with a blank"
    file.write_bytes(message.encode("utf-8", "surrogateescape"))
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    if not comment:
        environment["GIT_EDITOR"] = ":"
    done = subprocess.run(
        ["sh", "-c", "\n".join(PREPARE), "hook", file.name],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == (b"", b"")
    assert file.read_bytes() == expected.encode("utf-8", "surrogateescape")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".git", "with a blank"]


_LINES = st.lists(
    st.sampled_from(
        ["", " ", "a", "b: c", "https://d", " folded", "Ticket: X", "# e", CUT, "Signed-off-by: f"]
    ),
    max_size=8,
).map("\n".join)


@given(_LINES, st.sampled_from(["", "#", AUTO]))
def test_every_character_stays_and_the_trailer_is_read_again(message: str, comment: str) -> None:
    made = with_ticket_trailer(message, ID, comment)
    added = made.replace(OURS, "", 1).split("\n")
    assert [line for line in added if line.strip()] == [
        line for line in message.split("\n") if line.strip()
    ]
    assert with_ticket_trailer(made, ID, comment) == made
    if not comment and made.startswith(tuple("abhT")):
        assert ticket_trailers(made)


def test_trailers_are_read_as_git_reads_them() -> None:
    assert ticket_trailers("A\n\nTicket: X, Y\nticket:Z\n  W\n") == ("X, Y", "Z W")
    assert ticket_trailers("A\n\nhttps://b\nTicket: X\n") == ("X",)
    assert ticket_trailers("Ticket: X\n") == ()
    assert ticket_trailers("A\n\nTicket:\n") == ()
    assert ticket_trailers("A\n\nSee this\nTicket: X\n") == ()
