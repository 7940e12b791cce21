"""A reviewer for `yoi orchestrate` that needs no model: every new function wants a test.

It reads the commits in front of it, changes nothing, says what it found, and gives its
verdict with its last line, as docs/orchestrate.md says.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

_FUNCTION = re.compile(r"^\+def ([a-z]\w*)\(", re.MULTILINE)


def git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def main() -> int:
    base = git("merge-base", "HEAD", os.environ["YOI_TARGET"]).strip()
    added = _FUNCTION.findall(git("diff", base, "HEAD", "--", "*.py", ":!test_*.py"))
    tests = "\n".join(git("show", f"HEAD:{name}") for name in git("ls-files", "test_*.py").split())
    untested = [name for name in added if f"{name}(" not in tests]
    for name in untested:
        print(f"- `{name}` has no test; add one that fails without it.")
    if not untested:
        print(
            f"Looked at {git('rev-list', '--count', f'{base}..HEAD').strip()} commits; "
            "every new function has a test."
        )
    print("YOI-REVIEW:", "request_changes" if untested else "approve")
    return 0


if __name__ == "__main__":
    sys.exit(main())
