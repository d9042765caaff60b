#!/usr/bin/env python3
"""Walk-throughs of the first minutes: an example, a command on a schedule, a stop that takes its time."""

import os
import re
import subprocess
import time
import zoneinfo
from datetime import timedelta

from desktop import demo
from harness import DEADLINE, alive, now, parse_time, py, wait_until
from journeys import JourneyCase, main

TYPING = 0.004  # a key
HERE = zoneinfo.ZoneInfo("Asia/Kathmandu")  # nobody's UTC, and not whole hours from it

# Counts the SIGTERMs that it gets and does not end of them.
DEAF = """
import signal, sys, time
count = 0
def heard(*_):
    global count
    count += 1
    with open(sys.argv[1], 'w') as file: file.write(str(count))
signal.signal(signal.SIGTERM, heard)
print('running', flush=True)
while True: time.sleep(0.2)
"""


class FirstMinutes(JourneyCase):
    """J1"""

    def test_an_example_and_its_end(self):
        started = time.monotonic()
        self.launch()
        self.within(1, lambda: self.eyes.find("label", "Nothing cooking yet.") is not None, "the empty state after the start", started)
        self.window = self.desktop.window()
        self.activate()
        self.picture("j1-empty")

        self.menu(lambda: self.button("Try an example"))
        self.picture("j1-menu")
        pressed = self.keys("h")
        self.within(1, lambda: any(row.startswith("heartbeat, running") for row in self.rows()), "the example runs", pressed)
        run = self.desktop.wait_for("heartbeat", "running")
        self.assertTrue(alive(run["pid"]))
        self.keys("alt+2")
        log = self.log_item()
        self.within(6, lambda: "beat 1" in self.eyes.text(log), "a line in its log", pressed)
        self.picture("j1-running")

        file = self.desktop.service_file("heartbeat")
        self.assertTrue(os.path.exists(file))
        self.assertEqual(0, self.desktop.ctl("check").code)

        self.menu(lambda: self.keys("alt+f"))
        self.keys("x")
        self.see("label", "Removed heartbeat.")
        self.see("label", "Nothing cooking yet.")
        self.picture("j1-removed")
        self.assertFalse(os.path.exists(file))
        wait_until(lambda: not alive(run["pid"]), "the end of what was removed")
        backups = os.path.join(self.desktop.state, "backups", "heartbeat")
        self.assertEqual(1, len(os.listdir(backups)), os.listdir(backups))

        self.button("Undo")
        wait_until(lambda: any(row.startswith("heartbeat, ") for row in self.rows()), "the row of before")
        self.assertTrue(os.path.exists(file))
        self.assertEqual(0, self.desktop.ctl("check").code)
        self.assertEqual(("stopped", "window"), tuple(self.desktop.runs("heartbeat")[-1][key] for key in ("outcome", "trigger")))
        self.picture("j1-undone")


