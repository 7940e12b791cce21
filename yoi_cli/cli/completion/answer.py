"""What a shell is told when it asks what may stand next.

The question comes in the environment, in Typer's form; Typer reads it and finds the
candidates. Only the answer is our own: text that no shell evaluates, without Rich. An empty line
in place of candidates says that no file's name may stand there either.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

from typer._click.core import Parameter
from typer._click.shell_completion import _resolve_context, _resolve_incomplete
from typer._completion_classes import BashComplete, FishComplete, ZshComplete

from yoi_cli.cli.text.console import write_stdout
from yoi_cli.errors import YoiError
from yoi_cli.model.text import tsv, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typer._click.core import Command

    from yoi_cli.cli.lazy import LazyGroup

QUESTION = "_YOI_COMPLETE"

_READERS: Mapping[str, type[BashComplete | ZshComplete | FishComplete]] = {
    "complete_bash": BashComplete,
    "complete_zsh": ZshComplete,
    "complete_fish": FishComplete,
}
#: Words of help for values that are files, or may begin with one.
_FILES = re.compile(r"\b(FILE|DIR|PATH|SOURCE|COMMAND|ADDRESS|BASE|OURS|THEIRS)\b")


def answer(group: LazyGroup, environment: Mapping[str, str]) -> int:
    """Print the candidates, one a line; the exit code is 1 where nothing can be said."""
    instruction = environment[QUESTION]
    reader = _READERS.get(instruction)
    if reader is None:
        return 1
    try:
        question = reader(group, {}, "yoi", QUESTION)
        typed, incomplete = question.get_completion_args()
        lines = list(_lines(question, typed, incomplete, quoted=reader is BashComplete))
    except (YoiError, ValueError, KeyError, OSError):
        return 1
    write_stdout("".join(line + "\n" for line in lines))
    return 0


def _lines(
    question: BashComplete | ZshComplete | FishComplete,
    typed: list[str],
    incomplete: str,
    *,
    quoted: bool,
) -> Iterator[str]:
    """Candidates with what they mean, quoted for bash, which inserts them as they are.

    bash parts `--state=ready` at its `=`; the others want the option with its value.
    """
    name, equals, _ = incomplete.partition("=")
    option = name + equals if name.startswith("--") and equals else ""
    words = [word for word in typed if word != "="]
    context = _resolve_context(question.cli, question.ctx_args, question.prog_name, words)
    asked, begun = _resolve_incomplete(context, words, incomplete)
    is_none = True
    for item in asked.shell_complete(context, begun):
        value = option + str(item.value)
        if item.type == "plain" and value == visible(value):
            is_none = False
            yield tsv((shlex.quote(value) if quoted else value, item.help or ""))
    if is_none and not _may_be_file(asked):
        yield ""


def _may_be_file(asked: Command | Parameter) -> bool:
    return isinstance(asked, Parameter) and _FILES.search(asked.metavar or "") is not None
