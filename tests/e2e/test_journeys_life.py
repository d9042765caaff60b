#!/usr/bin/env python3
"""A crash loop, a quit with work in hand and a program that is killed, walked through in the real window (J7, J8, J12)."""

import os
import signal
import time

from desktop import demo
from harness import alive, counter, holds_for, mount_tmpfs, parse_time, sh, unmount, wait_until
from journeys import JourneyCase, main

CRITICAL = 2


class LifeCase(JourneyCase):
    panel_wanted = True

    def last_ended(self, name):
        return next(run for run in self.desktop.runs(name) if run["end"])

    def show_runs(self, name, *texts):
        """The runs of a service in the window, newest first: words of each."""
        self.choose(name)
        self.keys("alt+3")
        return self.wait_runs(*texts)


class CrashLoop(LifeCase):
    """J7"""

    def processor_seconds(self):
        with open(f"/proc/{self.desktop.program.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def test_it_backs_off_gives_up_once_and_starts_afresh_when_a_person_says_so(self):
        self.desktop.service("crash", demo("flaky", "always"), autostart=False, restart={"limit": 4, "delay": "1s", "window": "1m"})
        self.open()
        self.choose("crash")
        self.button("Start")
        self.wait_row("crash", "backing off", "retry in", "exit 3")
        self.picture("j7-backing-off")
        began, used = time.monotonic(), self.processor_seconds()
        time.sleep(3) # nobody asks meanwhile: what it takes is its own
        share = (self.processor_seconds() - used) / (time.monotonic() - began)
        self.desktop.wait_for("crash", "failed")
        self.wait_row("crash", "failed", "gave up after 4 failures")
        self.picture("j7-gave-up")
        self.assertLess(share, 0.05, "of a processor for the program")

        begins = [parse_time(run["begin"]) for run in reversed(self.desktop.runs("crash"))]
        gaps = [(later - earlier).total_seconds() for earlier, later in zip(begins, begins[1:])]
        self.assertEqual(3, len(gaps))
        for expected, gap in zip((1, 2, 4), gaps):
            self.assertGreaterEqual(gap, expected * 0.8, gaps) # at about 0, 1, 3 and 7 s, a little of chance in it
            self.assertLess(gap, expected * 1.25 + 1, gaps)
        self.eyes.wait_words("0 of 4 runs good")

        self.panel.notice("crash failed and is not started again")
        critical = [said for said in self.panel.notices() if said["urgency"] == CRITICAL]
        self.assertEqual(1, len(critical), self.panel.notices())

        # A start by hand begins to count anew; a stop while it backs off is the last word.
        self.button("Start")
        self.desktop.wait_for("crash", "backing-off")
        self.assertEqual(1, next(run for run in self.desktop.runs("crash") if run["trigger"] == "window")["attempt"])
        self.button("Stop")
        self.wait_row("crash", "stopped")
        runs = len(self.desktop.runs("crash"))
        holds_for(lambda: self.desktop.one("crash")["state"] == "stopped", 2.5, "the stop")
        self.assertEqual(runs, len(self.desktop.runs("crash")))


class QuitWithWorkInHand(LifeCase):
    """J8"""
    NAMES = ("quick", "slow", "deaf")

    def three(self):
        self.desktop.service("quick", demo("beat", 1))
        self.desktop.service("slow", demo("slowstop", 4), stop={"timeout": "20s"})
        self.desktop.service("deaf", demo("slowstop", 60), stop={"timeout": "7s"})
        self.open()
        for name in self.NAMES:
            self.desktop.wait_text(name, "running" if name != "quick" else "beat")
        return self.pids()

    def pids(self):
        return {name: self.desktop.wait_for(name, "running")["pid"] for name in self.NAMES}

    def quit(self):
        """The quit dialog, a place; when its keys were pressed."""
        pressed = self.keys("ctrl+q")
        return self.dialog("Quit Turnspit"), pressed

    def assert_ended(self, pids):
        self.assertEqual(0, self.desktop.wait_end(), self.desktop.said())
        self.assertEqual([], [name for name, pid in pids.items() if alive(pid)])
        self.desktop.wait_nothing_left()

    def assert_told(self, reason):
        """By the next start: how each of them ended, and of the one that was killed a line that leads to its runs."""
        self.open()
        ended = {name: self.last_ended(name) for name in self.NAMES}
        self.assertEqual({"quick": "stopped", "slow": "stopped", "deaf": "killed"}, {name: run["outcome"] for name, run in ended.items()})
        self.assertIn(reason, ended["deaf"]["reason"])
        self.choose("quick")
        self.see("label", "deaf was killed at quit.")
        told = self.eyes.wait_words("at ", reason.removesuffix("; killed"))
        self.assertNotIn("; killed", told, "that is said already")
        self.picture("j8-told")
        self.button("Details")
        wait_until(lambda: self.why().startswith("deaf"), "the service it is about")
        self.assertIn("killed", self.wait_runs("running", reason)[1])
        self.gone("label", "deaf was killed at quit.")
        for name in ("quick", "slow"):
            self.show_runs(name, "running", "stopped")

    def test_the_dialog_names_them_lets_one_change_ones_mind_and_kills_the_one_that_is_meant(self):
        pids = self.three()
        form, pressed = self.quit()
        self.within(1, lambda: not alive(pids["quick"]), "the end of the quick one", pressed)
        self.eyes.wait_words("stopped in", place=form)
        words = self.eyes.words(form)
        for name in self.NAMES:
            self.assertIn(name, words)
        self.assertIn("SIGTERM sent", words)
        self.assertIn("Kill deaf now", words)
        self.assertNotIn("Kill quick now", words)
        limit = next(word for word in words if word.startswith("Time limit"))
        wait_until(lambda: not self.eyes.hear(limit, place=form), "a limit that runs down")
        self.picture("j8-quit-dialog")

        self.keys("Escape")
        self.dialog("Start again")
        self.assertEqual([], self.screen.windows("Quit Turnspit"))
        self.picture("j8-start-again")
        self.keys("Return")
        wait_until(lambda: not any(alive(pid) for pid in pids.values()), "the ends that were under way")
        pids = self.pids()
        self.assertTrue(self.desktop.alive)
        for name in ("slow", "deaf"):
            wait_until(lambda name=name: len([text for text in self.desktop.texts(name) if text.startswith("running")]) == 2, f"{name} to be up")

        self.activate()
        form, _ = self.quit()
        self.eyes.wait_words("Kill deaf now", place=form)
        self.keys("Tab", "space") # from "Don't quit" to the first of them
        wait_until(lambda: not alive(pids["deaf"]), "the end of the one that was killed")
        self.assertTrue(alive(pids["slow"]), "the others are not touched")
        self.eyes.wait_words("killed after", place=form)
        self.picture("j8-killed-one")
        self.assert_ended(pids)
        self.assert_told("killed on demand")

    def test_sigterm_goes_the_same_way_without_a_dialog(self):
        pids = self.three()
        self.desktop.program.send_signal(signal.SIGTERM)
        wait_until(lambda: not alive(pids["quick"]), "the end of the quick one")
        self.assertEqual([], self.screen.windows("Quit Turnspit"))
        self.assert_ended(pids)
        self.assert_told("did not stop within 7s; killed")


class Survives(LifeCase):
    """J12"""

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
        wait_until(lambda: os.path.exists(os.path.join(self.desktop.state, "backups", ".good", "atorn.toml")), "a copy of what is good")
        self.kill_program()
        self.desktop.touch("gate")
        wait_until(lambda: not alive(before["bad"]) and not alive(before["good"]), "the two ends that nobody sees")
        with open(self.desktop.service_file("atorn"), "w", encoding="utf-8"):
            pass

        opened = time.monotonic()
        self.open()
        states = {"bad": "failed", "good": "completed", "atorn": "invalid", **{f"beat{number}": "running" for number in range(1, 5)}}
        self.within(2, lambda: self.row("bad").startswith("bad, failed"), "the truth in the window", opened)
        wait_until(lambda: states.items() <= {name: row["state"] for name, row in self.desktop.list().items()}.items(),
                   lambda: f"the truth: {self.desktop.list()}")
        self.wait_row("bad", "failed", "exit 1")
        for number in range(1, 5):
            self.wait_row(f"beat{number}", "running", "taken over from an earlier host")
        # When it ended, and what became of the services: in a band, and one by one.
        self.see("label", "Turnspit ended unexpectedly at *")
        self.eyes.wait_words("4 services went on, 2 ended meanwhile")
        self.picture("j12-after-a-kill")
        self.button("Details")
        details = self.dialog("Turnspit ended unexpectedly at*")
        self.eyes.wait_words("the last sign of life", place=details)
        words = self.eyes.words(details)
        self.assertEqual(4, words.count("went on"), words)
        self.assertIn("ended meanwhile: exit 1", words)
        for name in before:
            self.assertIn(name, words)
        self.picture("j12-details")
        self.keys("Escape")
        self.wait_no_dialog("Turnspit ended unexpectedly")
        self.assertIsNone(self.eyes.find("label", "Turnspit ended unexpectedly*"), "what was reviewed goes")
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
        self.wait_row("atorn", "invalid")
        self.button("Restore last good version") # it is the first, and selected
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
        self.eyes.wait_words("running since", "not kept: No space left on device")
        self.picture("j12-disk-full")
        self.assertEqual(("running", pid), (self.desktop.one("web")["state"], self.desktop.one("web")["pid"]))
        os.unlink(ballast)
        wait_until(lambda: [mark for mark in self.desktop.marks("web") if mark.startswith("not kept: ")], "the mark of what was not kept")
        count = len(self.desktop.texts("web"))
        wait_until(lambda: len(self.desktop.texts("web")) > count + 50, "keeping to resume")
        wait_until(lambda: not self.eyes.hear("not kept: No space"), "an end of the trouble")
        self.assertEqual(pid, self.desktop.one("web")["pid"])

    def test_a_stop_from_the_command_line_is_seen_in_the_window_at_once(self):
        self.desktop.service("api", demo("beat", 1))
        self.open()
        self.wait_row("api", "running")

        def stop():
            self.desktop.ok("stop", "api")
            return time.monotonic()
        self.turns("api", "stopped", stop, 0.2)

        def start():
            self.desktop.ok("start", "api")
            return time.monotonic()
        self.turns("api", "running", start, 0.2)
        self.show_runs("api", "by hand (CLI)", "stopped")


if __name__ == "__main__":
    main()
