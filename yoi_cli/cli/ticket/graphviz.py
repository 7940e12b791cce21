"""Starting Graphviz, which draws what a DOT text describes."""

from __future__ import annotations

import subprocess

from yoi_cli.errors import OperationError

_SECONDS = 120


def svg_of(dot: str) -> str:
    """The picture of `dot` as SVG.

    Raises `OperationError`: `graphviz_missing`, `graphviz_failed`.
    """
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
