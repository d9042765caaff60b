#!/usr/bin/env python3
"""What misuse.cpp does is refused, each by its sentence.

    misuse.py ROOT BUILD_FOLDER COMPILER FLAGS_FILE
"""

import re
import subprocess
import sys
from pathlib import Path


def main():
    root, compiler, flags = Path(sys.argv[1]), sys.argv[3], sys.argv[4]
    source = root / "tests/documentation/misuse.cpp"
    wanted = re.findall(r"// .*?says: (.+)$", source.read_text(encoding="utf-8"), re.MULTILINE)
    all_of_them = ["-ferror-limit=0"] if "clang" in compiler else []
    done = subprocess.run([compiler, f"@{flags}", "-std=c++23", "-fsyntax-only", *all_of_them, str(source)], capture_output=True, text=True, check=False)
    said = done.stderr.replace('\\"', '"')
    missing = [sentence for sentence in wanted if sentence not in said]
    for sentence in missing:
        print(f"not said: {sentence}")
    if missing:
        print(said)
    print(f"{len(wanted)} sentences, {len(missing)} of them not said")
    return 1 if missing or len(wanted) < 5 or done.returncode == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
