"""`yoi init --agents`: coding agents are told of the tickets in AGENTS.md."""

from __future__ import annotations

from pathlib import Path

from support.process import Program

from yoi_cli.cli.registry import GROUPS
from yoi_cli.setup.agents_section import with_section


def test_it_makes_the_workspace_and_the_file(yoi: Program, repo: Path) -> None:
    written = yoi("init", "--agents", "--json").json["written"]
    assert "AGENTS.md" in written
    assert ".yoi/workspace.toml" in written
    text = (repo / "AGENTS.md").read_bytes()
    assert text == with_section(None)
    assert b"`yoi prime`" in text
    assert "prime" in {entry.name for entry in GROUPS[""].entries}


def test_in_a_workspace_that_stands_it_completes_and_doing_it_again_writes_nothing(
    yoi: Program, workspace: Path
) -> None:
    (workspace / "AGENTS.md").write_bytes(b"# Mine\r\n\r\nNo last newline")
    (workspace / ".yoi/workspace.toml").unlink()
    assert "written\tAGENTS.md\n" in yoi("init", "--agents").out
    assert (workspace / ".yoi/workspace.toml").exists()
    first = (workspace / "AGENTS.md").read_bytes()
    assert first.startswith(b"# Mine\r\n\r\nNo last newline\r\n\r\n<!-- yoi: begin -->\r\n")
    assert yoi("init", "--agents", "--json").json["written"] == []
    assert (workspace / "AGENTS.md").read_bytes() == first


def test_without_the_option_the_file_is_not_touched(yoi: Program, repo: Path) -> None:
    yoi("init")
    assert not (repo / "AGENTS.md").exists()


def test_a_symlink_that_leads_outside_is_refused_before_anything_is_written(
    yoi: Program, repo: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text("theirs\n")
    for target in (outside, repo / ".git/config", Path("../outside.md")):
        (repo / "AGENTS.md").symlink_to(target)
        result = yoi("init", "--agents", "--json", check=False)
        assert (result.code, result.error["code"]) == (6, "path_unsafe")
        assert not (repo / ".yoi").exists()
        (repo / "AGENTS.md").unlink()
    assert outside.read_text() == "theirs\n"


def test_a_symlink_to_a_file_of_the_same_folder_is_followed_and_stays(
    yoi: Program, repo: Path
) -> None:
    (repo / "docs").mkdir()
    (repo / "docs/CLAUDE.md").write_text("# Notes\n")
    (repo / "AGENTS.md").symlink_to("docs/CLAUDE.md")
    assert "written\tdocs/CLAUDE.md\n" in yoi("init", "--agents").out
    assert (repo / "AGENTS.md").is_symlink()
    assert (repo / "docs/CLAUDE.md").read_text().startswith("# Notes\n\n<!-- yoi: begin -->\n")


def test_a_folder_or_half_a_pair_of_markers_in_its_place_is_refused_and_stays(
    yoi: Program, repo: Path
) -> None:
    path = repo / "AGENTS.md"
    path.write_text("<!-- yoi: begin -->\nmine\n")
    result = yoi("init", "--agents", "--json", check=False)
    assert (result.code, result.error["code"]) == (4, "agents_file_unclear")
    assert path.read_text() == "<!-- yoi: begin -->\nmine\n"
    path.unlink()
    path.mkdir()
    assert yoi("init", "--agents", "--json", check=False).error["code"] == "path_unsafe"
