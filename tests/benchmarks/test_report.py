"""The budget table says what was measured, and nothing of whose machine it was."""

from __future__ import annotations

import platform

from measure import Series
from report import COLUMNS, Row, machine, markdown, text_table


def test_the_ratio_of_medians_decides_and_one_slow_run_does_not() -> None:
    row = Row("x", 1.5, "x", Series((0.1, 0.1, 9.0)), Series((0.1, 0.1, 0.1)))
    assert row.measured == 1.0
    assert row.verdict == "within"


def test_a_ratio_above_its_bound_is_over() -> None:
    row = Row("x", 1.5, "x", Series((0.16,)), Series((0.1,)))
    assert row.cells() == ("x", "160 ms (160-160)", "100 ms (100-100)", "1.60", "1.5 x", "OVER")


def test_memory_is_held_to_the_bound_by_its_worst_run() -> None:
    row = Row("x", 300, "MB", Series((100e6, 100e6, 301e6)))
    assert row.cells() == ("x", "100 MB (100-301)", "-", "-", "300 MB", "OVER")


def test_what_could_not_be_measured_has_no_figures_and_no_good_verdict() -> None:
    row = Row("x", 3, missing="not yet")
    assert row.cells() == ("x", "-", "-", "-", "3 x", "not yet")


def test_the_text_table_has_a_header_and_aligned_columns() -> None:
    header, first = text_table([Row("a long description", 3, missing="not yet")]).splitlines()
    assert header.startswith(COLUMNS[0])
    assert header.index("verdict") == first.index("not yet")


def test_the_page_keeps_the_command_and_escapes_what_would_end_a_cell() -> None:
    page = markdown([Row("a | b", 3, missing="not yet")], "python benchmarks/run.py")
    assert "- Command: `python benchmarks/run.py`\n" in page
    assert "| a \\| b | - | - | - | 3 x | not yet |\n" in page


def test_the_machine_is_named_by_kind_and_never_by_name() -> None:
    assert platform.node() not in machine().split()
    assert platform.release() not in machine()
    assert f"CPython {platform.python_version()}" in machine()
