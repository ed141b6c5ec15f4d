"""Runs the falsifier: `python -m certlife.conformance.falsifier FOLDER`."""

import sys

from certlife.conformance.falsifier.run import main

if __name__ == "__main__":
    sys.exit(main())
