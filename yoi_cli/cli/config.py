"""`yoi config get`, `set` and `list`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import configuration as api
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.text.report import report_json, report_lines
from yoi_cli.cli.text.table import ID, PROSE, Column, print_table

if TYPE_CHECKING:
    from yoi_cli.api.configuration import Setting

KeyArgument = Annotated[
    str, typer.Argument(metavar="KEY", help="Its path, such as routing.max_in_progress.")
]


def get(ctx: typer.Context, key: KeyArgument, as_json: JsonOption = False) -> None:
    """Print the value of a setting that holds: what the file says, or the default.

    \b
    Example:
      yoi config get routing.require_acceptance
    """
    found = api.get(session_of(ctx), key)
    if as_json:
        _print_json(found)
    else:
        shown = _shown(found)
        report_lines([(shown,)], [shown])


def set_(
    ctx: typer.Context,
    key: KeyArgument,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="A value of TOML, or a text.")],
    as_json: JsonOption = False,
) -> None:
    """Say a setting in .yoi/ticket.config.toml; the rest of the file stays as it is.

    An unknown key and a value of another type are refused, and then nothing is written.

    \b
    Example:
      yoi config set orchestration.validate '[["make", "test"]]'
      yoi config set -- filters.mine '--assignee ada'
    """
    found = api.set_value(session_of(ctx), key, value)
    if as_json:
        _print_json(found)
    else:
        report_lines([("set", key, _shown(found))], [f"{key} is {_shown(found)}."])


def list_(
    ctx: typer.Context,
    origin: Annotated[
        bool, typer.Option("--origin", help="Show the line of the file that says each.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List every setting with the value that holds."""
    found = api.list_settings(session_of(ctx))
    if as_json:
        from yoi_cli.api.documents.configuration import settings_document

        report_json("settings", settings_document(found))
        return
    columns = (Column("key", ID), Column("value", PROSE), Column("origin"))
    rows = [(one.key, _shown(one), _origin(one)) for one in found]
    shown = [row if origin else row[:2] for row in rows]
    print_table(columns if origin else columns[:2], shown, empty="No settings.")


def _print_json(found: Setting) -> None:
    from yoi_cli.api.documents.configuration import setting_document

    report_json("setting", setting_document(found))


def _shown(found: Setting) -> str:
    from yoi_cli.api.configuration import shown_value

    return shown_value(found)


def _origin(found: Setting) -> str:
    return "default" if found.line is None else f"line {found.line}"
