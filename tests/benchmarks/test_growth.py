"""The pictures of growth are made from what is measured, and are well-formed."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import plot
import pytest
from growth import sizes, table
from hypothesis import given
from hypothesis import strategies as st
from plot import Axis, Line, Plot, drawn, shown
from support.environment import ROOT

SVG = "{http://www.w3.org/2000/svg}"
VALUES = st.floats(0.001, 1e6)


def of_kind(picture: str, name: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(picture).iter(SVG + name))


def picture_of(*lines: Line) -> str:
    return drawn(Plot("Time & <more>", "tickets", "seconds", lines))


@pytest.mark.process
def test_every_size_is_measured_and_drawn(tmp_path: Path, env: dict[str, str]) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "growth.py"), "--out", str(tmp_path)]
    command += ["--tickets", "10,30", "--events", "1,3", "--writers", "1,2", "--repeat", "1"]
    done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)

    lines = {"tickets": 5, "events": 3, "writers": 1}
    assert {path.name for path in tmp_path.iterdir()} == {f"growth-{name}.svg" for name in lines}
    for name, number in lines.items():
        picture = (tmp_path / f"growth-{name}.svg").read_text(encoding="utf-8")
        assert len(of_kind(picture, "polyline")) == number
        assert len(of_kind(picture, "circle")) == 2 * number
        assert f"| {name} |" in done.stdout
    assert re.search(r"^\| 30 (\| \d+\.\d+ ){5}\|$", done.stdout, re.MULTILINE)


@given(
    st.lists(
        st.lists(
            st.tuples(VALUES, VALUES), min_size=1, max_size=6, unique_by=lambda point: point[0]
        ),
        min_size=1,
        max_size=5,
    )
)
def test_every_point_lies_within_its_axes(lines: list[list[tuple[float, float]]]) -> None:
    picture = picture_of(*(Line(str(n), tuple(sorted(line))) for n, line in enumerate(lines)))

    dots = [
        (float(dot.attrib["cx"]), float(dot.attrib["cy"])) for dot in of_kind(picture, "circle")
    ]
    assert len(dots) == sum(map(len, lines))
    for x, y in dots:
        assert plot.LEFT - 0.1 <= x <= plot.WIDTH - plot.RIGHT + 0.1
        assert plot.TOP - 0.1 <= y <= plot.HEIGHT - plot.BOTTOM + 0.1


def test_what_grows_tenfold_moves_by_the_same_length() -> None:
    axis = Axis(1, 1000, 0, 300)
    assert [round(axis.at(value)) for value in (1, 10, 100, 1000)] == [0, 100, 200, 300]


def test_names_are_apart_where_lines_end_together() -> None:
    lines = [Line(name, ((1, 1), (10, 5))) for name in ("one", "two", "three")]
    texts = [
        one for one in of_kind(picture_of(*lines), "text") if one.text in ("one", "two", "three")
    ]
    heights = sorted(float(one.attrib["y"]) for one in texts)
    assert [b - a for a, b in pairwise(heights)] == [plot.LABEL_GAP] * 2


def test_words_are_escaped_and_both_kinds_of_page_have_colours() -> None:
    picture = picture_of(Line("a<b", ((1, 1), (2, 2))))
    assert "Time &amp; &lt;more&gt;" in picture
    assert "prefers-color-scheme: dark" in picture
    styles = re.findall(r"\.(s\d|d\d|page|text|quiet|grid|fine) ", plot.STYLE)
    assert sorted(styles) == sorted([*dict.fromkeys(styles)] * 2)


def test_numbers_are_written_as_people_do() -> None:
    assert [shown(value) for value in (100_000, 1, 0.5, 0.02)] == ["100,000", "1", "0.5", "0.02"]
    assert sizes("30,10") == [10, 30]
    figures = table(Plot("", "writers", "", (Line("comment", ((1, 2.5), (32, 12.34))),)))
    assert figures.splitlines()[2:] == ["| 1 | 2.50 |", "| 32 | 12.3 |"]
