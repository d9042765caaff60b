#!/usr/bin/env python3
"""One name, one class: two of one name in one namespace are undefined as soon as one program links both, and no linker says so."""

import re
import sys
from collections import defaultdict
from pathlib import Path

# At the beginning of a line only: what is nested, or declared ahead, is no class of the namespace.
LINE = re.compile(r"^(?:namespace(?P<opened>[ \w:]*)\{|(?P<closed>\} // namespace)"
                  r"|(?:class|struct|enum class|union) (?:\[\[\w+\]\] )?(?P<name>\w+)(?: final)?(?:\s*:\s[^;{]*)?\s*(?:\{[^;]*)?$)", re.MULTILINE)


def main() -> int:
    root = Path(sys.argv[1])
    places = defaultdict(set)
    for top in ("core", "ui", "app"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix not in (".h", ".cpp"):
                continue
            spaces: list[str] = []
            for match in LINE.finditer(path.read_text(encoding="utf-8")):
                if match["opened"] is not None:
                    spaces.append(match["opened"].strip())
                elif match["closed"]:
                    if spaces:
                        spaces.pop()
                elif "" not in spaces:
                    places["::".join([*spaces, match["name"]])].add(path.relative_to(root).as_posix())
    problems = {name: where for name, where in sorted(places.items()) if len(where) > 1}
    for name, where in problems.items():
        print(f"{name}: in {' and in '.join(sorted(where))}; give one of them another name")
    if len(places) < 300:
        print(f"only {len(places)} classes were read: is {root} the folder of the sources?")
        return 1
    print(f"{len(places)} classes read, {len(problems)} names twice")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
