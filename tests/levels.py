"""Runs scripts of this folder in processes of their own, whose kernels keep to a SIMD level."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

LEVELS = ("scalar", "sse4.2", "avx2")


def in_process(level, script, *arguments):
    """What a script of this folder prints as JSON, when kernels run at a level."""
    here = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, str(here / script), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"FASTAUG_SIMD": level, "PYTHONPATH": str(here)},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
