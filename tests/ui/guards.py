#!/usr/bin/env python3
"""guards.py SOURCES: each row of guards.md names a test that is there, or says why it has none."""

import re
import sys
from pathlib import Path

ROWS = 25


def is_there(root: Path, file: str, test: str) -> bool:
    path = root / file
    if not path.is_file():
        return False
    pattern = rf"^\s*void {test}\(" if path.suffix == ".cpp" else rf"^\s*def {test}\("
    return re.search(pattern, path.read_text(encoding="utf-8"), re.MULTILINE) is not None


def findings(root: Path, table: str) -> list[str]:
    found = []
    rows = re.findall(r"^\| (N\d+) \| [^|]+ \|([^|]*)\|([^|]*)\|$", table, re.MULTILINE)
    numbers = [row for row, _, _ in rows]
    found += [f"N{number} is not there once" for number in range(1, ROWS + 1) if numbers.count(f"N{number}") != 1]
    for row, tests, excuse in rows:
        named = re.findall(r"`([^`]+)` `(\w+)`", tests)
        if tests.strip() and re.sub(r"`[^`]+` `\w+`|[, ]", "", tests):
            found.append(f"{row}: cannot be read: {tests.strip()}")
        if not named and not excuse.strip():
            found.append(f"{row}: neither a test nor a reason")
        found += [f"{row}: {file} has no {test}" for file, test in named if not is_there(root, file, test)]
    return found


def main() -> int:
    root = Path(sys.argv[1])
    table = (root / "tests/ui/guards.md").read_text(encoding="utf-8")
    found = findings(root, table)
    # A row without a test, one whose test has gone and one that is not there are seen.
    for spoilt in (re.sub(r"(\| N24 \| [^|]+ \|)[^|]*\|", r"\1 |", table), table.replace("`aChangeMovesNoRowUntilItIsSortedAnew`", "`gone`"),
                   re.sub(r"^\| N24 .*\n", "", table, flags=re.MULTILINE)):
        if spoilt == table or not [line for line in findings(root, spoilt) if "N24" in line]:
            found.append("what is missing would not be seen")
    for line in found:
        print(line)
    print(f"{ROWS} rows, {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
