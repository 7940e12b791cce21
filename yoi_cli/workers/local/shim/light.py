"""What a shim takes from `contextlib`, `functools` and `signal`, without loading them.

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
else:
    try:
        import _signal as signal  # all of `signal` but the names of its numbers
    except ImportError:
        import signal

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


__all__ = ["TYPE_CHECKING", "cache", "signal", "suppress"]
