"""Lines of bodies that could be read as structure, escaped (docs/format.md, "Escaping").

Two rules. The first knows lines as `\\n` ends them. Where other programs may yet make a
separator or a header of what that rule passes over (by changing line ends, or by taking white
space from the ends of lines), the header of the event says `escaping: line_ends`, and its body
is written and read by the second rule, which takes whatever ends lines anywhere for a line end
and every white space for a blank.
"""

from __future__ import annotations

import re

#: The attribute of a header, and its value, for bodies that are escaped by the second rule.
ESCAPING = "escaping"
LINE_ENDS = "line_ends"

_STRUCTURE = r"\\*[ \t]*(?:---[ \t]*$|<!-- event:)"
_ESCAPABLE = rf"(?m)^{_STRUCTURE}"
_ESCAPED = rf"(?m)^\\(?={_STRUCTURE})"
#: What ends lines for some program, and what some program takes from their ends.
_ENDS = "\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029"
_BLANKS = " \t\x1f\xa0\u1680\u2000-\u200a\u202f\u205f\u3000\ufeff"
_ANY_STRUCTURE = rf"\\*[{_BLANKS}]*(?:---[{_BLANKS}]*(?:[{_ENDS}]|\Z)|<!-- event:)"
_ANY_ESCAPABLE = rf"(?:\A|(?<=[{_ENDS}]))(?={_ANY_STRUCTURE})"
_ANY_ESCAPED = rf"(?:\A|(?<=[{_ENDS}]))\\(?={_ANY_STRUCTURE})"


def escape_body(body: str) -> str:
    """`body` by the first rule, with a backslash before each line that could be structure."""
    if not _may_hold_structure(body):
        return body
    return re.sub(_ESCAPABLE, lambda match: "\\" + match.group(), body)


def escape_any_line(body: str) -> str:
    """`body` by the second rule; where that is the same as by the first, it need not be said."""
    return re.sub(_ANY_ESCAPABLE, r"\\", body) if _may_hold_structure(body) else body


def unescape_body(body: str) -> str:
    """The inverse of `escape_body`."""
    return re.sub(_ESCAPED, "", body) if "\\" in body else body


def unescape_any_line(body: str) -> str:
    """The inverse of `escape_any_line`, whatever became of the line ends meanwhile."""
    return re.sub(_ANY_ESCAPED, "", body) if "\\" in body else body


def _may_hold_structure(body: str) -> bool:
    return "---" in body or "<!-- event:" in body
