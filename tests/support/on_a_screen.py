"""`yoi` whose standard output says that it is a terminal; COLUMNS says how wide it is."""

import sys

from yoi_cli.__main__ import main

sys.stdout.isatty = lambda: True  # type: ignore[method-assign]
main()
