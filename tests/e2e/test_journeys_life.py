#!/usr/bin/env python3
"""A crash loop, a quit with work in hand and a program that is killed, walked through in the real window (J7, J8, J12)."""

import os
import signal
import sys
import time
import unittest

import screenreader
from desktop import Desktop, Panel, Screen, demo, missing
from harness import alive, counter, holds_for, main, mount_tmpfs, parse_time, sh, unmount, wait_until
from screenreader import ScreenReader

CRITICAL = 2


class JourneyCase(unittest.TestCase):
    """A desktop with a notification service, a panel and somebody who hears what the window says."""

    def setUp(self):
        self.screen = Screen(bus=True)
        self.addCleanup(self.screen.close)
        self.screen.environment.update(screenreader.ENVIRONMENT)
        self.panel = Panel(self.screen)
        self.addCleanup(self.panel.close)
        self.desktop = Desktop(self.screen)
        self.addCleanup(self.desktop.close)
        self.reader = ScreenReader(self.screen)
        self.addCleanup(self.reader.close)

    def open(self):
        self.desktop.open().answers()
        return self.desktop.window()

    def picture(self, name):
        """For people: where TURNSPIT_SHOTS says so."""
        if folder := os.environ.get("TURNSPIT_SHOTS"):
            os.makedirs(folder, exist_ok=True)
            self.screen.picture(os.path.join(folder, name + ".png"))

    def last_ended(self, name):
        return next(run for run in self.desktop.runs(name) if run["end"])


