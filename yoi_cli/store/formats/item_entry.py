"""What both readers of item.md give: entries, and the error for what is none (docs/format.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import StoreInvalidError
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from yoi_cli.model.item import FieldValue


class FrontmatterEntry(NamedTuple):
    """One `key: value` of a frontmatter and where it stands.

    `line` is the file's (the opening `---` is line 1). The offsets count the characters of
    the text between the two `---` lines: where the key begins, the place just after its
    colon, and the value from its first character to just after its last.
    """

    key: str
    value: FieldValue
    line: int
    key_start: int
    colon_end: int
    start: int
    end: int


def item_error(
    path: str, line: int, problem: str, hint: str, *, code: str = "item_frontmatter_invalid"
) -> StoreInvalidError:
    """The error for an item that cannot be read: `problem` ends `<path>, line <n>: …`."""
    return StoreInvalidError(
        code,
        f"{path}, line {line}: {problem}.",
        hint=hint,
        details={"path": path, "line": line},
    )
