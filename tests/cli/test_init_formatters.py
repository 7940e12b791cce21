"""`yoi init` offers to keep formatters away, and changes a person's file only when asked to."""

from __future__ import annotations

from pathlib import Path

from support.process import Program


def configure(repo: Path) -> dict[str, str]:
    files = {
        ".editorconfig": "[*]\ntrim_trailing_whitespace = true\n",
        ".prettierrc": "{}\n",
        ".pre-commit-config.yaml": "repos: []\n",
    }
    for name, text in files.items():
        (repo / name).write_text(text)
    return files


def test_lines_are_offered_and_nothing_of_a_persons_is_changed(yoi: Program, repo: Path) -> None:
    files = configure(repo)

    made = yoi("init", "--json").json

    offered = {one["path"]: one["lines"] for one in made["offered"]}
    assert offered.keys() == {".editorconfig", ".prettierignore", ".pre-commit-config.yaml"}
    assert {name: (repo / name).read_text() for name in files} == files
    assert not (repo / ".prettierignore").exists()
    assert "offered\t.prettierignore\t/.yoi/" in yoi("init").out.splitlines()
    checks = yoi("doctor", "--json").json["checks"]
    assert [one["status"] for one in checks if one["name"] == "formatters"] == ["warning"]


def test_asked_for_they_are_added_and_doctor_is_content(yoi: Program, repo: Path) -> None:
    files = configure(repo)

    made = yoi("init", "--exclude-formatters", "--json").json

    assert made["offered"] == []
    assert (repo / ".prettierignore").read_text() == "/.yoi/\n"
    for name, text in files.items():
        assert (repo / name).read_text().startswith(text)
    assert (repo / ".pre-commit-config.yaml").read_text().endswith("exclude: ^\\.yoi/\n")
    names = [one["name"] for one in yoi("doctor", "--json").json["checks"]]
    assert "formatters" not in names
    assert yoi("init", "--exclude-formatters", "--json").json["written"] == []


def test_where_nothing_is_configured_nothing_is_said(yoi: Program, repo: Path) -> None:
    assert yoi("init", "--json").json["offered"] == []
