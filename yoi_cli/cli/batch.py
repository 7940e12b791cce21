"""`yoi batch`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.api.batch import Answer, run_batch
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import AuthorOption, CommitOption, JsonOption
from yoi_cli.cli.text.console import write_stdout
from yoi_cli.cli.text.report import report_json, warn
from yoi_cli.cli.text_input import opened_source


def batch(
    ctx: typer.Context,
    source: Annotated[
        str, typer.Argument(metavar="[FILE]", help="A file of operations; - for standard input.")
    ] = "-",
    atomic: Annotated[
        bool, typer.Option("--atomic", help="Make all operations, or none of them.")
    ] = False,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> int:
    """Make many changes at once: one JSON object a line, {"op": "comment", …}.

    Every line is answered by one, in order: `ok`, or an error with its code. One that fails keeps
    no other from its turn; the exit code is then that of the last that failed. `yoi schema
    operation` has all operations. With --json the answers are one document.

    \b
    Example:
      echo '{"op": "comment", "ticket": "00001M7WFCY38", "message": "Found."}' | yoi batch
    """
    session, answers = session_of(ctx), list[Answer]()
    give = answers.append if as_json else _print_answer
    with opened_source(source) as stream:
        outcome = run_batch(session, stream, give, atomic=atomic, author=author, commit=commit)
    if as_json:
        from yoi_cli.api.documents.batch import operations_document

        report_json("operations", operations_document(answers))
    warn(outcome.warnings)
    return 0 if outcome.error is None else outcome.error.exit_code


def _print_answer(answer: Answer) -> None:
    from yoi_cli.api.documents.batch import operation_answer_document
    from yoi_cli.api.documents.envelope import json_line

    write_stdout(json_line(operation_answer_document(answer)))
