"""Lists are read by people at eighty columns and cut by scripts at tabs."""

import io
import time
from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout

import pytest
from rich.cells import cell_len

from yoi_cli.cli.text.table import (
    ID,
    PROSE,
    TEXT,
    TIME,
    TITLE,
    Cell,
    Column,
    Look,
    Row,
    print_table,
    state_style,
    table_lines,
)
from yoi_cli.model.time import stamp

COLUMNS = [
    Column("ID", ID),
    Column("State"),
    Column("Title", TITLE),
    Column("Updated"),
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


def test_two_texts_that_give_way_have_as_much_each_until_one_has_enough() -> None:
    lines = lines_of([("a" * 200, "b" * 200)], [Column("A", TEXT), Column("B", TEXT)])
    first, second = lines[2].split("  ")
    assert abs(len(first) - len(second)) <= 1
    lines = lines_of([("a" * 10, "b" * 200)], [Column("A", TEXT), Column("B", TEXT)])
    assert lines[2] == "a" * 10 + "  " + "b" * 67 + "…"


def test_prose_is_never_cut_and_wraps_between_words() -> None:
    lines = lines_of([("A", f"{LONG} {LONG}")], [Column("ID", ID), Column("why", PROSE)])
    assert lines[2] == "A"
    assert " ".join(line.strip() for line in lines[3:]) == f"why: {LONG} {LONG}"


@pytest.mark.parametrize("width", [20, 30, 40])
def test_no_line_of_a_table_is_wider_than_the_terminal(width: int) -> None:
    lines = lines_of(ROWS, width=width)
    assert max(map(cell_len, lines)) <= width


@pytest.mark.parametrize("width", range(20, 200, 7))
def test_an_id_is_whole_and_a_title_begins_at_every_width(width: int) -> None:
    columns = [*COLUMNS, Column("Tags", TEXT), Column("Blocked by"), Column("Why", PROSE)]
    wide: list[Row] = [(*row, "bug ui soon", "01JYK2Z5J8Q0X", "Since it is so.") for row in ROWS]
    shown = "\n".join(lines_of(wide, columns, width=width))
    for row in ROWS:
        assert str(row[0]) in shown
        assert str(row[2])[:5] in shown
    assert shown.count("so.") == len(ROWS), "what does not fit stands below"


@pytest.mark.parametrize("width", range(50, 130, 7))
def test_a_title_has_half_of_what_an_id_leaves_or_a_line_of_its_own(width: int) -> None:
    columns = [*COLUMNS, Column("Tags", TEXT)]
    lines = lines_of([("01JYK2Z5J8Q0V", "ready", LONG, "2026", "t" * 60)], columns, width=width)
    title = max(
        (word for line in lines[2:] for word in line.split("  ")),
        key=lambda word: LONG.startswith(word.removesuffix("…").strip()) and len(word),
    )
    assert len(title) >= min((width - 13) // 2 - 4, len(LONG))


def test_at_forty_columns_a_row_takes_two_lines() -> None:
    lines = lines_of(ROWS[:1], width=40)
    assert lines[2:] == [
        "01JYK2Z5J8Q0V  inprogress",
        "  Keep every event that was acknowledge…",
        "  Updated: 2026-06-25T16:30:32Z",
    ]


def test_a_column_without_a_value_is_folded_away_and_a_pipe_keeps_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows: list[Row] = [("A", "", "x")]
    columns = [Column("ID", ID), Column("Tags", TEXT), Column("Title", TITLE)]
    assert lines_of(rows, columns)[0].split() == ["ID", "Title"]
    print_table(columns, rows, empty="")
    assert capsys.readouterr().out == "ID\tTags\tTitle\nA\t\tx\n"


def test_a_terminal_shows_ages_or_dates_and_a_pipe_the_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    then = stamp(time.time_ns() // 1_000_000 - 3 * 3600 * 1000 - 60_000)
    columns = [Column("ID", ID), Column("at", TIME)]
    assert lines_of([("A", then)], columns)[2] == "A   3h"
    print_table(columns, [("A", then)], empty="", dates=True)
    assert capsys.readouterr().out.endswith(f"A\t{then}\n")
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(Screen()) as screen:
        patch.setenv("NO_COLOR", "1")
        print_table(columns, [("A", then)], empty="", dates=True)
    assert screen.getvalue().endswith(f"A   {then[:10]}\n")


def test_the_end_of_an_id_that_is_enough_to_name_it_is_marked() -> None:
    look = Look(80, color=True, marks={"01JYK2Z5J8Q0V": 4})
    shown = table_lines([Column("ID", ID, style="bold")], [("01JYK2Z5J8Q0V",)], look)
    assert shown[-1] == "\x1b[1m01JYK2Z5J\x1b[0m\x1b[1;4m8Q0V\x1b[0m"
    plain = look._replace(color=False)
    assert table_lines([Column("ID", ID)], [("01JYK2Z5J8Q0V",)], plain)[-1] == "01JYK2Z5J8Q0V"


def test_markup_and_controls_in_a_cell_are_text() -> None:
    lines = lines_of([("[red]x[/red]\x1b[2J\n\tnext",)], [Column("Title", TITLE)])
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
