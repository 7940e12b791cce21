"""The templates, and what they may call. Everything that they write is escaped."""

from __future__ import annotations

import os
import time
from functools import cache, partial
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

import yoi_cli
from yoi_cli.model.text import visible
from yoi_cli.model.time import seconds_of, stamp
from yoi_cli.server.pages.markup import markdown, plain
from yoi_cli.server.pages.words import translate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from yoi_cli.server.pages.screen import Screen, Visit

#: Where the files are that pages are made of.
FILES = os.path.join(os.path.dirname(os.path.abspath(yoi_cli.__file__)), "web")
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


@cache
def environment() -> Environment:
    """The templates; a text that is no markup is made visible, then escaped."""
    made = Environment(
        loader=FileSystemLoader(os.path.join(FILES, "templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
        auto_reload=False,
    )
    made.filters["plain"] = plain
    made.filters["as_typed"] = as_typed
    made.filters["stamp"] = stamp
    made.filters["tail"] = lambda word: str(word)[-6:]
    made.filters["bytes"] = size_text
    made.filters["span"] = span_text
    return made


def render(screen: Screen, visit: Visit, more: Mapping[str, object]) -> str:
    """The page."""
    template = environment().get_template(screen.template)
    t = partial(translate, visit.language)
    return template.render(
        {
            "t": t,
            "base": visit.base,
            "api": visit.api,
            "visit": visit,
            "screen": screen,
            "markdown": partial(markdown, base=visit.base),
            "when": partial(when, t=t),
            **more,
            **screen.values,
        }
    )


def _finalize(value: object) -> object:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def as_typed(text: str) -> Markup:
    """Text for the value of a field, as somebody typed it: it is sent back the same."""
    return escape(text.encode("utf-8", "replace").decode("utf-8"))


def when(at: str | int | None, t: partial[str]) -> Markup:
    """An instant as how long ago it was, with the instant itself for whoever wants to know."""
    if not at:
        return Markup('<span class="quiet">–</span>')
    exact = stamp(at) if isinstance(at, int) else at
    seconds = seconds_of(exact)
    if seconds is None:
        return Markup("<span>{}</span>").format(visible(exact))
    passed = max(0, int(time.time()) - seconds)
    shown = t("just now") if passed < _MINUTE else t("{span} ago").format(span=span_text(passed, t))
    if passed > 60 * _DAY:
        shown = exact[:10]
    local = f"{exact[:10]} {exact[11:16]} UTC"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(exact, local, shown)


def span_text(seconds: float | None, t: Callable[[str], str] = str) -> str:
    """A length of time in one or two units."""
    if seconds is None:
        return "–"
    whole = int(seconds)
    if whole < _MINUTE:
        return t("{n} s").format(n=whole)
    if whole < _HOUR:
        return t("{n} min").format(n=whole // _MINUTE)
    if whole < 2 * _DAY:
        return t("{n} h").format(n=whole // _HOUR)
    return t("{n} d").format(n=whole // _DAY)


def size_text(count: int) -> str:
    """A number of bytes."""
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return ""
