"""What a shell is told when it asks what may stand next.

The question comes in the environment, in Typer's form; Typer reads it and finds the
candidates. Only the answer is our own: text that no shell evaluates, without Rich.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

from typer._completion_classes import BashComplete, FishComplete, ZshComplete

from yoi_cli.cli.text.console import write_stdout
from yoi_cli.errors import YoiError
from yoi_cli.model.text import tsv, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.cli.lazy import LazyGroup

QUESTION = "_YOI_COMPLETE"

_READERS: Mapping[str, type[BashComplete | ZshComplete | FishComplete]] = {
    "complete_bash": BashComplete,
    "complete_zsh": ZshComplete,
    "complete_fish": FishComplete,
}


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
    for item in question.get_completions([word for word in typed if word != "="], incomplete):
        value = option + str(item.value)
        if item.type != "plain" or value != visible(value):
            continue
        yield tsv((shlex.quote(value) if quoted else value, item.help or ""))
