#!/usr/bin/env python3
"""Programs built on the library, in the real window: they are there by themselves, are acted on, and their end is said in words."""

import os
import re
import signal
import subprocess
import time

from desktop import demo
from harness import BIN, DEADLINE, holds_for, wait_until
from journeys import JourneyCase, main


class Programs(JourneyCase):

    def station(self, name="station"):
        """The example program; a Popen."""
        program = subprocess.Popen([os.path.join(BIN, "turnspit-station"), name], cwd=self.desktop.files, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, env=self.desktop.environment)
        self.desktop.started.append(program)
        self.desktop.sessions.add(program.pid)
        return program

    def at(self, *arguments):
        return self.desktop.ctl("--host", "station", *arguments)

    def state(self, service):
        return {row["name"]: row for row in self.at("list", "--json").json}[service]["state"]

    def hosts(self):
        return {row["name"]: row["state"] for row in self.desktop.ok("hosts", "--json").json}

    def entry(self, words):
        """The program in the side list, once it says this of itself."""
        return self.see("list item", f"station, {words}")

    def measure_entry(self, words, limit, since):
        return self.within(limit, lambda: self.eyes.find("list item", f"station, {words}"), f"station: {words}", since)

    def show_station(self):
        self.click(self.entry("3 services*"))
        self.known = {}
        self.wait_row("report", "running")
        wait_until(lambda: self.screen.windows("^station .*Turnspit$"), "a title that says whose services these are")

    def test_one_is_seen_and_acted_on_and_its_end_is_said(self):
        self.desktop.service("heart", demo("beat", 1))
        self.open()
        self.wait_row("heart", "running")
        self.assertIsNone(self.eyes.find("list", "Programs with services"))  # nobody yet
        started = time.monotonic()
        program = self.station()
        self.measure_entry("3 services, 2 running, 1 waiting", 2, started)
        self.show_station()
        self.assertEqual(["archive", "measure", "report"], [row.split(",")[0] for row in self.rows()])
        self.picture("workers-shown")

        # What it counts and says.
        self.choose("archive")
        self.keys("alt+1")
        counted = re.compile(r"done (\d+)")
        wait_until(lambda: (found := self.eyes.hear("done ", "given up 0")) and int(counted.search(found)[1]) >= 2, "messages that are done")
        self.eyes.wait_words("waiting 0", "dead letters 0")
        self.picture("workers-queue")
        self.choose("measure")
        self.keys("alt+1")
        self.eyes.wait_words("done ", "since it started")
        self.keys("alt+2")
        self.eyes.wait_words("reading ", "degrees")
        self.picture("workers-log")

        # Acted on from the window, seen from outside.
        self.keys("alt+1")
        self.choose("report")
        self.button("Stop")
        self.wait_row("report", "stopped")
        self.assertEqual("stopped", self.state("report"))
        self.entry("3 services, 1 running, 1 waiting")
        self.button("Start")
        self.wait_row("report", "running")
        self.assertEqual("running", self.state("report"))
        self.choose("measure")
        self.keys("ctrl+h")
        self.wait_row("measure", "", "held")
        held = self.readings()
        self.keys("ctrl+Return")
        wait_until(lambda: self.readings() == held + 1, lambda: f"one reading more than {held}: {self.readings()}")
        self.keys("ctrl+h")
        wait_until(lambda: self.readings() > held + 1, "readings after it was resumed")
        self.wait_row("measure", "waiting")

        # Its end.
        program.kill()
        killed = time.monotonic()
        program.wait(DEADLINE)
        self.measure_entry("was killed, *", 2, killed)
        self.see("label", "station was killed.")
        self.eyes.wait_words("Its services do not run any more")
        self.eyes.wait_words("Not connected")
        self.eyes.wait_words("Last known of station")
        self.picture("workers-killed")
        self.assertEqual("gone", self.hosts()["station"])

        # Looked at again it is what was known of it, not of what was looked at in between.
        self.click(self.see("list item", "This computer, *"))
        self.known = {}
        self.wait_row("heart", "running")
        self.click(self.entry("was killed, *"))
        self.known = {}
        self.wait_row("report", "running")
        self.assertEqual(["archive", "measure", "report"], [row.split(",")[0] for row in self.rows()])
        self.eyes.wait_words("last known at")
        self.picture("workers-killed-again")

        again = self.station()
        self.entry("3 services, 2 running, 1 waiting")
        self.gone("label", "station was killed.")
        self.wait_row("report", "running")
        self.picture("workers-back")
        again.terminate()
        self.assertEqual(0, again.wait(DEADLINE))
        self.entry("ended, *")
        self.see("label", "station has ended.")

        # Dismissed: what is shown is this computer again, and the list has gone.
        self.button("Remove ended programs from this list")
        self.known = {}
        self.wait_row("heart", "running")
        self.gone("list", "Programs with services")

    def readings(self):
        return len(self.at("logs", "measure", "--stream", "o", "--json").out.splitlines())

    def test_one_that_hangs_does_not_answer_and_is_back_by_itself(self):
        self.open()
        program = self.station()
        self.show_station()
        stopped = time.monotonic()
        program.send_signal(signal.SIGSTOP)
        try:
            self.measure_entry("does not answer", 5, stopped)
            self.see("label", "station does not answer.")
            self.see("push button", "Does not answer; more about the host")  # of the one that is shown
            self.picture("workers-silent")
            self.assertEqual("silent", self.hosts()["station"])
            self.assertRegex(self.desktop.ok("hosts").out, r"(?m)^station +worker +does not answer ")

            # Nothing here waits for it: the window goes on, also with what cannot be answered.
            before = len(self.desktop.said())
            self.choose("report")
            self.button("Stop")
            self.keys("alt+2")
            self.keys("alt+1")
            self.eyes.wait_words("station does not answer")
            self.assertLess(max(self.lateness(before), default=0), 1000 * 2)
        finally:
            program.send_signal(signal.SIGCONT)
        self.entry("3 services, *")
        self.gone("label", "station does not answer.")
        self.wait_row("report", "stopped")  # it has heard what it was told meanwhile
        self.assertEqual("answers", self.hosts()["station"])

    def test_one_that_hangs_already_is_shown_too(self):
        program = self.station()
        wait_until(lambda: self.hosts().get("station") == "answers", "the program")
        program.send_signal(signal.SIGSTOP)
        try:
            self.open()
            self.entry("does not answer")
        finally:
            program.send_signal(signal.SIGCONT)
        self.entry("3 services, *")
        self.show_station()


class AttachedHost(JourneyCase):
    """The daemon that the window is attached to."""

    def test_one_that_hangs_is_seen_not_to_answer_and_hears_afterwards_what_it_was_told(self):
        self.desktop.service("heart", demo("beat", 1))
        self.desktop.start()
        self.open()
        self.wait_row("heart", "running")
        stopped = time.monotonic()
        self.desktop.daemon.send_signal(signal.SIGSTOP)
        try:
            self.within(5, lambda: self.eyes.find("push button", "Does not answer; more about the host"), "that it does not answer", stopped)
            self.see("label", "The host of these services does not answer.")
            self.picture("attached-silent")
            self.choose("heart")
            self.button("Stop")
            holds_for(lambda: self.eyes.find("push button", "Does not answer; more about the host"), 1, "that it does not answer")
        finally:
            self.desktop.daemon.send_signal(signal.SIGCONT)
        self.see("push button", "Connected; more about the host")
        self.gone("label", "The host of these services does not answer.")
        self.wait_row("heart", "stopped")


if __name__ == "__main__":
    main()
