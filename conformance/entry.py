"""Where the program begins: `serve` has to be ready soon, and does not wait until every other command is loaded.

Not here: the commands (cli, serve).
"""

from __future__ import annotations

import sys
from importlib import import_module


def main() -> None:
    """Run the command line."""
    if sys.argv[1:2] == ["serve"]:
        import_module("certlife.conformance.serve").serve_command(sys.argv[2:], prog_name="certlife serve")
    import_module("certlife.conformance.cli").main(prog_name="certlife")
