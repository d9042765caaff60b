#!/usr/bin/env python3
"""The manual pages and the completion say what is built: `manpages.py SOURCES BIN`.

turnspit-service(5) has exactly the keys of core/turnspit/servicefile/keys.cpp; the pages of the programs have every option and command of
their --help, and so has the completion of turnspitctl. Prints what is missing.
"""

import re
import subprocess
import sys
from pathlib import Path

problems = []


def built_keys(source: str) -> set[str]:
    table = source.split("constexpr DefinitionKey keys[]", 1)[1].split("};", 1)[0]
    return set(re.findall(r'\{"([a-z_.]+)",', table))


def described_keys(page: str) -> set[str]:
    keys = set()
    table = ""
    for line in page.split(".SH KEYS", 1)[1].split("\n.SH ", 1)[0].splitlines():
        if heading := re.match(r"\.SS (.+)", line):
            table = "" if heading[1] == "Service" else heading[1].strip("[]") + "."
        elif key := re.match(r'\.BR ([a-z_]+) " = ', line):
            keys.add(table + key[1])
    return keys


def check_keys(root: Path) -> None:
    built = built_keys((root / "core/turnspit/servicefile/keys.cpp").read_text(encoding="utf-8"))
    described = described_keys((root / "resources/man/turnspit-service.5").read_text(encoding="utf-8"))
    if len(built) < 20:
        problems.append("keys.cpp was not understood: where is its table?")
    problems.extend(f"turnspit-service.5 does not describe `{key}`" for key in sorted(built - described))
    problems.extend(f"turnspit-service.5 describes `{key}`, which is not built" for key in sorted(described - built))


def plain(page: str) -> str:
    return re.sub(r"\\f[BIRP]", "", page).replace("\\-", "-")


def help_of(*words: str) -> str:
    return subprocess.run([*words, "--help"], check=True, capture_output=True, text=True, timeout=30).stdout


def options_of(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z.-]*[a-z]", text))


def check_options(program: str, text: str, where: str, described: str) -> None:
    for option in sorted(options_of(text)):
        if not re.search(rf"(?<![\w-]){re.escape(option)}(?![a-z.-]*[a-z])", described):
            problems.append(f"{where} does not know `{program} {option}`")


def check_program(root: Path, bin_folder: Path, name: str) -> None:
    page = plain((root / f"resources/man/{name}.1").read_text(encoding="utf-8"))
    check_options(name, help_of(str(bin_folder / name)), f"{name}.1", page)


def check_ctl(root: Path, bin_folder: Path) -> None:
    program = str(bin_folder / "turnspitctl")
    overview = help_of(program)
    commands = re.findall(r"^  ([a-z]+) {2,}", overview.split("\nLook:", 1)[1].split("\nExamples:", 1)[0], re.MULTILINE)
    if len(commands) < 20:
        problems.append("the commands of `turnspitctl --help` were not understood")
    page = plain((root / "resources/man/turnspitctl.1").read_text(encoding="utf-8"))
    completion = (root / "resources/completion/turnspitctl.bash").read_text(encoding="utf-8")
    for command in commands:
        text = help_of(program, command)
        for where, described in (("turnspitctl.1", page), ("turnspitctl.bash", completion)):
            if not re.search(rf"\b{command}\b", described):
                problems.append(f"{where} does not know `turnspitctl {command}`")
            check_options(f"turnspitctl {command}", text.split("\nExamples", 1)[0], where, described)


def main() -> int:
    root, bin_folder = Path(sys.argv[1]), Path(sys.argv[2])
    check_keys(root)
    for name in ("turnspitd", "turnspit"):
        if (bin_folder / name).exists():
            check_program(root, bin_folder, name)
    check_ctl(root, bin_folder)
    for problem in problems:
        print(problem)
    print(f"{len(problems)} findings")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
