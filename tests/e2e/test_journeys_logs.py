#!/usr/bin/env python3
"""Walk-throughs with logs: a failure that is told and mended from the tray, and a million lines looked at while they come."""

import os
import pathlib
import re
import time

from desktop import demo
from harness import memory_limit, now, parse_time, py, read_proc, wait_until
from journeys import JourneyCase, main

LINES = 1_000_000


# What turnspit-demo floods with, but no faster than somebody can look at it: 100,000 lines a second at most.
FLOOD = """
import os, sys, time
count, burst = int(sys.argv[1]), 1000
begun = time.monotonic()
for first in range(1, count + 1, burst):
    plain, wrong = [], []
    for n in range(first, first + burst):
        if n % 10 == 0: wrong.append('%d to stderr\\n' % n)
        else: plain.append('\\033[32m%d\\033[0m in green\\n' % n if n % 100 == 1 else '%d\\n' % n)
    for stream, lines in ((1, plain), (2, wrong)):
        data = ''.join(lines).encode()
        while data: data = data[os.write(stream, data):]
    time.sleep(max(0, begun + (first + burst) / 100000 - time.monotonic()))
"""


class Failure(JourneyCase):
    """J3"""
    panel_wanted = True

    def test_a_failure_is_told_and_run_again_from_the_tray(self):
        said = "cannot reach the thing that is not there"
        self.desktop.service("sync", ["/bin/sh", "-c", f"echo {said} >&2; exit 3"], restart={"policy": "never"}, autostart=False)
        self.open()
        self.choose("sync")
        pressed = self.button("Start")
        self.within(2, lambda: self.row("sync").startswith("sync, failed"), "Failed", pressed)
        wait_until(lambda: "exit 3" in self.why() and said in self.why(), lambda: self.why())
        self.picture("j3-failed")

        notice = self.panel.notice("sync failed")
        self.assertEqual(1, notice["urgency"])
        self.assertEqual(["log", "Show log", "again", "Run again"], notice["actions"][-4:])
        self.assertNotIn(said, notice["body"])
        self.assertTrue(self.panel.labels()[0].startswith("sync — failed"), self.panel.labels())
        self.assertEqual(1, len(self.panel.notices()), self.panel.notices())
        # What is looked at needs no attention.
        self.screen.x("xdotool", "windowminimize", self.window)
        self.desktop.window("Iconic")

        clicked = now()
        self.panel.ask("click sync/Run again", "clicked")
        second = self.desktop.wait_run("sync", lambda run: run["trigger"] == "tray")
        self.measured("a run after the click in the tray", (parse_time(second["begin"]) - clicked).total_seconds(), 0.1)
        self.desktop.wait_for("sync", "failed")
        wait_until(lambda: self.panel.ask("status", "status") == "NeedsAttention", "the attention of the tray")
        self.assertTrue(self.panel.labels()[0].startswith("sync — failed"), self.panel.labels())

        self.activate()
        self.picture("j3-again")
        self.button("Edit…")
        form = self.dialog("Edit sync")
        self.enter(self.see("text", "Command", form), "true")
        self.see("label", "*/bin/true*", form)
        self.button("Save", form)
        wait_until(lambda: "true" in pathlib.Path(self.desktop.service_file("sync")).read_text(encoding="utf-8").splitlines()[0], "the new command")
        self.panel.ask("click sync/Run again", "clicked")
        self.desktop.wait_run("sync", lambda run: run["outcome"] == "succeeded")
        self.panel.notice("sync works again")
        self.assertEqual(1, len([told for told in self.panel.notices() if "works again" in told["summary"]]))
        wait_until(lambda: self.panel.ask("status", "status") != "NeedsAttention", "an end of the attention")
        wait_until(lambda: not self.panel.labels()[0].startswith("sync — failed"), lambda: self.panel.labels())
        self.picture("j3-mended")


