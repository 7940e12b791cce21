"""Command groups that import a command's module only when it is run."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from yoi_cli.cli.registry import GROUPS, CommandEntry

if TYPE_CHECKING:
    from typer._click.core import Command, Context
    from typer._click.shell_completion import CompletionItem

RootOptions = Callable[[typer.Context, str | None, bool, bool], None]


class _Formatter(Protocol):
    """What a group needs of the help formatter, which Typer does not make public."""

    def section(self, name: str) -> AbstractContextManager[None]: ...

    def write_dl(self, rows: Sequence[tuple[str, str]]) -> None: ...


class LazyGroup(TyperGroup):
    """A group whose commands stand in the registry under its `path`.

    Help, completion and suggestions work on the registry's sentences alone.
    """

    path = ""
    entries: Mapping[str, CommandEntry] = {}
    _is_naming = False

    def fill(self, path: str) -> LazyGroup:
        """Take the commands that the registry has under `path`."""
        self.path = path
        self.entries = {entry.name: entry for entry in GROUPS[path].entries}
        for entry in self.entries.values():
            self.commands[entry.name] = TyperCommand(entry.name, help=entry.summary)
        return self

    def get_command(self, ctx: object, cmd_name: str) -> TyperCommand | LazyGroup | None:
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        if self._is_naming:
            return cast(TyperCommand, self.commands[cmd_name])
        if entry.function is None:
            return make_group(f"{self.path} {entry.name}".strip())
        return _load(entry)

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, Command | None, list[str]]:
        """The command that `args` begin with. Raises `UsageError` with what was meant."""
        if args and not ctx.resilient_parsing and args[0] not in self.entries:
            from yoi_cli.cli.suggestions import no_such_command

            raise no_such_command(self.path, args[0])
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: Context, incomplete: str) -> list[CompletionItem]:
        """Name the commands by their sentences; none is imported for that."""
        self._is_naming = True
        try:
            return super().shell_complete(ctx, incomplete)
        finally:
            self._is_naming = False

    def format_commands(self, ctx: object, formatter: _Formatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {}
        for entry in self.entries.values():
            sections.setdefault(entry.section, []).append((entry.name, entry.summary))
        for section, rows in sections.items():
            with formatter.section(section):
                formatter.write_dl(rows)


def make_group(path: str, callback: RootOptions | None = None) -> LazyGroup:
    """The group under `path` in the registry; `callback` takes the options before it."""
    app = typer.Typer(
        name=path.rpartition(" ")[2] or "yoi",
        cls=LazyGroup,
        help=GROUPS[path].help,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    if callback is None:
        app.callback()(_no_options)
    else:
        app.callback()(callback)
    return cast(LazyGroup, get_command(app)).fill(path)


def _no_options() -> None:
    """A group without options of its own."""


def _load(entry: CommandEntry) -> TyperCommand:
    module, _, function = (entry.function or "").partition(":")
    command = getattr(importlib.import_module(f"yoi_cli.cli.{module}"), function)
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.command(entry.name)(command)
    loaded = cast(TyperCommand, get_command(app))
    for one in loaded.params:
        if one.name == "ticket" and one.required and one.metavar == "TICKET":
            # It is told from the branch or the worktree that one stands in.
            one.required, one.callback = False, _infer_ticket
            one.metavar = "[TICKET]"
    return loaded


def _infer_ticket(ctx: Context, param: object, value: str | None) -> str | None:
    if value is not None or ctx.resilient_parsing:
        return value
    from yoi_cli.cli.context import inferred_ticket

    return inferred_ticket(cast(typer.Context, ctx))
