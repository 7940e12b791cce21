"""What every command reads of the configuration."""

from __future__ import annotations

import tomllib

import pytest

from yoi_cli.errors import StoreInvalidError
from yoi_cli.model.config import DEFAULT, Config
from yoi_cli.store.config.store_config import checked_config, parse_config, plain_config

PLAIN = (
    "",
    "[profiles.ada]\ncommand = ['ada']\n",
    "[ticket]\nlanguage = ' Japanese '\n",
    "[ticket]\nlanguage = ''\n[git]\nautocommit = true\nrun_hooks = 'x'\n",
    "[backend]\nprovider = 'builtin:yoi_local'\nroot = '.yoi/tickets'\n[git]\nautocommit = false\n",
)
OTHER = {
    "[backend]\nroot = './a/b/'\nauthority = 'checkout'\nkind = 'local'\n": Config(
        root="a/b", authority="checkout"
    ),
    "[backend]\nroot = ''\nauthority = ''\nprovider = ''\n": DEFAULT,
    "[routing]\nmax_in_progress = 0\nrequire_clean = true\nlease_minutes = 5\n": Config(
        max_in_progress=0, require_clean=True, lease_minutes=5
    ),
    "[routing]\nlease_minutes = 0\nx = 1\n[git]\nx = 1\nrun_hooks = 1\n": DEFAULT,
}


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_read_without_the_definitions_is_what_they_say(text: str) -> None:
    plain = plain_config(tomllib.loads(text))
    assert plain == checked_config(text.encode(), path="p")
    assert plain == parse_config(text.encode(), path="p")


@pytest.mark.parametrize("text", OTHER)
def test_everything_else_is_left_to_the_definitions(text: str) -> None:
    assert plain_config(tomllib.loads(text)) is None
    assert parse_config(text.encode(), path="p") == OTHER[text]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[backend]\nprovider = 'x'", "p:2: backend.provider: builtin:yoi_local is expected."),
        ("[backend]\nkind = ''", "p:2: backend.kind: local is expected."),
        ("[backend]\nauthority = 1", "main or checkout is expected, not a number."),
        ("[backend]\nroot = 1", "p:2: backend.root: a folder inside the workspace is expected"),
        ("[ticket]\nlanguage = true", "p:2: ticket.language: a text is expected, not true or fa"),
        ("[git]\nautocommit = 0", "p:2: git.autocommit: true or false is expected, not a number."),
        ("\n[routing]\n\nmax_in_progress = -1", "p:4: routing.max_in_progress: a whole number of"),
        ("[routing]\nlease_minutes = true", "p:2: routing.lease_minutes: a whole number of 0"),
        ("[routing]\nrequire_clean = 'x'", "p:2: routing.require_clean: true or false"),
        ("x = 1\ngit = 1", "p:2: git: a table is expected, not a number."),
        ("backend.root = ['x']", "p:1: backend.root: a folder inside the workspace is expected,"),
        ("x = 1\n[ticket\n", "p:2: it is not TOML: "),
        ("x = " + "[" * 100_000, "p: it is nested too deeply."),
    ],
)
def test_what_is_wrong_is_refused_with_its_line_and_key(text: str, said: str) -> None:
    with pytest.raises(StoreInvalidError) as caught:
        parse_config(text.encode(), path="p")
    assert caught.value.code == "config_invalid"
    assert said in caught.value.message


@pytest.mark.parametrize(
    "root",
    [
        *("..", "/x", "a/../b", ".", "./", "a//b", ".git/x", "x/\\u0000"),
        *(
            ".GIT/x",
            "a/.Git",
            ".git.",
            ".git ",
            "git~1/x",
            "GIT~1",
            ".g\\u200cit/x",
            "a\\\\.git\\\\b",
        ),
        *(".git::$INDEX_ALLOCATION/x", "\\ufeff.git"),
    ],
)
def test_a_store_outside_of_the_workspace_is_refused(root: str) -> None:
    with pytest.raises(StoreInvalidError, match=r"backend\.root"):
        parse_config(f'[backend]\nroot = "{root}"\n'.encode(), path="p")


def test_what_is_no_text_is_refused_with_its_line() -> None:
    with pytest.raises(StoreInvalidError, match=r"^p:2: it is not UTF-8\.$"):
        parse_config(b"[ticket]\nlanguage = '\xff'\n", path="p")


def test_a_byte_order_mark_is_passed_over() -> None:
    said = "[git]\nautocommit = true\n[routing]\nmax_in_progress = 3\n"
    read = parse_config(b"\xef\xbb\xbf" + said.encode(), path="c")
    assert read == parse_config(said.encode(), path="c")
    assert (read.autocommit, read.max_in_progress) == (True, 3)
