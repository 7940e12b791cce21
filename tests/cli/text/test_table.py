"""Lists are read by people at eighty columns and cut by scripts at tabs."""

import io
from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout

import pytest
from rich.cells import cell_len

from yoi_cli.cli.text.table import Cell, Column, Row, print_table, state_style

COLUMNS = [
    Column("ID", no_wrap=True),
    Column("State", no_wrap=True),
    Column("Title", ratio=1),
    Column("Updated", no_wrap=True),
]
LONG = "Keep every event that was acknowledged on stable storage, whatever happens to the power"
WIDE = "端末の幅が狭いときにも列がきちんと揃い、長い題名は省略記号で切り詰められて表示される"
ROWS: list[Row] = [
    ("01JYK2Z5J8Q0V", Cell("inprogress", "yellow"), LONG, "2026-06-25T16:30:32Z"),
    ("01JYK2Z5J8Q0W", Cell("ready", "cyan"), WIDE, "2026-06-25T16:30:33Z"),
    ("01JYK2Z5J8Q0X", Cell("done", "green"), "Short", "2026-06-25T16:30:34Z"),
]


class Screen(io.StringIO):
    """Text that says it is a terminal; `test_console` has the real one."""

    def isatty(self) -> bool:
        return True


def lines_of(
    rows: Iterable[Row], columns: Sequence[Column] = COLUMNS, *, width: int = 80
) -> list[str]:
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(Screen()) as screen:
        patch.setenv("NO_COLOR", "1")
        patch.setenv("COLUMNS", str(width))
        print_table(columns, rows, empty="No ticket is ready.")
    return [line.rstrip() for line in screen.getvalue().splitlines()]


def test_at_eighty_columns_every_ticket_has_one_line_that_fits() -> None:
    lines = lines_of(ROWS)
    assert len(lines) == 2 + len(ROWS)
    assert max(map(cell_len, lines)) <= 80


def test_ids_states_and_dates_are_whole_where_titles_are_cut() -> None:
    in_progress = lines_of(ROWS)[2]
    assert in_progress.startswith("01JYK2Z5J8Q0V  inprogress  Keep every event that was ")
    assert in_progress.endswith("…  2026-06-25T16:30:32Z")


def test_wide_characters_leave_the_columns_aligned() -> None:
    ends = [cell_len(line[: line.index("2026-")]) for line in lines_of(ROWS)[2:]]
    assert len(set(ends)) == 1


def test_a_wide_terminal_shows_whole_titles_without_stretching_them() -> None:
    lines = lines_of(ROWS, width=300)
    assert f"inprogress  {LONG}  2026" in lines[2]
    assert f"  {WIDE}  " in lines[3]
    assert max(map(cell_len, lines)) < 150


def test_two_columns_that_give_way_share_by_their_ratio() -> None:
    lines = lines_of([("a" * 200, "b" * 200)], [Column("A", ratio=1), Column("B", ratio=3)])
    first, second = lines[2].split("  ")
    assert 2.5 < len(second) / len(first) < 3.5


def test_a_column_without_a_ratio_wraps_between_words() -> None:
    lines = lines_of([("A", f"{LONG} {LONG}")], [Column("ID", no_wrap=True), Column("Why")])
    assert " ".join(line[2:].strip() for line in lines[2:]) == f"{LONG} {LONG}"


def test_a_column_that_must_not_wrap_stays_whole_beside_one_that_may() -> None:
    branch = "work/" + "x" * 55
    lines = lines_of([(branch, "why " * 10)], [Column("Branch", no_wrap=True), Column("Why")])
    assert lines[2].startswith(f"{branch}  why")
    assert len(lines) > 3


def test_no_line_of_a_table_is_wider_than_the_narrowest_terminal() -> None:
    lines = lines_of(ROWS, width=20)
    assert max(map(cell_len, lines)) <= 20


def test_markup_and_controls_in_a_cell_are_text() -> None:
    lines = lines_of([("[red]x[/red]\x1b[2J\n\tnext",)], [Column("Title", ratio=1)])
    assert lines[2] == r"[red]x[/red]\x1b[2J\n\tnext"


def test_a_pipe_gets_a_header_and_whole_cells_between_tabs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "40")
    print_table(COLUMNS, ROWS[:2], empty="No tickets.")
    assert capsys.readouterr() == (
        "ID\tState\tTitle\tUpdated\n"
        f"01JYK2Z5J8Q0V\tinprogress\t{LONG}\t2026-06-25T16:30:32Z\n"
        f"01JYK2Z5J8Q0W\tready\t{WIDE}\t2026-06-25T16:30:33Z\n",
        "",
    )


def test_a_cell_cannot_forge_a_line_or_a_cell_in_a_pipe(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_table([Column("ID"), Column("Title")], [("A", "x\nB\tforged")], empty="")
    assert capsys.readouterr().out == "ID\tTitle\nA\tx\\nB\\tforged\n"


def test_no_rows_leave_a_pipe_its_header_and_a_person_a_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_table(COLUMNS, [], empty="No ticket is ready.")
    assert capsys.readouterr() == ("ID\tState\tTitle\tUpdated\n", "No ticket is ready.\n")


def test_no_rows_leave_a_terminal_the_sentence_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert lines_of(iter(())) == []
    assert capsys.readouterr().err == "No ticket is ready.\n"


def test_a_row_of_another_length_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="argument"):
        print_table(COLUMNS, [("A", "ready")], empty="")


def test_a_state_has_one_colour_and_an_unknown_one_none() -> None:
    states = ("planning", "ready", "queued", "inprogress", "done", "closed", "frozen")
    styles = ["dim", "cyan", "blue", "yellow", "green", "dim", ""]
    assert [state_style(state) for state in states] == styles
