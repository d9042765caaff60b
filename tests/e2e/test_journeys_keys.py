#!/usr/bin/env python3
"""No mouse and no eyes: the program by its keys, and what a screen reader says of it (J11)."""

import os
import shlex
import shutil
import subprocess
import sys

import screenreader
from desktop import demo, missing
from harness import BIN, alive, main, wait_until
from test_journeys_life import JourneyCase

# What a person acts on.
INTERACTIVE = ("push button", "toggle button", "check box", "radio button", "combo box", "text", "spin button", "tree", "tree table", "list", "table",
               "page tab", "menu item", "check menu item", "radio menu item", "slider", "link")


class KeysOnly(JourneyCase):
    def keys(self, *keys):
        """To whatever has the focus."""
        self.screen.x("xdotool", "key", "--clearmodifiers", *keys)

    def type(self, text):
        self.screen.x("xdotool", "type", "--delay", "5", text)

    def focused(self):
        return [node["name"] for node in self.reader.look() if "focused" in node["states"]]

    def wait_focus(self, name):
        wait_until(lambda: name in self.focused(), lambda: f"the focus on {name!r}; it is on {self.focused()}")

    def test_a_service_is_added_run_read_stopped_removed_and_taken_back(self):
        self.screen.keys(self.open(), "ctrl+n")
        self.desktop.dialog("Add service")
        self.wait_focus("Command")
        self.type(shlex.join(demo("beat", 1)))
        self.reader.wait_words("turnspit-demo", window="Add service")
        self.keys("alt+n")
        self.wait_focus("Name")
        self.keys("ctrl+a")
        self.type("heart")
        wait_until(lambda: any(node["name"] == "Save & start" and "enabled" in node["states"] for node in self.reader.look("Add service")), "a form that can be saved")
        self.picture("j11-add")
        self.keys("alt+t")
        self.desktop.wait_for("heart", "running")
        self.reader.wait_row("heart", "running")
        wait_until(lambda: any(node["name"].startswith("heart, ") and "selected" in node["states"] for node in self.reader.look("Turnspit")), "the new one, selected")

        self.wait_focus_in_list()
        self.keys("Return")
        self.reader.wait_words("beat 1")
        self.picture("j11-log")
        self.keys("Escape")
        self.wait_focus_in_list()
        self.keys("space")
        self.reader.wait_row("heart", "stopped")
        self.keys("Delete")
        wait_until(lambda: self.desktop.one("heart") is None, "the end of the service")
        self.assertIsNone(self.reader.row("heart"))
        self.reader.wait_words("Removed heart.")
        self.picture("j11-removed")
        self.keys("ctrl+z")
        self.desktop.wait_for("heart", "stopped")
        self.reader.wait_row("heart", "stopped")
        self.assertTrue(self.desktop.runs("heart"), "its history is back, too")
        self.keys("ctrl+q")
        self.assertEqual(0, self.desktop.wait_end(), self.desktop.said())

    def wait_focus_in_list(self):
        wait_until(lambda: any("focused" in node["states"] and node["role"] == "table cell" for node in self.reader.look("Turnspit")),
                   lambda: f"the focus in the list; it is on {self.focused()}")

    def test_whatever_one_acts_on_has_a_name_in_every_tab_and_dialog(self):
        self.desktop.service("loop", demo("flaky", "always"), restart={"limit": 2, "delay": "50ms", "window": "1m"})
        self.desktop.service("beat", demo("beat", 1))
        self.desktop.service("off", demo("beat", 1), disabled=True)
        window = self.open()
        # The name, the state in words, and why.
        sentence = self.reader.wait_row("loop", "failed", "gave up after 2 failures")
        self.assertTrue(sentence.startswith("loop, failed, "), sentence)
        self.reader.wait_row("beat", "running")
        self.reader.wait_row("off", "disabled")
        for tab in ("1", "2", "3", "4"):
            self.screen.keys(window, f"alt+{tab}")
            self.assert_named(f"tab {tab}")
        self.keys("ctrl+f") # the list's own find in the log is a bar of its own
        self.assert_named("find")
        for keys, title in (("ctrl+n", "Add service"), ("F1", "Keys")):
            self.screen.keys(window, keys)
            dialog = self.desktop.dialog(title)
            self.assert_named(title)
            self.screen.keys(dialog, "Escape")
            wait_until(lambda title=title: not self.screen.windows(title), f"an end of {title}")

    def assert_named(self, what):
        nodes = wait_until(self.reader.look, "something to look at")
        nameless = [" / ".join(node["path"]) for node in nodes
                    if not node["name"] and (node["role"] in INTERACTIVE or ("focusable" in node["states"] and node["role"] not in ("table cell", "label")))]
        self.assertEqual([], nameless, what)

    def test_the_palette_restarts_by_a_few_letters_and_gives_a_command_line_that_works(self):
        self.desktop.service("mailer", demo("beat", 1))
        self.desktop.service("other", demo("beat", 1))
        window = self.open()
        pids = {name: self.desktop.wait_for(name, "running")["pid"] for name in ("mailer", "other")}
        self.reader.wait_row("mailer", "running")
        self.screen.keys(window, "ctrl+k")
        self.wait_focus("What to do")
        self.type("res mai")
        self.reader.wait_words("Restart mailer")
        self.picture("j11-palette")
        self.keys("Return")
        wait_until(lambda: not alive(pids["mailer"]), "a restart")
        again = wait_until(lambda: (row := self.desktop.one("mailer"))["state"] == "running" and row["pid"] != pids["mailer"] and row["pid"], "the restarted one")

        self.screen.keys(window, "ctrl+k")
        self.wait_focus("What to do")
        self.type("res mai")
        self.reader.wait_words("turnspitctl restart mailer")
        self.keys("ctrl+c")
        self.reader.wait_words("Copied: ")
        line = self.screen.x("xclip", "-selection", "clipboard", "-o").strip()
        self.assertIn("restart mailer", line)
        done = subprocess.run(["/bin/sh", "-c", line], env={**self.desktop.environment, "PATH": BIN + ":" + os.environ["PATH"]}, capture_output=True, check=False)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertNotEqual(again, self.desktop.wait_for("mailer", "running")["pid"])
        self.assertEqual(pids["other"], self.desktop.one("other")["pid"])


if __name__ == "__main__":
    absent = missing() + screenreader.missing() + [program for program in ("xclip",) if not shutil.which(program)]
    if absent:
        sys.exit(f"missing: {' '.join(absent)}")
    main()
