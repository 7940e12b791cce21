"""`yoi runtime list`, `show`, `add`, `remove` and `test`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.text.report import report_json, report_lines, warn
from yoi_cli.cli.text.table import ID, TEXT, TIME, Cell, Column, print_table
from yoi_cli.model.time import stamp

if TYPE_CHECKING:
    from yoi_cli.api.registry import Registry

RuntimeArgument = Annotated[
    str, typer.Argument(metavar="RUNTIME", help="The runtime's id.", show_default=False)
]
_INCOMPATIBLE = 1


def list_(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List this clone's runtime, and those on other machines that it names; none is asked."""
    registry = _registry(ctx)
    rows, problem = registry.rows(), registry.problem
    if as_json:
        from yoi_cli.api.documents.registry import runtimes_document

        report_json("runtimes", runtimes_document(rows, problem.code if problem else None))
    else:
        cells = [
            (
                row.runtime_id,
                row.kind,
                row.name,
                "" if row.unreachable_since is None else stamp(row.unreachable_since),
                Cell(row.code, "red"),
            )
            for row in rows
        ]
        print_table(_COLUMNS, cells, empty="")
    if problem is not None:
        warn([problem.message])


def show(ctx: typer.Context, runtime: RuntimeArgument, as_json: JsonOption = False) -> None:
    """Show what the registry says of a runtime: where it is, and where its token is found."""
    registry = _registry(ctx)
    entry = registry.entry(runtime)
    if as_json:
        from yoi_cli.api.documents.registry import runtime_entry_document

        report_json("runtime_entry", runtime_entry_document(runtime, entry))
        return
    said = [(name, _shown(getattr(entry, name))) for name in entry.keys_of_its_kind()]
    rows = [("runtime", runtime), *said, ("file", registry.path)]
    report_lines(rows, [f"{name:<13} {value}" for name, value in rows if value])


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def add(
    ctx: typer.Context,
    runtime: RuntimeArgument,
    url: Annotated[
        str, typer.Option("--url", metavar="URL", help="https://HOST:PORT, or unix:PATH.")
    ] = "",
    token_file: Annotated[
        str | None,
        typer.Option("--token-file", metavar="FILE", help="The file that has its token."),
    ] = None,
    token_env: Annotated[
        str | None,
        typer.Option("--token-env", metavar="NAME", help="The variable that has its token."),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="TEXT", help="A label for people.")
    ] = None,
    kind: Annotated[
        str, typer.Option("--kind", metavar="KIND", help="http, slurm or ssh.")
    ] = "http",
    timeout: Annotated[
        float,
        typer.Option(
            "--timeout", min=0.1, max=600, metavar="SECONDS", help="How long an answer may take."
        ),
    ] = 10.0,
    workspace: Annotated[
        list[str] | None,
        typer.Option("--workspace", metavar="ID", help="Only if it works for this workspace."),
    ] = None,
    remote: Annotated[
        str | None,
        typer.Option("--remote", metavar="NAME", help="The git remote to exchange branches by."),
    ] = None,
    places: Annotated[
        int | None,
        typer.Option("--places", metavar="N", min=1, help="At most N workers of a run there."),
    ] = None,
    folder: Annotated[
        str | None,
        typer.Option(
            "--folder",
            metavar="DIR",
            help="slurm: a folder that its machines see too. ssh: the clone there.",
        ),
    ] = None,
    host: Annotated[
        str | None,
        typer.Option("--host", metavar="HOST", help="ssh: the host, as ssh knows it."),
    ] = None,
    partition: Annotated[
        str | None, typer.Option("--partition", metavar="NAME", help="slurm: its partition.")
    ] = None,
    time: Annotated[
        str | None, typer.Option("--time", metavar="TIME", help="slurm: how long a job may run.")
    ] = None,
    account: Annotated[
        str | None, typer.Option("--account", metavar="NAME", help="slurm: whom it is charged to.")
    ] = None,
    sbatch: Annotated[
        list[str] | None,
        typer.Option("--sbatch", metavar="OPTION", help="slurm: another option of sbatch."),
    ] = None,
    python: Annotated[
        str | None,
        typer.Option("--python", metavar="FILE", help="slurm, ssh: Python 3.11 or newer there."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Add a runtime on another machine to this clone's registry. Nothing is sent to it.

    \b
    Examples:
      yoi runtime add big --url https://big.example:8443 --token-file ~/.config/big-token
      yoi runtime add hpc --kind slurm --partition long --time 8:00:00 --sbatch=--mem=4G
      yoi runtime add gpu --kind ssh --host me@gpu.example --folder /srv/project
    """
    from yoi_cli.api.registry import SSH, RuntimeEntry, check_kind

    check_kind(kind)
    is_there = kind == SSH  # where paths are another machine's
    entry = RuntimeEntry(
        kind=kind,  # type: ignore[arg-type]
        url=url,
        name=name,
        token_env=token_env,
        token_file=_absolute(token_file),
        timeout=timeout,
        workspaces=tuple(workspace or ()),
        remote=remote,
        places=places,
        folder=folder if is_there else _absolute(folder),
        partition=partition,
        time=time,
        account=account,
        arguments=tuple(sbatch or ()),
        python=python if is_there else _absolute(python),
        host=host,
    )
    _registry(ctx).add(runtime, entry)
    if as_json:
        from yoi_cli.api.documents.registry import runtime_entry_document

        report_json("runtime_entry", runtime_entry_document(runtime, entry))
        return
    report_lines(
        [("runtime", runtime)],
        [f"Added {runtime}.", f"`yoi runtime test {runtime}` says whether it can be used."],
    )


def _absolute(path: str | None) -> str | None:
    import os

    return path if path is None or path.startswith("~/") else os.path.abspath(path)


def remove(
    ctx: typer.Context,
    runtime: RuntimeArgument,
    force: Annotated[
        bool, typer.Option("--force", help="Also with workers that have not ended; they go on.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Take a runtime out of this clone's registry. Its workers stay where they are."""
    _registry(ctx).remove(runtime, force=force)
    if as_json:
        from yoi_cli.api.documents.registry import RuntimeRemovedDocument

        report_json("runtime_removed", RuntimeRemovedDocument(runtime_id=runtime))
        return
    report_lines([("removed", runtime)], [f"Removed {runtime}."])


def test(ctx: typer.Context, runtime: RuntimeArgument, as_json: JsonOption = False) -> int:
    """Ask a runtime for its version, and try each capability that is needed.

    Of one by Slurm a job tries whether its machine sees the workers' folder and
    its locks; it is waited for half a minute.

    Exits 0 where it is compatible, else 1. The result is not kept.
    """
    from yoi_cli.api.negotiation import test as negotiate

    found = negotiate(_registry(ctx), runtime)
    if as_json:
        from yoi_cli.api.documents.registry import runtime_test_document

        report_json("runtime_test", runtime_test_document(found))
        return 0 if found.is_compatible else _INCOMPATIBLE
    word = "compatible" if found.is_compatible else "not compatible"
    lines = [f"{runtime} is {word}."]
    if found.code:
        lines.append(found.message)
    rows = [(runtime, word, found.code)]
    for one in found.checks:
        said = "yes" if one.is_there else "no"
        words = f"{one.why} {one.hint}".strip()
        lines.append(f"{said:<4} {one.name:<12} {words}".rstrip())
        rows.append((one.name, said, words))
    report_lines(rows, lines)
    return 0 if found.is_compatible else _INCOMPATIBLE


_COLUMNS = (
    Column("runtime", ID, style="bold"),
    Column("kind"),
    Column("name", TEXT),
    Column("unreachable since", TIME),
    Column("code"),
)


def _registry(ctx: typer.Context) -> Registry:
    from yoi_cli.api.registry import Registry

    return Registry(session_of(ctx))
