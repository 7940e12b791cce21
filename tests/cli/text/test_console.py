"""What reaches a stream: checked on real pseudo-terminals, real pipes and real processes."""

import errno
import io
import os
import re
import subprocess
import sys
import termios
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from yoi_cli.api.documents.envelope import document
from yoi_cli.cli.text.console import (
    block,
    console,
    is_terminal,
    is_utf8,
    progress,
    size,
    text,
    wants_color,
    write_stderr,
    write_stdout,
)
from yoi_cli.cli.text.markdown import markdown
from yoi_cli.cli.text.plot import bars
from yoi_cli.cli.text.table import TITLE, Cell, Column, print_table
from yoi_cli.model.text import tsv, visible, visible_block

PACKAGE_ROOT = Path(__file__).parents[3]
COLOR_VARIABLES = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS", "TERM")
OUR_STYLES = re.compile(r"\x1b\[(?:0|1|2|3|31|32|36)m")

HOSTILE = "\n".join(
    [
        "".join(map(chr, range(0x20))),
        "".join(map(chr, range(0x7F, 0xA0))),
        "\x1b]8;;file:///etc/passwd\x1b\\click\x1b]8;;\x1b\\",
        "\x1b]52;c;cm0gLXJmIH4=\x07",
        "\x1b]0;title\x07 \x1b[2J\x1b[H\x1b[5mblink",
        "\x9b2J \x9d52;c;eA==\x9c \x90q\x9c",
        '\x1bP$q"p\x1b\\ \x1b[6n \x1b[?1049h',
        "[red]markup[/red] [link=file:///etc/passwd]x[/link] [/nothing] :bomb:",
        "[click](javascript:alert(1)) <http://example.org> ![image](x)",
        "safe\u202egnp.exe \u2066x\u2069 \u061c \u200b \ufeff \u2028 \u2029 \udc9b \U000e0041",
        "<!-- hidden --> <script>x</script>",
        "```",
        "an open fence\rOVERWRITTEN",
    ]
)


class OnTerminal(Protocol):
    def __call__(
        self, show: Callable[[], None], columns: int = 80, encoding: str = "utf-8"
    ) -> str: ...


@pytest.fixture(autouse=True)
def _no_color_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in COLOR_VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def on_terminal(monkeypatch: pytest.MonkeyPatch) -> OnTerminal:
    """Runs something with both streams on a real terminal, and gives what reached it."""

    def run(show: Callable[[], None], columns: int = 80, encoding: str = "utf-8") -> str:
        master, slave = os.openpty()
        termios.tcsetwinsize(slave, (24, columns))
        received = bytearray()
        reader = threading.Thread(target=_drain, args=(master, received))
        reader.start()
        with monkeypatch.context() as patch, open(slave, "w", encoding=encoding) as stream:
            patch.setattr(sys, "stdout", stream)
            patch.setattr(sys, "stderr", stream)
            show()
        reader.join()
        os.close(master)
        return received.decode(encoding).replace("\r\n", "\n")

    return run


def _drain(master: int, received: bytearray) -> None:
    try:
        while chunk := os.read(master, 65536):
            received += chunk
    except OSError as error:
        if error.errno != errno.EIO:  # which is how Linux says that nobody writes any more
            raise


def show_hostile_text_everywhere() -> None:
    console().print(text(HOSTILE, "bold"))
    console().print(block(HOSTILE, "red"))
    console().print(markdown(HOSTILE))
    columns = [
        Column(HOSTILE, TITLE),
        Column("State", style="cyan"),
        Column("Kept"),
    ]
    print_table(columns, [[HOSTILE, Cell(HOSTILE, "green"), HOSTILE]], empty="")
    print_table(columns, [], empty=HOSTILE)
    for line in bars([(HOSTILE, 1)], 60):
        console().print(text(line))
    write_stdout(tsv([HOSTILE]) + "\n")
    write_stdout(document("hostile", {HOSTILE: HOSTILE}))
    write_stderr(visible(HOSTILE) + "\n")


def what_drives(received: str) -> set[str]:
    """The characters that a terminal obeys, once our own styles are taken away."""
    rest = OUR_STYLES.sub("", received).replace("\n", "")
    return {char for char in rest if visible(char) != char}


