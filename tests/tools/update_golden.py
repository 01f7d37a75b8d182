"""Writes ``tests/data/golden.json`` anew, on purpose: whoever runs this says that seeds may give other pixels from now on.

Run it as ``python tests/tools/update_golden.py``, and say in the changelog why. If draws changed, ``DRAWS_VERSION`` rises.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from fastaug import _core
from golden_policies import FILE, golden, written


def main() -> None:
    before = written()["hashes"] if FILE.exists() else {}
    hashes = golden()
    FILE.write_text(json.dumps({"draws": _core.DRAWS_VERSION, "hashes": hashes}, indent=1) + "\n", encoding="utf-8")
    for name in sorted(before.keys() | hashes.keys()):
        if before.get(name) != hashes.get(name):
            print("new" if name not in before else "gone" if name not in hashes else "changed", name)


if __name__ == "__main__":
    main()
