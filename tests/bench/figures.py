"""What the commands of this folder look at and print."""

import math
import os
import re


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def cpu_seconds(*pids):
    """What all threads of these have used so far. To the nanosecond, but without threads that have ended."""
    total = 0
    for pid in pids:
        for task in os.listdir(f"/proc/{pid}/task"):
            words = read(f"/proc/{pid}/task/{task}/schedstat").split()
            total += int(words[0]) if words else 0
    return total / 1e9


def pss_mib(*pids):
    total = 0
    for pid in pids:
        found = re.search(rb"^Pss:\s+(\d+) kB", read(f"/proc/{pid}/smaps_rollup"), re.MULTILINE)
        total += int(found.group(1)) if found else 0
    return total / 1024


def children(pid):
    return [int(word) for word in read(f"/proc/{pid}/task/{pid}/children").split()]


def load():
    return " ".join(read("/proc/loadavg").decode().split()[:3])


def quantile(values, share):
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def shown(value):
    return "-" if value is None else f"{value:.0f}" if abs(value) >= 100 or value == 0 else f"{value:.3g}"


def verdict(good):
    return {True: "pass", False: "MISSED", None: ""}[good]
