#!/usr/bin/env python3
"""What Qt itself says in our programs stands in the host's own log, with its level and category: nothing else is kept of it."""

import os
import re
import unittest

from harness import BIN, DEADLINE, Case, main, wait_until

# The watcher of files, about one that leads to itself; the engine had it look. Qt says so without a category, as critical.
SAID = re.compile(r"(?m)^\d{4}-\S+Z error qt \[engine\] inotify_add_watch\(.*loop\.toml.*$")


class QtMessages(Case):
    def setUp(self):
        super().setUp()
        path = self.host.service_file("loop")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.symlink("loop.toml", path)

    def own_log(self, name):
        try:
            with open(os.path.join(self.host.state, name), encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def test_of_the_daemon(self):
        self.host.start()
        wait_until(lambda: SAID.search(self.own_log("turnspitd.log")), lambda: self.own_log("turnspitd.log"))
        self.assertTrue(SAID.search(self.host.said()), "and on standard error, as every line of it")
        self.assertEqual(0, self.host.terminate())

    @unittest.skipUnless(os.path.exists(os.path.join(BIN, "turnspit")), "built without the desktop")
    def test_of_the_desktops_own_host(self):
        program = self.host.launch(program="turnspit", environment={"QT_QPA_PLATFORM": "offscreen", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/none"})
        wait_until(lambda: SAID.search(self.own_log("turnspit.log")), lambda: self.own_log("turnspit.log") + self.host.said())
        wait_until(lambda: self.host.ctl("list").code == 0, lambda: f"an answer of the host: {self.host.said()}")
        self.host.ok("shutdown")
        self.assertEqual(0, program.wait(DEADLINE), self.host.said())


if __name__ == "__main__":
    main()
