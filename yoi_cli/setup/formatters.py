"""What keeps formatters, fixers and editors away from the store's files (docs/merging.md).

A thread is a log in the form of markdown: what a formatter makes of it no longer is what was
said. Which tools are configured is told by their files at the top of the repository. A person's
file is never changed without being asked for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.doctor.environment import CLONE, EnvironmentCheck
from yoi_cli.model.findings import WARNING
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_EDITORCONFIG = ".editorconfig"
_PRETTIERIGNORE = ".prettierignore"
_MARKDOWNLINTIGNORE = ".markdownlintignore"
_PRE_COMMIT = ".pre-commit-config.yaml"
_PACKAGE = "package.json"
_PRETTIER = (
    *(f".prettierrc{ending}" for ending in ("", ".json", ".json5", ".yml", ".yaml", ".toml")),
    *(f".prettierrc.{ending}" for ending in ("js", "cjs", "mjs", "ts")),
    *(f"prettier.config.{ending}" for ending in ("js", "cjs", "mjs", "ts")),
    _PRETTIERIGNORE,
)
_MARKDOWNLINT = (
    *(f".markdownlint.{ending}" for ending in ("json", "jsonc", "yaml", "yml")),
    ".markdownlintrc",
    _MARKDOWNLINTIGNORE,
)
#: Tools whose files nobody can add a line to without understanding them, with what it would say.
_BY_HAND = {
    **dict.fromkeys(
        (".markdownlint-cli2.jsonc", ".markdownlint-cli2.yaml", ".markdownlint-cli2.cjs"),
        ("markdownlint-cli2", '"ignores": ["{folder}/**"]'),
    ),
    ".mdformat.toml": ("mdformat", 'exclude = ["{folder}/**"]'),
    "dprint.json": ("dprint", '"excludes": ["{folder}/**"]'),
}
#: The files that say which tools are configured.
NAMES = (
    _EDITORCONFIG,
    *_PRETTIER,
    *_MARKDOWNLINT,
    _PRE_COMMIT,
    _PACKAGE,
    *_BY_HAND,
)
#: Settings of an .editorconfig by which editors change lines that nobody touched.
_CHANGES_TEXT = re.compile(
    rb"^[ \t]*(?:trim_trailing_whitespace|end_of_line|insert_final_newline|charset)[ \t]*=",
    re.MULTILINE | re.IGNORECASE,
)
_SECTION = re.compile(rb"^[ \t]*\[(.+)\][ \t]*\r?$", re.MULTILINE)
_EXCLUDE = re.compile(rb"^exclude:.*(?:\n(?:[ \t]+.*|))*", re.MULTILINE)


class Offer(NamedTuple):
    """Lines for the file `path`, from the top of the repository, that keep `tool` away.

    `is_appended` says whether they can be put at the end of that file; otherwise they have to
    be worked in by hand.
    """

    tool: str
    path: str
    lines: tuple[str, ...]
    is_appended: bool = True


def offers(files: Mapping[str, bytes], folders: Sequence[str]) -> tuple[Offer, ...]:
    """What the tools that `files` configure lack, for the store's `folders`.

    `files` are those of `NAMES` that are there; both are at, or from, the top of the repository.
    """
    return tuple(_offers(files, folders))


def _offers(files: Mapping[str, bytes], folders: Sequence[str]) -> Iterator[Offer]:
    settings = files.get(_EDITORCONFIG, b"")
    if _CHANGES_TEXT.search(settings):
        sections = [section.decode("utf-8", "replace") for section in _SECTION.findall(settings)]
        missing = [one for one in folders if not any(one in section for section in sections)]
        if missing:
            lines = tuple(line for one in missing for line in _editor_lines(one))
            yield Offer("EditorConfig", _EDITORCONFIG, lines)
    is_prettier = any(name in files for name in _PRETTIER) or b'"prettier"' in files.get(
        _PACKAGE, b""
    )
    if is_prettier:
        yield from _ignored("prettier", _PRETTIERIGNORE, files, folders)
    if any(name in files for name in _MARKDOWNLINT):
        yield from _ignored("markdownlint", _MARKDOWNLINTIGNORE, files, folders)
    if _PRE_COMMIT in files:
        yield from _pre_commit(files[_PRE_COMMIT], folders)
    for name, (tool, line) in _BY_HAND.items():
        missing = [one for one in folders if one.encode() not in files.get(name, one.encode())]
        if missing:
            lines = tuple(line.format(folder=one) for one in missing)
            yield Offer(tool, name, lines, is_appended=False)


def _editor_lines(folder: str) -> tuple[str, ...]:
    return (
        f"[{folder}/**]",
        "charset = unset",
        "end_of_line = unset",
        "insert_final_newline = unset",
        "trim_trailing_whitespace = false",
    )


def _ignored(
    tool: str, path: str, files: Mapping[str, bytes], folders: Sequence[str]
) -> Iterator[Offer]:
    """A line for each folder in a file of the form of `.gitignore`."""
    there = {
        line.strip().strip("/").removeprefix("**/").removesuffix("/**").removesuffix("/*")
        for line in files.get(path, b"").decode("utf-8", "replace").splitlines()
    }
    missing = tuple(f"/{one}/" for one in folders if not _is_covered(one, there))
    if missing:
        yield Offer(tool, path, missing)


def _is_covered(folder: str, there: set[str]) -> bool:
    parts = folder.split("/")
    return any("/".join(parts[: n + 1]) in there for n in range(len(parts)))


def _pre_commit(config: bytes, folders: Sequence[str]) -> Iterator[Offer]:
    found = _EXCLUDE.search(config)
    said = found.group().decode("utf-8", "replace").replace("\\", "") if found else ""
    missing = [one for one in folders if one not in said]
    if not missing:
        return
    pattern = "|".join(f"{re.escape(one)}/" for one in missing)
    if found is None:
        line = f"exclude: ^{pattern}" if len(missing) == 1 else f"exclude: ^({pattern})"
        yield Offer("pre-commit", _PRE_COMMIT, (line,), is_appended=config.strip() != b"")
    else:
        yield Offer("pre-commit", _PRE_COMMIT, (f"|^({pattern})",), is_appended=False)


def check_formatters(missing: Sequence[Offer]) -> Iterator[EnvironmentCheck]:
    """A warning where a tool that is configured may rewrite the store's files."""
    if missing:
        tools = ", ".join(dict.fromkeys(offer.tool for offer in missing))
        message = f"Nothing keeps {tools} from rewriting tickets."
        by_hand = [f"{one.path}: {one.lines[0]}" for one in missing if not one.is_appended]
        hint = "`yoi init --exclude-formatters` tells them; then commit that."
        if len(by_hand) == len(missing):
            hint = f"Work it in by hand: {'; '.join(by_hand)}"
        yield EnvironmentCheck("formatters", CLONE, WARNING, message, hint)


def with_lines(content: bytes, lines: Sequence[str]) -> bytes:
    """A file with `lines` at its end; every byte of it stays, and its line ends are theirs."""
    newline = b"\r\n" if b"\r\n" in content else b"\n"
    gap = b"" if not content or content.endswith(b"\n") else newline
    parted = newline if lines[0].startswith("[") and content else b""
    return content + gap + parted + b"".join(line.encode() + newline for line in lines)
