#!/usr/bin/env python3
"""Who may include whom: reads every #include of the sources and compares it with the table below.

A folder may include itself and what its row names. Run with the folder of the sources; prints each violation with file and line.
"""

import re
import sys
from pathlib import Path

BASE = {"base"}
ASYNC = BASE | {"async"}
CONTROL = ASYNC | {"control"}

# The middle row: siblings do not include one another.
MAY_INCLUDE = {
    "core/turnspit/base": set(),
    "core/turnspit/async": BASE,
    "core/turnspit/control": ASYNC,
    "core/turnspit/di": ASYNC,
    "core/turnspit/config": BASE,
    "core/turnspit/logging": ASYNC,
    "core/turnspit/supervision": BASE,
    "core/turnspit/schedule": BASE,
    "core/turnspit/keep": BASE,
    "core/turnspit/process": ASYNC | {"keep"},
    "core/turnspit/logs": ASYNC,
    "core/turnspit/history": ASYNC | {"sqlite"},
    "core/turnspit/queues": ASYNC | {"di"},
    "core/turnspit/servicefile": BASE | {"config", "schedule", "supervision"},
    "core/turnspit/hosting": CONTROL | {"di", "config", "logging", "supervision", "queues"},
    "core/turnspit/session": CONTROL | {"di", "config", "logging", "supervision", "queues", "keep", "logs", "hosting"},
    "core/turnspit/worker": CONTROL | {"di", "config", "logging", "supervision", "queues", "keep", "logs", "hosting", "session", "ipc"},
    "core/turnspit/services": CONTROL | {
        "session", "di", "config", "logging", "supervision", "schedule", "keep", "process", "logs", "history", "queues", "servicefile", "hosting"},
    "core/ipc": CONTROL,
    "core/systemd": CONTROL | {"di", "logging", "hosting"},
    "core/sqlite": ASYNC | {"di", "queues"},
    "core/redis": ASYNC | {"di", "queues"},
    "ui": CONTROL,
    "app/keep": BASE | {"keep"},
    "app/ctl": CONTROL | {"ipc", "servicefile", "config", "schedule", "supervision"},
}

# The keeper has no Qt, and nothing of base that has any.
NO_QT = ["core/turnspit/keep", "app/keep"]
BASE_WITH_QT = {"clock.h"}
QT = re.compile(r"^Q[A-Z]\w*$|^Qt\w*/|^q[a-z]+\.h$")

# Widgets and the GUI belong to ui and the desktop alone.
GUI = re.compile(r"^(QWidget|QApplication|QMainWindow|QGuiApplication|QPainter|QIcon|QPixmap|QAction|QMenu|QtWidgets|QtGui)")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def target_of(name: str) -> str | None:
    """The folder of ours that an include names, in the short words of the table; None: not ours."""
    parts = name.split("/")
    if parts[0] == "turnspit" and len(parts) > 2:
        return parts[1]
    if parts[0] in ("ipc", "sqlite", "redis", "systemd", "ui") and len(parts) > 1:
        return parts[0]
    if parts[0] == "app":
        return "app"
    return None


def main() -> int:
    root = Path(sys.argv[1])
    problems = []
    seen = 0
    sources = [p for top in ("core", "ui", "app") for p in (root / top).rglob("*") if p.suffix in (".h", ".cpp", ".c")]
    for path in sorted(sources):
        relative = path.relative_to(root).as_posix()
        home = next((folder for folder in sorted(MAY_INCLUDE, key=len, reverse=True) if relative.startswith(folder + "/")), None)
        no_qt = any(relative.startswith(folder + "/") for folder in NO_QT)
        gui_allowed = relative.startswith(("ui/", "app/desktop/"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            seen += 1
            name = match.group(2)
            where = f"{relative}:{number}"
            if no_qt and (QT.match(name) or (name.startswith("turnspit/base/") and name.split("/")[-1] in BASE_WITH_QT)):
                problems.append(f"{where}: the keeper has no Qt, but includes <{name}>")
            if not gui_allowed and GUI.match(name):
                problems.append(f"{where}: only ui and app/desktop may include <{name}>")
            target = target_of(name)
            if target is None:
                continue
            if target == "app":
                problems.append(f"{where}: nothing includes app, but here is <{name}>")
                continue
            if home is None:
                continue  # app/daemon, app/desktop, app/demo compose everything
            own = home.split("/")[-1]
            if target != own and target not in MAY_INCLUDE[home]:
                problems.append(f"{where}: {home} may not include <{name}>")
    for problem in problems:
        print(problem)
    if seen < 100:
        print(f"only {seen} includes were read: is {root} the folder of the sources?")
        return 1
    print(f"{seen} includes read, {len(problems)} violations")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