def test_hostile_text_cannot_drive_a_terminal(
    on_terminal: OnTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    received = on_terminal(show_hostile_text_everywhere)
    assert what_drives(received) == set()
    assert "\x1b[1m" in received, "colour was on"


def test_the_terminal_would_have_been_driven_by_the_same_text_unescaped(
    on_terminal: OnTerminal,
) -> None:
    received = on_terminal(lambda: write_stdout(HOSTILE))
    assert {"\x1b", "\x07", "\x9b", "\u202e"} <= what_drives(received)


def test_markup_emoji_codes_and_links_are_text(on_terminal: OnTerminal) -> None:
    source = "[red]x[/red] :bomb: http://a.org 42"
    assert on_terminal(lambda: console().print(text(source))) == source + "\n"
    assert on_terminal(lambda: console().print(source)) == source + "\n"


def test_a_long_line_is_left_for_the_terminal_to_wrap(on_terminal: OnTerminal) -> None:
    body = "word " * 100 + "\n" + "x" * 5000
    assert on_terminal(lambda: console().print(block(body))) == body + "\n"


def test_a_pipe_is_no_terminal_even_where_colour_is_forced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert not is_terminal(io.StringIO())
    assert not is_terminal(None)
    assert wants_color(io.StringIO())


@pytest.mark.parametrize(
    ("variables", "colored"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": "dumb", "CLICOLOR_FORCE": "1"}, True),
        ({"TERM": "dumb", "CLICOLOR_FORCE": "0"}, False),
    ],
)
def test_colour_on_a_terminal_follows_the_environment(
    on_terminal: OnTerminal,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    colored: bool,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    received = on_terminal(lambda: console().print(text("done", "green")))
    assert received == ("\x1b[32mdone\x1b[0m\n" if colored else "done\n")


@pytest.mark.parametrize(
    ("columns", "width"),
    [("", 61), ("100", 100), ("0", 80), ("1", 20), ("9" * 50, 10_000), ("wide", 61), ("²", 61)],
)
def test_columns_overrides_the_width_of_the_terminal_within_reason(
    on_terminal: OnTerminal, monkeypatch: pytest.MonkeyPatch, columns: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    received = on_terminal(lambda: write_stdout(str(size(sys.stdout)[0])), columns=61)
    assert received == str(width)


def test_a_terminal_without_a_size_has_eighty_columns(on_terminal: OnTerminal) -> None:
    assert on_terminal(lambda: write_stdout(str(size(sys.stdout)[0])), columns=0) == "80"


def test_what_a_terminal_cannot_encode_is_escaped(on_terminal: OnTerminal) -> None:
    def show() -> None:
        assert not is_utf8(sys.stdout)
        write_stdout("é端\n")
        console().print(text("é端"))

    assert on_terminal(show, encoding="ascii") == "\\xe9\\u7aef\n" * 2


def test_a_pipe_gets_utf8_whatever_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    write_stdout("é端\udc9b\n")
    assert raw.getvalue() == "é端\\udc9b\n".encode()


def test_what_was_printed_before_comes_out_before(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="utf-8"))
    sys.stdout.write("first ")
    write_stdout("second ")
    console().print(text("third"))
    write_stdout("fourth")
    assert raw.getvalue() == b"first second third\nfourth"


def test_a_stream_that_was_closed_from_the_start_is_no_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    write_stdout("created")
    console().print(text("created"))


@pytest.mark.parametrize(
    "write",
    [lambda: write_stdout("x" * 10), lambda: console().print(text("x"))],
    ids=["write_stdout", "console"],
)
def test_a_reader_that_went_away_is_reported_as_a_broken_pipe(
    monkeypatch: pytest.MonkeyPatch, write: Callable[[], None]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    stream = io.TextIOWrapper(os.fdopen(writing, "wb"), encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", stream)
    with pytest.raises(BrokenPipeError):
        write()
    with pytest.raises(BrokenPipeError):
        stream.close()


def advance_thrice(total: int | None, delay: float) -> None:
    with progress("Reading\x1b[2J", total, delay=delay) as bar:
        for _ in range(3):
            bar.advance()


def test_long_work_is_shown_on_a_terminal_and_taken_away(on_terminal: OnTerminal) -> None:
    received = on_terminal(lambda: advance_thrice(3, delay=0))
    assert r"Reading\x1b[2J" in received
    assert "\x1b[2J" not in received
    assert received.rstrip().endswith("\x1b[2K"), "the line was erased"
    assert received.count("\x1b[?25l") == received.count("\x1b[?25h"), "the cursor is back"


def test_work_of_unknown_length_is_shown_too(on_terminal: OnTerminal) -> None:
    assert "1/?" in on_terminal(lambda: advance_thrice(None, delay=0))


def test_short_work_shows_nothing(on_terminal: OnTerminal) -> None:
    assert on_terminal(lambda: advance_thrice(3, delay=60)) == ""


def test_another_stage_begins_anew(on_terminal: OnTerminal) -> None:
    def two_stages() -> None:
        with progress("Reading", None, delay=0) as bar:
            bar.advance()
            bar.begin("Writing", 7)
            bar._next_look = 0.0
            bar.advance(2)

    received = on_terminal(two_stages)
    assert "Writing" in received
    assert "2/7" in received


def test_a_dumb_terminal_shows_no_progress(
    on_terminal: OnTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert on_terminal(lambda: advance_thrice(3, delay=0)) == ""


def test_a_pipe_shows_no_progress_even_where_colour_is_forced(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    advance_thrice(3, delay=0)
    assert capfd.readouterr() == ("", "")


def test_progress_goes_away_when_the_work_fails(on_terminal: OnTerminal) -> None:
    def fail() -> None:
        with pytest.raises(RuntimeError), progress("Reading", 3, delay=0) as bar:
            bar.advance()
            raise RuntimeError

    assert on_terminal(fail).endswith("\x1b[?25h\r\x1b[1A\x1b[2K")


@pytest.mark.process
def test_no_module_that_prints_imports_rich_before_it_is_needed() -> None:
    program = (
        "import sys\n"
        "from yoi_cli.api.documents import envelope\n"
        "from yoi_cli.cli.text import console, markdown, plot, table\n"
        "from yoi_cli.model import text\n"
        "console.write_stdout(text.tsv(['created', 'x']) + envelope.document('x', 1))\n"
        "print(sorted(name for name in sys.modules if name.split('.')[0] == 'rich'))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": str(PACKAGE_ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.splitlines()[-1] == "[]"


def test_a_block_is_shown_as_visible_block_says() -> None:
    assert block(HOSTILE).plain == visible_block(HOSTILE)
    assert text(HOSTILE).plain == visible(HOSTILE)