class EachFiveMinutes(JourneyCase):
    """J2; five minutes of waiting are two seconds here."""
    environment = {"TZ": HERE.key}

    def preview(self):
        name = self.eyes.name(self.next_runs) if self.next_runs is not None else ""
        return re.findall(r"\d\d:\d\d(?::\d\d)?", name)

    def begin(self):
        """A dialog for a service on a schedule; its field for the command, in which another one is."""
        self.open()
        self.see("label", "Nothing cooking yet.")
        self.keys("ctrl+n")
        self.form = self.dialog("Add service")
        self.click(self.see("radio button", "On a schedule", self.form))
        command = self.see("text", "Command", self.form)
        self.enter(command, "true")
        return command

    def test_a_command_each_five_minutes(self):
        resolved = subprocess.run(["sh", "-c", "command -v date"], env=self.desktop.environment, capture_output=True, text=True, check=True).stdout.strip()
        command = self.begin()
        self.types(command, "date", self.see("label", "*/true*", self.form), f"*{resolved}*", 0.3 + TYPING * 4, "the path of the command")
        looked = time.monotonic()
        self.eyes.find("label", f"*{resolved}*", self.form)
        self.figures.append(f"a search for it in the dialog, which is no part of that: {1000 * (time.monotonic() - looked):.0f} ms")
        self.next_runs = self.see("label", "Next: *", self.form)
        times = self.preview()
        self.assertEqual(5, len(times), times)
        minutes = [int(at[:2]) * 60 + int(at[3:5]) for at in times]
        self.assertEqual([5] * 4, [(after - before) % 1440 for before, after in zip(minutes, minutes[1:])], times)
        expected = (now() + timedelta(minutes=5)).astimezone(HERE)
        self.assertLessEqual((expected.hour * 60 + expected.minute - minutes[0]) % 1440, 1, f"{times}, local time is {expected}")
        self.see("label", "*5 minutes, first in*", self.form)
        self.picture("j2-dialog")

        saved = self.button("Save & start", self.form)
        self.within(1, lambda: any(row.startswith("date, waiting") for row in self.rows()), "the row", saved)
        row = self.desktop.wait_for("date", "waiting")
        first = parse_time(row["next_run"]).astimezone(HERE)
        # The preview has no seconds, and the save came some moments after it.
        self.assertLessEqual((first.hour * 60 + first.minute - minutes[0]) % 1440, 1, f"{first}, {times}")
        self.assertLess(abs((parse_time(row["next_run"]) - now() - timedelta(minutes=5)).total_seconds()), 5)

        # Every 2 seconds instead of 5 minutes: that much the journey can wait.
        self.choose("date")
        self.keys("F2")
        self.form = self.dialog("Edit date")
        self.enter(self.see("spin button", "How many", self.form), "2")
        self.menu(lambda: self.click(self.see("combo box", "minutes", self.form)))
        self.keys("Home", "Down", "Return")
        self.see("label", "*2 seconds*", self.form)
        self.button("Save", self.form)
        run = self.desktop.wait_run("date", lambda run: run["outcome"] == "succeeded")
        self.assertEqual("schedule", run["trigger"])
        self.desktop.wait_text("date", str(now().astimezone(HERE).year))
        self.desktop.wait_for("date", "waiting")
        self.keys("alt+3")
        self.assertIn("succeeded", self.wait_runs("schedule")[-1])
        self.picture("j2-runs")

    def test_a_cron_line_is_told_in_words_and_its_error_by_its_field(self):
        self.enter(self.begin(), "date")
        sentence = self.see("label", "*5 minutes, first in*", self.form)
        self.menu(lambda: self.click(self.see("combo box", "Every", self.form)))
        self.keys("End", "Return")
        line = self.see("text", "Cron expression", self.form)
        self.types(line, "*/7 * * * *", sentence, "*minutes 0, 7, 14*", 0.3 + TYPING * 11, "the sentence of */7")
        self.next_runs = self.see("label", "Next: *", self.form)
        times = wait_until(self.preview, "the preview")
        self.assertEqual({0}, {int(at[3:5]) % 7 for at in times}, times)
        self.assertEqual(5, len(times))
        self.picture("j2-cron")

        typed = self.enter(line, "61 * * * *")
        self.within(0.3 + TYPING * 10, lambda: self.eyes.find("label", "*inute*0–59*", self.form) is not None, "the error of 61", typed)
        save = self.see("push button", "Save", self.form)
        wait_until(lambda: "enabled" not in self.eyes.look(save)["states"], "a button that does not save")
        self.see("label", "Schedule*0–59*", self.form)  # beside it, why
        self.assertFalse(self.eyes.find("label", "Next: *", self.form), "times of a schedule that is wrong")
        self.picture("j2-wrong")

        self.enter(line, "*/5 * * * *")
        self.next_runs = self.see("label", "Next: *", self.form)
        times = wait_until(self.preview, "the preview")
        wait_until(lambda: "enabled" in self.eyes.look(save)["states"], "a button that saves")
        self.button("Save & start", self.form)
        wanted = self.desktop.wait_for("date", "waiting")["next_run"]
        self.assertEqual(times[0], parse_time(wanted).astimezone(HERE).strftime("%H:%M"))


