"""The accessible tree of turnspit on a screen with a message bus; see atspi.py, which does the looking."""

import json
import os
import subprocess

from harness import DEADLINE, wait_until

SYSTEM_PYTHON = "/usr/bin/python3"
# What makes Qt speak without a screen reader that asks for it.
ENVIRONMENT = {"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}


def missing():
    done = subprocess.run([SYSTEM_PYTHON, "-c", "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi"],
                          capture_output=True, check=False)
    return [] if done.returncode == 0 else ["gir1.2-atspi-2.0"]


class ScreenReader:
    def __init__(self, screen):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "atspi.py")
        self.process = subprocess.Popen([SYSTEM_PYTHON, "-W", "ignore", script, "turnspit"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, **screen.environment})

    def ask(self, *command):
        self.send(*command)
        return self.answer()

    def send(self, *command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()

    def answer(self):
        answer = json.loads(self.process.stdout.readline())
        assert not isinstance(answer, dict), answer
        return answer

    def look(self, window=""):
        """Nodes as dictionaries: role, name, description, states, text, path."""
        return self.ask("look", window)

    def words(self, window=""):
        """Every name, description and text that shows."""
        return [word for node in self.look(window) for word in (node["name"], node["description"], node["text"]) if word]

    def wait_words(self, *texts, window="", deadline=DEADLINE):
        """Until something shows that has all these in it; that."""
        return wait_until(lambda: next((word for word in self.words(window) if all(text in word for text in texts)), None),
                          lambda: f"{texts} among {self.words(window)}", deadline)

    def row(self, service):
        """The sentence of a service in the list; None: not there."""
        return next((node["name"] for node in self.look("Turnspit") if node["role"] == "table cell" and node["name"].startswith(service + ", ")), None)

    def wait_row(self, service, *texts, deadline=DEADLINE):
        return wait_until(lambda: (row := self.row(service)) and all(text in row for text in texts) and row,
                          lambda: f"{texts} in the row of {service}: {self.row(service)!r}", deadline)

    def press(self, name):
        wait_until(lambda: self.ask("press", name), lambda: f"something to press with the name {name!r} among {self.words()}")

    def time_of_row(self, old, new, act):
        """Does act() and gives its value and the wall clock at which the row that began with old was seen to begin with new."""
        self.send("await", old, new, DEADLINE)
        assert self.answer() == "ready"
        done = act()
        return done, self.answer()

    def close(self):
        self.process.stdin.close()
        self.process.wait(DEADLINE)
        self.process.stdout.close()
