"""From the type of a tool's arguments to its JSON Schema, and from a call to a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from yoi_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.errors import Json
    from yoi_cli.mcp.arguments import Arguments

_Kind = TypeVar("_Kind", bound="Arguments")
#: What tells a model nothing that it needs: every call is checked all the same.
_LEFT_OUT = frozenset({"title", "minLength"})
_SAYS_NOTHING: tuple[object, ...] = (None, "", [], False)


def schema_of(kind: type[Arguments]) -> dict[str, Json]:
    """The JSON Schema of a tool's arguments, without references, as short as can be."""
    from msgspec.json import schema

    found = schema(kind)
    definition = found["$defs"][kind.__name__]
    short = cast("dict[str, Json]", _short(definition, at_properties=False))
    short.pop("description", None)
    return short


def _short(value: object, *, at_properties: bool) -> Json:
    if isinstance(value, dict):
        kept = {
            key: _short(one, at_properties=key == "properties" and not at_properties)
            for key, one in value.items()
            if at_properties or key not in _LEFT_OUT
        }
        if at_properties:
            return kept
        return _without_null(kept)
    if isinstance(value, (list, tuple)):
        return [_short(one, at_properties=False) for one in value]
    return cast("Json", value)


def _without_null(schema: dict[str, Json]) -> dict[str, Json]:
    """An optional argument is left out, and null tells a model no more; empty defaults neither."""
    choices = schema.get("anyOf")
    if isinstance(choices, list):
        others = [one for one in choices if one != {"type": "null"}]
        if len(others) == 1 and isinstance(others[0], dict):
            rest = {key: one for key, one in schema.items() if key != "anyOf"}
            schema = {**others[0], **rest}
    if "enum" in schema:
        options = schema["enum"]
        if isinstance(options, list):
            schema["enum"] = [one for one in options if one is not None]
    return {
        key: one
        for key, one in schema.items()
        if not (key in ("default", "required") and one in _SAYS_NOTHING)
    }


def parse(kind: type[_Kind], given: Mapping[str, object]) -> _Kind:
    """The arguments of a call. Raises `UsageError` (`arguments_invalid`) where they are not what
    the schema says, naming what is wrong."""
    from msgspec import ValidationError, convert

    try:
        return convert(given, kind)
    except (ValidationError, RecursionError) as error:
        names = ", ".join(schema_names(kind))
        raise UsageError(
            "arguments_invalid",
            f"{error}."[:500],
            hint=f"The arguments are {names}; the tool's schema has their limits. "
            "Nothing was written.",
        ) from error


def refuse_unused(needed: str, **given: object) -> None:
    """Raise `UsageError` (`argument_unused`) where one of `given` has a value, though it is used
    only with `needed`: nothing that a caller says is passed over."""
    unused = [name for name, value in given.items() if value not in (None, "", ())]
    if unused:
        raise UsageError(
            "argument_unused",
            f"{unused[0]} is used only {needed}.",
            hint=f"Leave {unused[0]} out; nothing was written.",
            details={"arguments": unused},
        )


def schema_names(kind: type[Arguments]) -> tuple[str, ...]:
    """The names of a tool's arguments, as a call has them."""
    return tuple(kind.__struct_encode_fields__)
