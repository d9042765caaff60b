#!/usr/bin/env python3
"""Each row of tests/hosting/rows.md is named by a test, unless its last column says why not."""

import re
import sys
from pathlib import Path


def main() -> int:
    root = Path(sys.argv[1])
    named = set()
    for path in sorted((root / "tests").rglob("*.cpp")):
        named |= set(re.findall(r"(?<![A-Za-z0-9])[BT]\d+(?![A-Za-z0-9])", path.read_text(encoding="utf-8")))
    rows = re.findall(r"^\| ([BT]\d+) \| .* \|(.*)\|$", (root / "tests/hosting/rows.md").read_text(encoding="utf-8"), re.MULTILINE)
    missing = [row for row, excuse in rows if not excuse.strip() and row not in named]
    for row in missing:
        print(f"{row}: no test names it")
    print(f"{len(rows)} rows read, {len(missing)} findings")
    return 1 if missing or len(rows) < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