class UnderFire(JourneyCase):
    """J5"""

    def memory(self):
        return int(re.search(rb"VmRSS:\s+(\d+) kB", read_proc(self.desktop.program.pid, "status"))[1]) / 1024

    def numbers(self):
        """The numbers of the lines that are shown, marks left out."""
        return [int(found[1]) for found in (re.match(r"(\d+)\b", line) for line in self.eyes.text(self.log).splitlines()) if found]

    def last(self):
        """The number of the last line that is shown; 0 while it is being read."""
        return (self.numbers() or [0])[-1]

    def lines(self):
        """How many lines the log has, as the view says."""
        status = self.remembered("status", lambda: self.see("label", "* lines*"))
        found = re.search(r"([\d,]+) lines(?!/)", self.eyes.name(status))
        return int(found[1].replace(",", "")) if found else 0

    def pill(self):
        item = self.eyes.find("push button", "*new line*")
        return int(re.sub(r"\D", "", self.eyes.name(item))) if item is not None else 0

    def test_a_million_lines(self):
        self.desktop.service("flood", py(FLOOD, str(LINES)), restart={"policy": "never"}, autostart=False)
        self.desktop.service("another", demo("beat", 1))
        self.open()
        self.choose("flood")
        self.keys("alt+2")
        self.log = self.log_item()
        before = self.memory()
        self.button("Start")
        # 1: it goes along with the end, and the list answers.
        top = wait_until(lambda: (last := self.last()) > 1000 and last, lambda: f"lines: {self.numbers()}")
        wait_until(lambda: self.last() > top, "lines that come")
        self.choose("flood")
        pressed = self.keys("Up")
        self.within(0.25, lambda: not self.why().startswith("flood"), "an arrow key in the list", pressed)
        self.keys("Down")
        wait_until(lambda: self.why().startswith("flood"), lambda: self.why())

        # 2: what is read stays where it is.
        wait_until(lambda: self.lines() > 300_000, lambda: f"{self.lines()} lines", 60)
        self.click(self.log)
        self.keys("Prior", "Prior")
        wait_until(lambda: "checked" not in self.eyes.look(self.see("check box", "Stay at the end*"))["states"], "an end of following")
        end = self.lines()
        self.picture("j5-scrolled-up")

        # 3: a selection outlives what comes.
        box = self.eyes.look(self.log)["box"]
        self.click_at(box[0] + 200, box[1] + box[3] // 2)
        self.keys("shift+Down", "shift+Down")
        selected = wait_until(lambda: len((text := self.eyes.look(self.log).get("selected", "")).splitlines()) == 3 and text, "three selected lines")
        shown = self.numbers()
        wait_until(lambda: self.lines() > min(end + 200_000, LINES), lambda: f"{self.lines()} lines", 120)
        self.assertEqual(shown, self.numbers(), "it moved while lines came")
        count = wait_until(self.pill, "the pill")
        self.assertGreater(count, 100_000)
        self.keys("ctrl+c")
        wait_until(lambda: self.clipboard().splitlines() == selected.splitlines(), lambda: f"{self.clipboard()!r} instead of {selected!r}")
        self.picture("j5-selected")

        run = self.desktop.wait_run("flood", lambda run: run["end"])
        self.figures.append(f"the flood took {run['duration']:.1f} s")
        ended = now()
        wait_until(lambda: self.lines() >= LINES, lambda: f"{self.lines()} lines")

        # 4: find
        self.keys("ctrl+f")
        asked = self.enter(self.see("text", "Find in the log"), "999999")
        self.within(5, lambda: self.eyes.find("label", "*1 of 1 hits*") or self.eyes.find("label", "hits: 1"), "the only hit", asked)
        self.keys("F3")
        wait_until(lambda: 999_999 in self.numbers(), lambda: f"{self.numbers()}")
        self.picture("j5-found")
        self.keys("Escape")

        # 5: filter
        self.keys("ctrl+shift+f")
        self.tick("Regular expression")
        self.enter(self.see("text", "Show only lines with"), "7{3}")
        for stream in ("Show standard output", "Show marks of starts, stops and ends"):
            self.tick(stream, on=False)
        oracle = [n for n in range(10, LINES + 1, 10) if "777" in str(n)]
        wait_until(lambda: self.eyes.find("label", f"*{len(oracle):,} of *lines shown*") or self.eyes.find("label", f"*{len(oracle)} of *lines shown*"),
                   lambda: f"{len(oracle)} lines: {self.eyes.tree()[-4000:]}")
        self.click(self.log)
        self.keys("Home")
        wait_until(lambda: self.numbers()[:3] == oracle[:3], lambda: f"{self.numbers()[:5]} instead of {oracle[:3]}")
        self.picture("j5-filtered")
        self.click_at(box[0] + 200, self.eyes.look(self.log)["box"][1] + 4)
        self.keys("Return")
        # The whole log, at that line.
        wait_until(lambda: {oracle[0], oracle[0] + 10} <= set(self.numbers()), lambda: f"{self.numbers()}")
        self.assertEqual(f"{oracle[0]} to stderr", self.eyes.look(self.log)["selected"])

        # 6: a time, and all of it in a file
        wait_until(lambda: (now() - ended).total_seconds() > 1.5, "a second without a line")
        self.keys("ctrl+g")
        self.enter(self.see("text", "Go to*"), "-1s")
        self.keys("Return")
        wait_until(lambda: self.last() == LINES, lambda: f"{self.numbers()}")
        self.menu(lambda: self.button("Find, filter, go to a time, copy, export"))
        self.keys("e")
        form = self.dialog("Export the log of flood")
        # A name in the folder it shows: of a whole path Qt's dialog selects each folder on the way, on a busy machine for good, and opens it.
        self.enter(self.see("text", "File*name*", form), "flood.txt")
        self.picture("j5-export")
        self.keys("Return")
        wait_until(lambda: self.eyes.find("label", "*written to*") is not None, "the export")
        with open(os.path.join(self.screen.folder, "flood.txt"), encoding="utf-8") as exported:
            found = [int(match[1]) for match in (re.match(r"(?:\x1b\[32m)?(\d+)\b", line) for line in exported) if match]
        self.assertEqual(LINES, len(found))
        # Two streams are two pipes: between them a thousand lines are in no order.
        for stream in ([n for n in found if n % 10], [n for n in found if n % 10 == 0]):
            self.assertTrue(all(before < after for before, after in zip(stream, stream[1:])), "not in order")
        self.assertEqual(LINES, len(set(found)))

        # 7: and what it cost
        grew = self.memory() - before
        self.figures.append(f"memory grew by {grew:.0f} MB")
        self.assertLess(grew, memory_limit(100))


if __name__ == "__main__":
    main()