class CrashLoop(JourneyCase):
    """J7."""

    def processor_seconds(self):
        with open(f"/proc/{self.desktop.program.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def test_it_backs_off_gives_up_once_and_starts_afresh_when_a_person_says_so(self):
        self.desktop.service("crash", demo("flaky", "always"), autostart=False, restart={"limit": 4, "delay": "1s", "window": "1m"})
        self.open()
        self.reader.wait_row("crash", "stopped")
        self.desktop.ctl("start", "--no-wait", "crash")
        self.reader.wait_row("crash", "backing off", "retry in", "exit 3")
        self.picture("j7-backing-off")
        began, used = time.monotonic(), self.processor_seconds()
        time.sleep(3) # nobody asks meanwhile: what it takes is its own
        share = (self.processor_seconds() - used) / (time.monotonic() - began)
        self.desktop.wait_for("crash", "failed")
        sentence = self.reader.wait_row("crash", "failed")
        self.picture("j7-gave-up")
        self.assertIn("gave up after 4 failures", sentence)
        self.assertLess(share, 0.05, "of a processor for the program")

        begins = [parse_time(run["begin"]) for run in reversed(self.desktop.runs("crash"))]
        gaps = [(later - earlier).total_seconds() for earlier, later in zip(begins, begins[1:])]
        self.assertEqual(3, len(gaps))
        for expected, gap in zip((1, 2, 4), gaps):
            self.assertGreaterEqual(gap, expected * 0.8, gaps) # at about 0, 1, 3 and 7 s, a little of chance in it
            self.assertLess(gap, expected * 1.25 + 1, gaps)
        self.reader.wait_words("0 of 4 runs good")

        self.panel.notice("crash failed and is not started again")
        critical = [said for said in self.panel.notices() if said["urgency"] == CRITICAL]
        self.assertEqual(1, len(critical), self.panel.notices())

        # A start by hand begins to count anew; a stop while it backs off is the last word.
        self.desktop.ctl("start", "--no-wait", "crash")
        self.desktop.wait_for("crash", "backing-off")
        self.assertEqual(1, self.last_ended("crash")["attempt"])
        self.reader.press("Stop")
        self.reader.wait_row("crash", "stopped")
        runs = len(self.desktop.runs("crash"))
        holds_for(lambda: self.desktop.one("crash")["state"] == "stopped", 2.5, "the stop")
        self.assertEqual(runs, len(self.desktop.runs("crash")))


class QuitWithWorkInHand(JourneyCase):
    """J8."""
    NAMES = ("quick", "slow", "deaf")

    def three(self):
        self.desktop.service("quick", demo("beat", 1))
        self.desktop.service("slow", demo("slowstop", 4), stop={"timeout": "20s"})
        self.desktop.service("deaf", demo("slowstop", 60), stop={"timeout": "7s"})
        window = self.open()
        for name in self.NAMES:
            self.desktop.wait_text(name, "running" if name != "quick" else "beat")
        return window, self.pids()

    def pids(self):
        return {name: self.desktop.wait_for(name, "running")["pid"] for name in self.NAMES}

    def assert_ended(self, pids):
        self.assertEqual(0, self.desktop.wait_end(), self.desktop.said())
        self.assertEqual([], [name for name, pid in pids.items() if alive(pid)])
        self.desktop.wait_nothing_left()

    def assert_recorded(self, reason):
        """As the next start knows it."""
        self.open()
        ended = {name: self.last_ended(name) for name in self.NAMES}
        self.assertEqual({"quick": "stopped", "slow": "stopped", "deaf": "killed"}, {name: run["outcome"] for name, run in ended.items()})
        self.assertIn(reason, ended["deaf"]["reason"])

    def test_the_dialog_names_them_lets_one_change_ones_mind_and_kills_the_one_that_is_meant(self):
        window, pids = self.three()
        self.screen.keys(window, "ctrl+q")
        dialog = self.desktop.dialog("Quit Turnspit")
        wait_until(lambda: not alive(pids["quick"]), "the end of the quick one", 5)
        self.reader.wait_words("stopped in", window="Quit Turnspit")
        words = self.reader.words("Quit Turnspit")
        for name in self.NAMES:
            self.assertIn(name, words)
        self.assertIn("SIGTERM sent", words)
        self.assertIn("Kill deaf now", words)
        self.assertNotIn("Kill quick now", words)
        limit = next(word for word in words if word.startswith("Time limit"))
        wait_until(lambda: limit not in self.reader.words("Quit Turnspit"), "a limit that runs down", 5)
        self.picture("j8-quit-dialog")

        self.screen.keys(dialog, "Escape")
        again = self.desktop.dialog("Start again")
        self.assertEqual([], self.screen.windows("Quit Turnspit"))
        self.picture("j8-start-again")
        self.screen.keys(again, "Return")
        wait_until(lambda: not any(alive(pid) for pid in pids.values()), "the ends that were under way")
        pids = self.pids()
        self.assertTrue(self.desktop.alive)
        for name in ("slow", "deaf"):
            wait_until(lambda name=name: len([text for text in self.desktop.texts(name) if text.startswith("running")]) == 2, f"{name} to be up")

        self.screen.keys(window, "ctrl+q")
        dialog = self.desktop.dialog("Quit Turnspit")
        self.reader.wait_words("Kill deaf now", window="Quit Turnspit")
        self.screen.keys(dialog, "Tab", "space") # from "Don't quit" to the first of them
        wait_until(lambda: not alive(pids["deaf"]), "the end of the one that was killed", 2)
        self.assertTrue(alive(pids["slow"]), "the others are not touched")
        self.reader.wait_words("killed after", window="Quit Turnspit")
        self.picture("j8-killed-one")
        self.assert_ended(pids)
        self.assert_recorded("killed on demand")

    def test_sigterm_goes_the_same_way_without_a_dialog(self):
        _, pids = self.three()
        self.desktop.program.send_signal(signal.SIGTERM)
        wait_until(lambda: not alive(pids["quick"]), "the end of the quick one")
        self.assertEqual([], self.screen.windows("Quit Turnspit"))
        self.assert_ended(pids)
        self.assert_recorded("did not stop within 7s; killed")


class Survives(JourneyCase):
    """J12."""

    def kill_program(self):
        self.desktop.program.kill()
        self.desktop.wait_end()

    def test_after_a_kill_the_next_start_shows_the_truth_and_starts_nothing_twice(self):
        for number in range(1, 5):
            self.desktop.service(f"beat{number}", demo("beat", 1))
        for name, code in (("bad", 1), ("good", 0)):
            self.desktop.service(name, sh(f"until test -e {self.desktop.path('gate')}; do sleep 0.05; done; exit {code}"), restart={"policy": "never"})
        self.desktop.service("atorn", demo("beat", 1), autostart=False)
        self.open()
        before = {name: self.desktop.wait_for(name, "running")["pid"] for name in ("beat1", "beat2", "beat3", "beat4", "bad", "good")}
        self.kill_program()
        self.desktop.touch("gate")
        wait_until(lambda: not alive(before["bad"]) and not alive(before["good"]), "the two ends that nobody sees")
        with open(self.desktop.service_file("atorn"), "w", encoding="utf-8"):
            pass

        self.desktop.open().answers()
        states = {"bad": "failed", "good": "completed", "atorn": "invalid", **{f"beat{number}": "running" for number in range(1, 5)}}
        wait_until(lambda: states.items() <= {name: row["state"] for name, row in self.desktop.list().items()}.items(),
                   lambda: f"the truth: {self.desktop.list()}", 2)
        self.reader.wait_row("bad", "failed", "exit 1")
        for number in range(1, 5):
            self.reader.wait_row(f"beat{number}", "running", "taken over from an earlier host")
        self.picture("j12-after-a-kill")
        rows = self.desktop.list()
        self.assertEqual({name: before[name] for name in before if name.startswith("beat")},
                         {name: rows[name]["pid"] for name in before if name.startswith("beat")})
        for name, pid in before.items():
            if name.startswith("beat"):
                self.assertEqual(1, len(self.desktop.runs(name)), name)
                self.assertIn("adopted", rows[name]["flags"])
                self.assertEqual([pid], [process.pid for process in self.desktop.of_service(name)])
        # How the ones ended that nobody saw; a start of the host starts such services again, after that.
        bad, good = (self.desktop.runs(name)[-1] for name in ("bad", "good"))
        self.assertEqual(("failed", 1, "succeeded"), (bad["outcome"], bad["exit_code"], good["outcome"]))
        # A file that a crash has emptied is told, and nothing else minds.
        self.assertEqual("invalid", rows["atorn"]["state"])
        self.reader.wait_row("atorn", "invalid")
        self.reader.press("Restore last good version") # it is the first, and selected
        self.desktop.wait_for("atorn", "stopped")
        with open(self.desktop.service_file("atorn"), encoding="utf-8") as file:
            self.assertIn("turnspit-demo", file.read())

    def test_a_full_disk_for_logs_is_told_stops_nothing_and_passes(self):
        logs = os.path.join(self.desktop.state, "logs")
        os.makedirs(logs, mode=0o700)
        os.chmod(self.desktop.state, 0o700)
        if not mount_tmpfs(logs, "1m"):
            self.skipTest("a tmpfs may not be mounted here")
        self.addCleanup(unmount, logs)
        self.addCleanup(self.desktop.close) # before its file system goes
        self.desktop.service("web", counter("web", 0, 10, 0.01))
        self.open()
        self.desktop.wait_text("web", "web 000000010")
        pid = self.desktop.one("web")["pid"]
        ballast = os.path.join(logs, "ballast")
        with open(ballast, "wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                pass
        notice = self.panel.notice("Turnspit has a problem")
        self.assertEqual(CRITICAL, notice["urgency"])
        self.assertIn("not kept: No space left on device", notice["body"])
        self.reader.wait_words("running since", "not kept: No space left on device")
        self.picture("j12-disk-full")
        self.assertEqual(("running", pid), (self.desktop.one("web")["state"], self.desktop.one("web")["pid"]))
        os.unlink(ballast)
        wait_until(lambda: [mark for mark in self.desktop.marks("web") if mark.startswith("not kept: ")], "the mark of what was not kept")
        count = len(self.desktop.texts("web"))
        wait_until(lambda: len(self.desktop.texts("web")) > count + 50, "keeping to resume")
        wait_until(lambda: not any("not kept: No space" in word for word in self.reader.words("Turnspit")), "an end of the trouble")
        self.assertEqual(pid, self.desktop.one("web")["pid"])

    def test_a_stop_from_the_command_line_is_seen_in_the_window_at_once(self):
        self.desktop.service("api", demo("beat", 1))
        self.open()
        def stop():
            self.desktop.ok("stop", "api")
            return time.time()

        late = []
        for _ in range(3): # the machine may be busy for one of them
            self.reader.wait_row("api", "running")
            stopped, seen = self.reader.time_of_row("api, running", "api, stopped", stop)
            late.append(seen - stopped)
            self.desktop.ok("start", "api")
        self.assertLess(min(late), 0.2, late)


if __name__ == "__main__":
    absent = missing() + screenreader.missing()
    if absent:
        sys.exit(f"missing: {' '.join(absent)}")
    main()
