#!/usr/bin/env python3
"""What the sources must not contain: nested event loops, sleeps, Qt's locks across threads, unfinished marks. Comments do not count."""

import re
import sys
from pathlib import Path

FORBIDDEN = [
    (re.compile(r"\bprocessEvents\s*\("), "a nested event loop"),
    (re.compile(r"\bQEventLoop\b"), "a nested event loop"),
    (re.compile(r"(->|\.|::)exec\s*\("), "an event loop"),
    (re.compile(r"\bQMessageBox::(question|warning|critical|information|about)\s*\(|\bQ(File|Input)Dialog::get\w+\s*\("), "a dialog that waits"),
    (re.compile(r"\bwaitFor(Finished|Started|ReadyRead|BytesWritten|Connected|Disconnected)\s*\("), "a blocking wait"),
    (re.compile(r"\b(m|u|nano)?sleep(_for|_until)?\s*\("), "a sleep"),
    (re.compile(r"\bQ(Mutex|WaitCondition|Semaphore|ReadWriteLock)\b"), "a Qt lock (ThreadSanitizer cannot see it)"),
    (re.compile(r"\bBlockingQueuedConnection\b"), "a blocking call into another thread"),
    (re.compile(r"\bterminate\s*\(\s*\)\s*;.*QThread"), "QThread::terminate"),
]
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b")
# FakeClock::sleep lets a fake machine sleep; the exec of main, or of the host that main runs, is the one event loop.
ALLOWED = {("core/turnspit/async/fakeclock.h", "a sleep"), ("core/turnspit/async/fakeclock.cpp", "a sleep"),
           *((file, "an event loop") for file in ("core/turnspit/hosting/host.cpp", "app/desktop/main.cpp", "app/ctl/main.cpp"))}


def main() -> int:
    root = Path(sys.argv[1])
    problems = []
    read = 0
    for top in ("core", "ui", "app"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix not in (".h", ".cpp", ".c"):
                continue
            relative = path.relative_to(root).as_posix()
            read += 1
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if UNFINISHED.search(line):
                    problems.append(f"{relative}:{number}: an unfinished mark")
                code = line.split("//", 1)[0]
                for pattern, what in FORBIDDEN:
                    if pattern.search(code) and (relative, what) not in ALLOWED and not relative.startswith("app/demo/"):
                        problems.append(f"{relative}:{number}: {what}")
    for problem in problems:
        print(problem)
    if read < 50:
        print(f"only {read} files were read: is {root} the folder of the sources?")
        return 1
    print(f"{read} files read, {len(problems)} findings")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
