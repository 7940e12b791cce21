"""Write docs/ as HTML, from the same files that a forge shows.

Run it as `.venv/bin/python docs/make_html.py FOLDER`, or by `make docs`. The pages need nothing
from elsewhere: no script, no font, one style.
"""

from __future__ import annotations

import html
import re
import shutil
import sys
from pathlib import Path

from markdown_it import MarkdownIt

DOCS = Path(__file__).parent
README = DOCS.parent / "README.md"
ABOVE = tuple(
    DOCS.parent / f"{name}.md" for name in ("README", "CONTRIBUTING", "ARCHITECTURE", "CHANGELOG")
)
_STYLE = """
body { max-width: 48rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 sans-serif;
  color: #1a1a1a; background: #fff; }
pre { overflow-x: auto; padding: .75rem; background: #f4f4f4; }
code { font-family: monospace; } table { border-collapse: collapse; display: block;
  overflow-x: auto; } td, th { border: 1px solid #ccc; padding: .25rem .5rem; text-align: left; }
img { max-width: 100%; } nav a { margin-right: .75rem; }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #181818; }
  pre { background: #242424; } a { color: #8ab4f8; } }
"""
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><style>{style}</style></head>
<body><nav>{nav}</nav>
{body}</body></html>
"""
_HEADING = re.compile(r"<(h[1-6])>(.*?)</\1>")
_LINK = re.compile(r'(href|src)="([^":#]*)(#[^"]*)?"')


def main(folder: Path) -> None:
    """Write the pages and their pictures into `folder`, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    sources = [*ABOVE, *sorted(DOCS.glob("*.md"))]
    nav = " ".join(f'<a href="{_name(one)}">{_title(one)}</a>' for one in sources)
    for one in sources:
        (folder / _name(one)).write_text(page(one, nav), encoding="utf-8")
    for page_text in [path.read_text(encoding="utf-8") for path in folder.glob("*.html")]:
        for _, target, _ in _LINK.findall(page_text):
            _copy(target, folder)


def _copy(target: str, folder: Path) -> None:
    """Put a picture or another file of the repository, to which a page leads, beside the pages."""
    for root in (DOCS, DOCS.parent):
        if target and (root / target).is_file() and not (folder / target).exists():
            (folder / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / target, folder / target)


def page(source: Path, nav: str) -> str:
    """The page of one file."""
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(_read(source))
    body = _HEADING.sub(lambda m: f'<{m[1]} id="{_anchor(m[2])}">{m[2]}</{m[1]}>', body)
    body = _LINK.sub(lambda m: f'{m[1]}="{_target(m[2])}{m[3] or ""}"', body)
    title = html.escape(_title(source))
    return _PAGE.format(title=title, style=_STYLE, nav=nav, body=body)


def _read(source: Path) -> str:
    return source.read_text(encoding="utf-8")


def _title(source: Path) -> str:
    return _read(source).split("\n", 1)[0].removeprefix("# ")


def _name(source: Path) -> str:
    return "index.html" if source == README else f"{source.stem}.html"


def _anchor(heading: str) -> str:
    """What a forge calls a heading: its words in small letters, with hyphens between."""
    words = re.sub(r"[^\w\s-]", "", html.unescape(re.sub(r"<[^>]+>", "", heading)).lower())
    return re.sub(r"\s", "-", words.strip())


def _target(path: str) -> str:
    """Where a link leads to among the pages; what is no page of ours stays as it is."""
    name = path.removeprefix("docs/").removeprefix("../")
    if name == README.name:
        return "index.html"
    return f"{name.removesuffix('.md')}.html" if name.endswith(".md") else name


if __name__ == "__main__":
    main(Path(sys.argv[1]))
