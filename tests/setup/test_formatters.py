"""Which formatters may rewrite the store, and the lines that keep them away."""

from __future__ import annotations

from pathlib import Path

import pytest

from yoi_cli.setup.files.formatter_files import append_exclusions, missing_exclusions
from yoi_cli.setup.formatters import check_formatters, offers, with_lines

STORE = (".yoi",)
TRIMS = b"root = true\n\n[*]\ntrim_trailing_whitespace = true\n"
HOOKS = b"repos:\n- repo: https://example.org/hooks\n  hooks:\n  - id: trailing-whitespace\n"


def offered(files: dict[str, bytes], *folders: str) -> dict[str, tuple[str, ...]]:
    return {one.path: one.lines for one in offers(files, folders or STORE)}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, {}),
        ({".editorconfig": b"[*]\nindent_style = tab\n"}, {}),
        (
            {".editorconfig": TRIMS},
            {
                ".editorconfig": (
                    "[.yoi/**]",
                    "charset = unset",
                    "end_of_line = unset",
                    "insert_final_newline = unset",
                    "trim_trailing_whitespace = false",
                )
            },
        ),
        ({".editorconfig": TRIMS + b"[{.yoi/**,x}]\ncharset = unset\n"}, {}),
        ({".prettierrc": b"{}"}, {".prettierignore": ("/.yoi/",)}),
        (
            {"package.json": b'{"devDependencies": {"prettier": "^3"}}'},
            {".prettierignore": ("/.yoi/",)},
        ),
        ({"package.json": b'{"name": "x"}'}, {}),
        ({".prettierrc": b"{}", ".prettierignore": b"dist\n/.yoi/**\r\n"}, {}),
        ({".prettierignore": b"# .yoi\ndist\n"}, {".prettierignore": ("/.yoi/",)}),
        ({".markdownlint.yaml": b"x"}, {".markdownlintignore": ("/.yoi/",)}),
        ({".pre-commit-config.yaml": HOOKS}, {".pre-commit-config.yaml": (r"exclude: ^\.yoi/",)}),
        ({".pre-commit-config.yaml": b"exclude: ^\\.yoi/\n" + HOOKS}, {}),
        (
            {
                ".pre-commit-config.yaml": HOOKS
                + b"exclude: |\n    (?x)^(\n        .yoi/|x\n    )$\n"
            },
            {},
        ),
        (
            {".pre-commit-config.yaml": b"exclude: ^dist/\n" + HOOKS},
            {".pre-commit-config.yaml": (r"|^(\.yoi/)",)},
        ),
        ({".mdformat.toml": b"wrap = 80\n"}, {".mdformat.toml": ('exclude = [".yoi/**"]',)}),
        ({".mdformat.toml": b'exclude = [".yoi/**"]\n'}, {}),
    ],
)
def test_what_is_configured_gets_its_lines(
    files: dict[str, bytes], expected: dict[str, tuple[str, ...]]
) -> None:
    assert offered(files) == expected


def test_every_folder_of_the_store_is_named_and_one_above_covers_it() -> None:
    files = {".prettierignore": b"work/\n", ".pre-commit-config.yaml": HOOKS}
    assert offered(files, "below/.yoi", "work/items") == {
        ".prettierignore": ("/below/.yoi/",),
        ".pre-commit-config.yaml": (r"exclude: ^(below/\.yoi/|work/items/)",),
    }


@pytest.mark.parametrize("content", [b"", b"a", b"a\n", b"a\r\nb\r\n"])
def test_lines_go_to_the_end_and_every_byte_stays(content: bytes) -> None:
    made = with_lines(content, ("x", "y"))
    assert made.startswith(content)
    assert made.split()[-2:] == [b"x", b"y"]
    assert (b"\r\n" in content) == (b"y\r\n" in made)


def test_what_was_added_is_not_offered_again_and_what_has_to_be_worked_in_is(
    tmp_path: Path,
) -> None:
    (tmp_path / ".editorconfig").write_bytes(TRIMS)
    (tmp_path / ".prettierrc").write_bytes(b"{}")
    (tmp_path / ".pre-commit-config.yaml").write_bytes(b"exclude: ^dist/\n" + HOOKS)
    missing = missing_exclusions(str(tmp_path), STORE)

    written = append_exclusions(str(tmp_path), missing)

    assert written == (".editorconfig", ".prettierignore")
    assert (tmp_path / ".editorconfig").read_bytes().startswith(TRIMS + b"\n[.yoi/**]\n")
    left = missing_exclusions(str(tmp_path), STORE)
    assert [one.path for one in left] == [".pre-commit-config.yaml"]
    (check,) = check_formatters(left)
    assert (check.name, check.status) == ("formatters", "warning")
    assert ".pre-commit-config.yaml" in check.hint
    assert list(check_formatters(())) == []
