"""``python -m fastaug``: the command ``fastaug``."""

import sys

from fastaug.cli import main

sys.exit(main())
