"""`yoi profile list`, `show` and `check`."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import workers
from yoi_cli.cli.candidates import complete_profiles
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.text.console import is_terminal, write_stdout
from yoi_cli.cli.text.page import Page
from yoi_cli.cli.text.report import report_json, report_lines, warn, write_rows
from yoi_cli.cli.text.table import ID, TEXT, Cell, Column, print_table
from yoi_cli.cli.trust import ask_for_trust
from yoi_cli.model.text import visible_block
from yoi_cli.model.workers.profiles import UNCONFINED, profile_toml

if TYPE_CHECKING:
    from yoi_cli.api.workers import CheckedProfiles, ProfileCheck, ProfileRow


def list_(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List the profiles of the configuration and the presets, with the roles they work as."""
    rows, foreign = workers.list_profiles(session_of(ctx))
    if as_json:
        from yoi_cli.api.documents.orchestrate import profiles_document

        report_json("profiles", profiles_document(rows, foreign))
        return
    cells = [
        (
            row.profile.name,
            Cell("preset" if row.profile.is_preset else "config", "dim"),
            ", ".join(row.roles),
            row.profile.prompt,
            shlex.join(row.profile.command),
        )
        for row in rows
    ]
    print_table(_COLUMNS, cells, empty="There are no profiles.")
    warn(
        f"The role {role} has the profile {selector!r}, which is another program's."
        for role, selector in foreign.items()
    )


def show(
    ctx: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="The profile.",
            autocompletion=complete_profiles,
            show_default=False,
        ),
    ],
    as_toml: Annotated[
        bool, typer.Option("--toml", help="Print its table for ticket.config.toml.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show one profile: its command, and the names of the variables that it is given."""
    row = workers.show_profile(session_of(ctx), name)
    print_profile(row, as_toml=as_toml, as_json=as_json)


def check(
    ctx: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="The profile; default those that roles use.",
            autocompletion=complete_profiles,
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Show what a profile lacks on this machine: its program, a variable that it requires, or
    its agent's login, where the agent can be asked for it.

    Exits 0 if it can run, else 1. Of variables only the names are shown. Where no role has
    a profile, all are checked, and one that can run is enough.
    """
    session = session_of(ctx)
    ask_for_trust(session)
    checked = workers.check_profiles(session, name)
    print_checks(checked, as_json=as_json)
    return 0 if checked.is_enough else 1


_COLUMNS = (
    Column("profile", ID, style="bold"),
    Column("from"),
    Column("roles"),
    Column("prompt"),
    Column("command", TEXT),
)
_CHECK_HEADER = ("profile", "runnable", "what", "value")


def print_profile(row: ProfileRow, *, as_toml: bool, as_json: bool) -> None:
    """One profile: facts, or a table for the configuration."""
    profile = row.profile
    if as_json:
        from yoi_cli.api.documents.orchestrate import profile_document

        report_json("profile", profile_document(row))
        return
    if as_toml:
        write_stdout(visible_block(profile_toml(profile)))
        return
    facts = [
        ("profile", profile.name),
        ("description", profile.description),
        ("from", "preset" if profile.is_preset else "config"),
        ("roles", ", ".join(row.roles)),
        ("command", shlex.join(profile.command)),
        ("prompt", profile.prompt),
        ("environment", ", ".join(profile.environment)),
        ("secrets", ", ".join(profile.secrets)),
        ("requires", ", ".join(profile.requires)),
        ("timeout", "" if profile.timeout is None else f"{profile.timeout:g} seconds"),
        (
            "idle_timeout",
            "" if profile.idle_timeout is None else f"{profile.idle_timeout:g} seconds",
        ),
        ("confine", profile.confine),
        ("writable", ", ".join(profile.writable)),
        ("readable", ", ".join(profile.readable or ())),
        ("ports", ", ".join(map(str, profile.ports or ()))),
        ("terminal", "yes" if profile.terminal else ""),
        ("fallback", profile.fallback),
        ("agent", profile.agent),
        ("group", profile.group),
    ]
    shown = [(name, value) for name, value in facts if value]
    report_lines(shown, [f"{name + ':':<13} {value}" for name, value in shown])


def print_checks(checked: CheckedProfiles, *, as_json: bool) -> None:
    """Whether profiles can run here, and what each lacks."""
    if as_json:
        from yoi_cli.api.documents.orchestrate import profile_checks_document

        report_json("profile_checks", profile_checks_document(checked))
    elif is_terminal(sys.stdout):
        _page(checked).show()
    else:
        rows = [row for check in checked.checks for row in _check_rows(check)]
        rows += [("", "no", role, message) for role, message in checked.role_problems]
        write_rows((_CHECK_HEADER, *rows))


def _check_rows(check: ProfileCheck) -> list[tuple[str, str, str, str]]:
    name, runnable = check.profile.name, "yes" if check.is_runnable else "no"
    rows = [
        ("program", check.program or ""),
        ("version", check.version or ""),
        *(("set" if one.is_set else "not set", one.name) for one in check.variables),
        ("login", check.login),
        ("confine", _confined(check)),
        *(("writable", path) for path in check.writable),
        *(("not passed", _why_withheld(one)) for one in check.withheld),
        *(("missing", sentence) for sentence in check.missing),
    ]
    return [(name, runnable, what, value) for what, value in rows if value]


def _confined(check: ProfileCheck) -> str:
    """How a profile is confined here."""
    if check.confine == UNCONFINED:
        return "off"
    if not check.landlock:
        return f"{check.confine}, which this kernel cannot do: nothing confines it"
    return f"{check.confine} (Landlock {check.landlock})"


def _why_withheld(name: str) -> str:
    return f"{name} looks like a secret; name it in the profile's secrets."


def _page(checked: CheckedProfiles) -> Page:
    page = Page()
    for check in checked.checks:
        verdict = Cell("can run", "green") if check.is_runnable else Cell("cannot run", "red")
        roles = f" as {', '.join(check.roles)}" if check.roles else ""
        page.line(Cell(check.profile.name, "bold"), "  ", verdict, roles)
        for sentence in check.missing:
            page.line("  ", Cell(sentence, "yellow"))
        for name in check.withheld:
            page.line("  ", Cell(f"Not passed: {_why_withheld(name)}", "yellow"))
        if check.program:
            page.line("  ", Cell("program  ", "dim"), check.program)
            page.line("  ", Cell("version  ", "dim"), check.version or "not asked, or not told")
        if check.login:
            page.line("  ", Cell("login    ", "dim"), check.login)
        if check.program:
            page.line("  ", Cell("confine  ", "dim"), _confined(check))
        for path in check.writable if check.program else ():
            page.line("  ", Cell("writable ", "dim"), path)
        for word, is_set in (("set      ", True), ("not set  ", False)):
            names = [one.name for one in check.variables if one.is_set is is_set]
            if names and check.program:
                page.line("  ", Cell(word, "dim"), ", ".join(names))
    for role, message in checked.role_problems:
        page.line(Cell(f"role {role}", "bold"), "  ", Cell("cannot run", "red"), f"  {message}")
    return page
