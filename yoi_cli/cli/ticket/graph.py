"""`yoi ticket graph`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import queries
from yoi_cli.cli.candidates import complete_words
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption, OutputOption, check_format, tickets_argument
from yoi_cli.cli.text.console import write_stdout
from yoi_cli.cli.ticket.graph_tree import (
    print_drawn,
    print_graph,
    tree_text,
    warn_of_graph,
)
from yoi_cli.errors import OperationError, UsageError

if TYPE_CHECKING:
    from yoi_cli.model.graph import Graph

TREE = "tree"
MERMAID = "mermaid"
DOT = "dot"
SVG = "svg"
FORMATS = (TREE, MERMAID, DOT, SVG)
#: How long Graphviz may draw.
_SECONDS = 120


def graph(
    ctx: typer.Context,
    tickets: Annotated[
        list[str] | None,
        tickets_argument("Draw what these wait for and what waits for them; default all."),
    ] = None,
    with_closed: Annotated[bool, typer.Option("--all", help="Include closed tickets.")] = False,
    related: Annotated[
        bool, typer.Option("--related", help="Include relations that order nothing, dotted.")
    ] = False,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="tree, mermaid, dot or svg (drawn by Graphviz).",
            autocompletion=complete_words(FORMATS),
        ),
    ] = TREE,
    output: OutputOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draw which tickets wait for which, with the critical path and cycles marked.

    An arrow leads from a ticket to what it waits for. The critical path is the longest chain
    of tickets that are not done. Tickets without any line are counted, not drawn.
    """
    _check(form, output, as_json=as_json)
    graph = queries.draw_graph(
        session_of(ctx), tickets or (), closed_too=with_closed, related=related
    )
    if output is not None and output != "-":
        from yoi_cli.cli.output_file import output_file

        text = _picture(graph, form)
        with output_file(output) as file:
            file.write(text.encode("utf-8", "backslashreplace"))
        print_drawn(graph, form, output)
    elif as_json or form == TREE:
        print_graph(graph, as_json=as_json)
    else:
        write_stdout(_picture(graph, form))  # titles in it are escaped already
        warn_of_graph(graph)


def _check(form: str, output: str | None, *, as_json: bool) -> None:
    check_format(form, FORMATS)
    if as_json and (form != TREE or output is not None):
        raise UsageError(
            "format_given_twice",
            "--json prints the graph itself, not a picture of it.",
            hint="Leave out --format and --output, or --json.",
        )


def _picture(graph: Graph, form: str) -> str:
    if form == TREE:
        return tree_text(graph)
    from yoi_cli.cli.ticket.graph_text import dot, mermaid

    if form == MERMAID:
        return mermaid(graph)
    if form == DOT:
        return dot(graph)
    return svg_of(dot(graph))


def svg_of(dot: str) -> str:
    """The picture of `dot` as SVG.

    Raises `OperationError`: `graphviz_missing`, `graphviz_failed`.
    """
    import subprocess

    try:
        done = subprocess.run(
            ["dot", "-Tsvg"],
            input=dot.encode(),
            capture_output=True,
            check=False,
            timeout=_SECONDS,
        )
    except FileNotFoundError as error:
        raise OperationError(
            "graphviz_missing",
            "Graphviz, which draws SVG, is not installed.",
            hint="Install Graphviz (its program is called `dot`), or use --format mermaid, which "
            "many web sites draw themselves.",
        ) from error
    except subprocess.TimeoutExpired as error:
        raise _failed(f"it took longer than {_SECONDS} seconds") from error
    if done.returncode != 0:
        raise _failed(done.stderr.decode("utf-8", "replace").strip() or "it said nothing")
    return done.stdout.decode("utf-8", "replace")


def _failed(why: str) -> OperationError:
    return OperationError(
        "graphviz_failed",
        f"Graphviz did not draw the graph: {why[:500]}.",
        hint="Name some tickets, so that the graph becomes smaller, or use --format dot.",
    )
