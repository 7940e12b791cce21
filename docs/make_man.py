"""Write a man page for every command, from the registry and the commands themselves.

Run it as `.venv/bin/python docs/make_man.py FOLDER`, or by `make docs`. What a page says is what
`--help` says: there is no second text of it. `man -l FOLDER/yoi-list.1` shows one.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from yoi_cli import __version__
from yoi_cli.cli.lazy import LazyGroup, make_group
from yoi_cli.cli.registry import GROUPS
from yoi_cli.cli.root import root_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typer._click.core import Command, Context

#: A line that stands as it is: click's mark for that, which help texts have before examples.
_AS_IT_IS = "\b"
_WIDE = re.compile(r"[^\x00-\x7f]")
_CODE = re.compile(r"`([^`]+)`")


def main(folder: Path) -> None:
    """Write the pages into `folder`, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    root = make_group("", root_options)
    for name, text in pages(root):
        (folder / f"{name}.1").write_text(text, encoding="utf-8")


def pages(root: LazyGroup) -> Iterator[tuple[str, str]]:
    """Each page's name and its text in roff."""
    context = root.make_context("yoi", [], resilient_parsing=True)
    yield "yoi", page(root, context, "Tickets that live in the git repository they are about.")
    yield from _below(root, context)


def _below(group: LazyGroup, context: Context) -> Iterator[tuple[str, str]]:
    for entry in GROUPS[group.path].entries:
        if (command := group.get_command(context, entry.name)) is None:
            continue
        inner = command.make_context(entry.name, [], parent=context, resilient_parsing=True)
        yield inner.command_path.replace(" ", "-"), page(command, inner, entry.summary)
        if isinstance(command, LazyGroup):
            yield from _below(command, inner)


def page(command: Command, context: Context, summary: str) -> str:
    """The page of one command."""
    name = context.command_path.replace(" ", "-")
    usage = command.collect_usage_pieces(context)
    lines = [
        f'.TH "{_plain(name.upper())}" "1" "" "yoi {__version__}" "Commands"',
        ".SH NAME",
        f"{_plain(name)} \\- {_text(summary.rstrip('.'))}",
        ".SH SYNOPSIS",
        f".B {_plain(context.command_path)}",
        _text(" ".join(usage)),
        ".SH DESCRIPTION",
        *_described(command.help or summary),
    ]
    records = [one.get_help_record(context) for one in command.get_params(context)]
    if told := [one for one in records if one is not None]:
        lines.append(".SH OPTIONS")
        for flags, text in told:
            lines += [".TP", f".B {_plain(flags)}", _text(text)]
    if isinstance(command, LazyGroup):
        lines.append(".SH COMMANDS")
        for one in GROUPS[command.path].entries:
            lines += [".TP", f".B {_plain(f'{name}-{one.name}')}(1)", _text(one.summary)]
    lines += [".SH SEE ALSO", *_others(context)]
    return "\n".join(line for line in lines if line) + "\n"


def _described(text: str) -> Iterator[str]:
    """Paragraphs, and lines that stand as they are."""
    for paragraph in re.split(r"\n[ \t]*\n", text.strip()):
        lines = paragraph.splitlines()
        if lines[0].strip() == _AS_IT_IS:
            yield from (".PP", ".nf", *(_text(line) for line in lines[1:]), ".fi")
        else:
            yield from (".PP", _text(" ".join(line.strip() for line in lines)))


def _others(context: Context) -> Iterator[str]:
    above = context.parent
    if above is not None:
        yield f".BR {_plain(above.command_path.replace(' ', '-'))} (1)"
    else:
        yield "The pages of docs/ say how the parts go together."


def _plain(text: str) -> str:
    """`text` as roff has it: nothing in it is a request, a minus stays a minus."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    escaped = _WIDE.sub(lambda found: f"\\[u{ord(found[0]):04X}]", escaped)
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


def _text(text: str) -> str:
    """The same of a sentence, in which what stands in backticks is bold."""
    return _CODE.sub(r"\\fB\1\\fR", _plain(text.rstrip()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
