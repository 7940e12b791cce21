"""What a shim takes from `typing`, `contextlib`, `functools` and `signal`, without loading them.

Those load `re`, `enum` and `collections`: nearly as much memory as Python has of its own, held for
as long as a worker runs, and half of the time that a shim takes to begin. In a program that has
them anyway, theirs are used.
"""

from __future__ import annotations

import sys

#: Checkers take the name for true, wherever it comes from.
TYPE_CHECKING = False

if TYPE_CHECKING or "typing" in sys.modules:
    import signal
    from contextlib import suppress
    from functools import cache
    from typing import NamedTuple
else:
    try:
        import _signal as signal  # all of `signal` but the names of its numbers
    except ImportError:
        import signal

    class NamedTuple(tuple):
        """A tuple whose places have names, as `typing.NamedTuple` makes them."""

        _fields = ()

        def __init_subclass__(cls):
            own = vars(cls)
            cls._fields = tuple(own["__annotations__"])
            cls._field_defaults = {name: own[name] for name in cls._fields if name in own}
            for place, name in enumerate(cls._fields):
                setattr(cls, name, property(lambda self, place=place: self[place]))

        def __new__(cls, *values, **named):
            rest = cls._fields[len(values) :]
            known = {**cls._field_defaults, **named}
            try:
                values += tuple(known[name] for name in rest)
            except KeyError as error:
                raise TypeError(f"{cls.__name__} has no value for {error}") from None
            if len(values) != len(cls._fields) or not named.keys() <= set(rest):
                raise TypeError(f"{cls.__name__} has {', '.join(cls._fields)}")
            return tuple.__new__(cls, values)

        @classmethod
        def _make(cls, values):
            return cls(*values)

        def _replace(self, **named):
            return type(self)(**{**self._asdict(), **named})

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __getnewargs__(self):
            return tuple(self)

        def __repr__(self):
            pairs = (f"{name}={value!r}" for name, value in self._asdict().items())
            return f"{type(self).__name__}({', '.join(pairs)})"

    class suppress:  # noqa: N801 (as `contextlib.suppress`)
        """Go on behind the block where one of these errors ends it."""

        def __init__(self, *errors):
            self._errors = errors

        def __enter__(self):
            return None

        def __exit__(self, kind, error, trace):
            return kind is not None and issubclass(kind, self._errors)

    def cache(function):
        """`function`, which works each answer out once."""
        known = {}

        def cached(*asked, **named):
            key = (asked, *named.items())
            if key not in known:
                known[key] = function(*asked, **named)
            return known[key]

        return cached


__all__ = ["TYPE_CHECKING", "NamedTuple", "cache", "signal", "suppress"]