class GracefulStop(JourneyCase):
    """J4"""

    panel_wanted = True

    def fuse(self):
        """The picture of the state cell of the row that is stopping."""
        at = next(at for at, text in self.eyes.rows(self.list()) if ", stopping" in text)
        x, y, _, height = self.eyes.box(self.eyes.child(self.list(), at))
        return subprocess.run(["import", "-window", "root", "-crop", f"40x{height}+{x}+{y}", "rgb:-"],
                              env={**os.environ, **self.screen.environment}, capture_output=True, check=True, timeout=DEADLINE).stdout

    def stop(self, name, presses=1):
        """By its keys, as often; the time of the first."""
        return self.turns(name, "stopping", lambda: self.keys(*["ctrl+period"] * presses), 0.1)

    def test_stops_that_take_their_time(self):
        self.desktop.service("slow", demo("slowstop", 8), stop={"timeout": "10s"})
        self.desktop.service("late", demo("slowstop", 60), stop={"timeout": "5s"})
        self.open()
        for name in ("slow", "late"):
            self.desktop.wait_text(name, "running")
        self.choose("slow")
        begun = self.stop("slow")
        wait_until(lambda: "SIGTERM sent" in self.why(), lambda: self.why())
        first = self.fuse()
        self.picture("j4-stopping")
        self.choose("late")
        second_begun = self.stop("late")
        wait_until(lambda: self.fuse() != first, "a fuse that moves")

        late = self.desktop.wait_run("late", lambda run: run["end"])
        self.assertEqual("killed", late["outcome"])
        self.assertIn("did not stop within 5", late["reason"])
        self.assertIn("killed", late["reason"])
        self.assertTrue(4.5 < time.monotonic() - second_begun < 9, time.monotonic() - second_begun)
        self.assertEqual("stopped", self.desktop.one("late")["state"])
        self.assertIn("did not stop within 5", self.panel.notice("late")["body"])
        slow = self.desktop.wait_run("slow", lambda run: run["end"])
        self.assertEqual("stopped", slow["outcome"])
        self.assertTrue(7 < slow["duration"] and time.monotonic() - begun < 11, slow)
        self.assertIn("farewell", self.desktop.texts("slow"))
        self.wait_row("slow", "stopped")
        self.assertEqual(1, len(self.panel.notices()), self.panel.notices())
        self.picture("j4-stopped")
        self.keys("alt+3")
        self.wait_runs("killed")
        self.choose("slow")
        self.wait_runs("stopped")

    def test_five_presses_are_one_signal_and_more_time_is_given_and_taken_back(self):
        self.desktop.service("deaf", py(DEAF, self.desktop.path("count")), stop={"timeout": "5s"})
        self.open()
        self.desktop.wait_text("deaf", "running")
        self.choose("deaf")
        pid = self.desktop.one("deaf")["pid"]
        begun = self.stop("deaf", presses=5)
        self.desktop.wait_file("count")
        longer = self.see("push button", "Wait longer")
        left = wait_until(lambda: re.search(r"(\d+) s to SIGKILL", self.why()), lambda: self.why())
        self.assertLessEqual(int(left[1]), 5)
        wait_until(lambda: time.monotonic() - begun > 4, "4 seconds")
        self.click(longer)
        left = wait_until(lambda: (found := re.search(r"(\d+) s to SIGKILL", self.why())) and int(found[1]) > 5 and found, lambda: self.why())
        self.assertLessEqual(abs(int(left[1]) - (15 - (time.monotonic() - begun))), 1.5, self.why())
        wait_until(lambda: time.monotonic() - begun > 5.5, "the limit of before")
        self.assertTrue(alive(pid))
        self.assertEqual("1", self.desktop.read("count"))
        self.picture("j4-longer")
        pressed = self.button("Kill now")
        self.within(0.5, lambda: not alive(pid), "gone after Kill now", pressed)
        run = self.desktop.wait_run("deaf", lambda run: run["end"])
        self.assertEqual("killed", run["outcome"])


if __name__ == "__main__":
    main()
