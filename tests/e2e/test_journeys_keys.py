#!/usr/bin/env python3
"""No mouse and no eyes: the program by its keys, and what a screen reader says of it (J11)."""

import os
import shlex
import subprocess

from desktop import demo
from harness import BIN, alive, wait_until
from journeys import JourneyCase, main

# What a person acts on.
INTERACTIVE = ("push button", "toggle button", "check box", "radio button", "combo box", "text", "spin button", "tree", "tree table", "list", "table",
               "page tab", "menu item", "check menu item", "radio menu item", "slider", "link")


class KeysOnly(JourneyCase):
    """J11"""
    panel_wanted = True

    def focused(self):
        return [node for node in self.eyes.nodes() if "focused" in node["states"]]

    def wait_focus(self, match, what):
        wait_until(lambda: any(match(node) for node in self.focused()), lambda: f"the focus on {what}; it is on {self.focused()}")

    def wait_focus_on(self, name):
        self.wait_focus(lambda node: node["name"] == name, repr(name))

    def wait_focus_in_list(self):
        self.wait_focus(lambda node: node["role"] == "table cell", "the list")

    def test_a_service_is_added_run_read_stopped_removed_and_taken_back(self):
        self.open()
        self.keys("ctrl+n")
        form = self.dialog("Add service")
        self.wait_focus_on("Command")
        self.type(shlex.join(demo("beat", 1)))
        self.eyes.wait_words("turnspit-demo", place=form)
        self.keys("alt+n")
        self.wait_focus_on("Name")
        self.keys("ctrl+a")
        self.type("heart")
        save = self.see("push button", "Save & start", form)
        wait_until(lambda: "enabled" in self.eyes.look(save)["states"], "a form that can be saved")
        wait_until(lambda: self.eyes.hear("heart", place=form), "the name")
        self.picture("j11-add")
        self.keys("alt+t")
        self.desktop.wait_for("heart", "running")
        self.wait_row("heart", "running")
        wait_until(lambda: any(node["name"].startswith("heart, ") and "selected" in node["states"] for node in self.eyes.nodes()), "the new one, selected")

        self.wait_focus_in_list()
        self.keys("Return")
        self.eyes.wait_words("beat 1")
        self.picture("j11-log")
        self.keys("Escape")
        self.wait_focus_in_list()
        self.keys("space")
        self.wait_row("heart", "stopped")
        self.keys("Delete")
        wait_until(lambda: self.desktop.one("heart") is None, "the end of the service")
        wait_until(lambda: not self.eyes.hear("heart, "), "the end of its row")
        self.eyes.wait_words("Removed heart.")
        self.picture("j11-removed")
        self.keys("ctrl+z")
        self.desktop.wait_for("heart", "stopped")
        self.wait_row("heart", "stopped")
        self.assertTrue(self.desktop.runs("heart"), "its history is back, too")
        self.keys("ctrl+q")
        self.assertEqual(0, self.desktop.wait_end(), self.desktop.said())

    def test_whatever_one_acts_on_has_a_name_in_every_tab_and_dialog(self):
        self.desktop.service("loop", demo("flaky", "always"), restart={"limit": 2, "delay": "50ms", "window": "1m"})
        self.desktop.service("beat", demo("beat", 1))
        self.desktop.service("off", demo("beat", 1), disabled=True)
        self.open()
        # The name, the state in words, and why.
        self.wait_row("loop", "failed, ", "gave up after 2 failures")
        self.wait_row("beat", "running")
        self.wait_row("off", "disabled")
        for number, tab in enumerate(("Overview", "Logs", "Runs", "Configuration"), 1):
            self.keys(f"alt+{number}")
            wait_until(lambda tab=tab: "focused" in self.eyes.look(self.see("page tab", tab))["states"], f"the tab {tab}")  # so Qt says it
            self.assert_named(tab)
        self.keys("ctrl+f")
        self.wait_focus_on("Find service")
        self.assert_named("find")
        for keys, title in (("ctrl+n", "Add service"), ("F1", "Keys")):
            self.keys(keys)
            self.dialog(title)
            self.assert_named(title)
            self.keys("Escape")
            self.wait_no_dialog(title)
            self.activate()

    def assert_named(self, what):
        nodes = wait_until(self.eyes.nodes, "something to look at")
        nameless = [" / ".join(node["path"]) for node in nodes
                    if not node["name"] and (node["role"] in INTERACTIVE or ("focusable" in node["states"] and node["role"] not in ("table cell", "label")))]
        self.assertEqual([], nameless, what)

    def open_palette(self, text):
        self.keys("ctrl+k")
        self.wait_focus_on("What to do")
        self.type(text)

    def test_the_palette_restarts_by_a_few_letters_and_gives_a_command_line_that_works(self):
        self.desktop.service("mailer", demo("beat", 1))
        self.desktop.service("other", demo("beat", 1))
        self.open()
        pids = {name: self.desktop.wait_for(name, "running")["pid"] for name in ("mailer", "other")}
        self.wait_row("mailer", "running")
        self.open_palette("res mai")
        self.eyes.wait_words("Restart mailer")
        self.picture("j11-palette")
        self.keys("Return")
        wait_until(lambda: not alive(pids["mailer"]), "a restart")
        again = wait_until(lambda: (row := self.desktop.one("mailer"))["state"] == "running" and row["pid"] != pids["mailer"] and row["pid"], "the restarted one")

        self.activate()
        self.open_palette("res mai")
        self.eyes.wait_words("turnspitctl restart mailer")
        self.keys("ctrl+c")
        self.eyes.wait_words("Copied: ")
        line = self.clipboard().strip()
        self.assertIn("restart mailer", line)
        done = subprocess.run(["/bin/sh", "-c", line], env={**self.desktop.environment, "PATH": BIN + ":" + os.environ["PATH"]}, capture_output=True, check=False)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertNotEqual(again, self.desktop.wait_for("mailer", "running")["pid"])
        self.assertEqual(pids["other"], self.desktop.one("other")["pid"])


if __name__ == "__main__":
    main()
