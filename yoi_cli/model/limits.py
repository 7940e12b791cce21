"""How much is read of one file or one input (docs/format.md, "Limits").

Whatever is larger is refused with its size, before memory is taken for it: a store may hold what
somebody put there by mistake, or to do harm.
"""

from __future__ import annotations

_MIB = 1 << 20

#: A text that a person or a program gives: the body of an event, a description.
MOST_TEXT = 16 * _MIB
#: A settings file.
MOST_SETTINGS = _MIB
#: A thread: some two and a half million events.
MOST_THREAD = 256 * _MIB
#: Every other file that yoi gives a meaning: an item, relations, plan records.
MOST_RECORD = 64 * _MIB
#: A file that only travels: an artifact.
MOST_FILE = 1024 * _MIB


def shown_size(size: int) -> str:
    """A number of bytes for people: `3.0 GiB`, `64 MiB`."""
    for unit, factor in (("GiB", 1 << 30), ("MiB", _MIB), ("KiB", 1 << 10)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}".replace(".0 MiB", " MiB").replace(".0 KiB", " KiB")
    return f"{size} bytes"
