#!/usr/bin/env python3
"""The C++ of our pages compiles: all of it, as one translation unit, whose errors name the page and the line.

    snippets.py ROOT BUILD_FOLDER COMPILER FLAGS_FILE

A block that has statements of a function outside of one gets a function around it, with a `builder`, `argc` and `argv`; any other stands in
a namespace of its own. What a page takes for granted is declared in snippets.h.
"""

import re
import subprocess
import sys
from pathlib import Path

PAGES = ["README.md", "core/guide.md", "core/dotnet.md", "resources/queues.md"]
BLOCK = re.compile(r"^( *)```cpp\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
STATEMENT = re.compile(r"^(auto |const auto |builder\.|co_await )", re.MULTILINE)


def blocks(path):
    """(line of its first line, text without the indentation that it has in the page) of each."""
    text = path.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        indent = match.group(1)
        yield text.count("\n", 0, match.start(2)) + 1, "".join(line.removeprefix(indent) for line in match.group(2).splitlines(True))


def unit(root):
    includes, bodies = ["#include <documentation/snippets.h>\n", "using namespace std::chrono_literals;\n"], []
    for page in PAGES:
        found = 0
        for line, text in blocks(root / page):
            found += 1
            number = len(bodies)
            where = f'"{(root / page).as_posix()}"'
            lines = text.splitlines(True)
            for offset, each in enumerate(lines):
                if each.startswith("#include"):
                    includes.append(f"#line {line + offset} {where}\n{each}")
                    lines[offset] = "\n"
            text = "".join(lines)
            begin, end = f"namespace snippet_{number} {{\n", "}\n"
            if STATEMENT.search(text):
                begin += "void snippet([[maybe_unused]] turnspit::HostBuilder& builder, [[maybe_unused]] int argc, [[maybe_unused]] char** argv) { {\n"
                end = "} }\n" + end
            bodies.append(f"{begin}#line {line} {where}\n{text.replace('int main(', 'int main_of_it(')}{end}")
        if found == 0:
            raise SystemExit(f"{page} has no block of C++: is it still named so?")
    return "".join(includes + bodies), len(bodies)


def main():
    root, folder, compiler, flags = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]
    text, count = unit(root)
    source = folder / "snippets.cpp"
    source.write_text(text, encoding="utf-8")
    done = subprocess.run([compiler, f"@{flags}", "-std=c++23", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", str(source)], check=False)
    print(f"{count} blocks of {len(PAGES)} pages")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
