"""What a person without eyes is told of a program: its accessible tree, through AT-SPI; see atspi.py, which does the looking."""

import json
import os
import subprocess

from harness import DEADLINE, wait_until

SYSTEM_PYTHON = "/usr/bin/python3"
# What makes Qt speak without a screen reader that asks for it.
ENVIRONMENT = {"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}


def missing():
    """What is not installed, as a list of words."""
    look = "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi"
    done = subprocess.run([SYSTEM_PYTHON, "-c", look], capture_output=True, check=False) if os.path.exists(SYSTEM_PYTHON) else None
    return [] if done and done.returncode == 0 else ["gir1.2-atspi-2.0 (with python3-gi)"]


class Eyes:
    """The accessible objects of one program on the bus of a screen. Opened before the program is: then there is somebody with whom it
    registers itself, as on a desktop.

    An item is the number of an object that was found; a place is one that is looked in, None for the whole program. A match
    is a role (`push button`, `text`, `label` ...; "" for any) and a name, in which `*` stands for anything. What has gone
    meanwhile is not found.
    """

    def __init__(self, screen):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "atspi.py")
        self.process = subprocess.Popen([SYSTEM_PYTHON, "-W", "ignore::DeprecationWarning", script], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, env={**os.environ, **screen.environment}, text=True)
        self.attach(None)

    def attach(self, pid):
        """From now on at this program."""
        self.ask("attach", pid=pid)

    def ask(self, what, **arguments):
        self.send(what, **arguments)
        return self.answer(what)

    def send(self, what, **arguments):
        self.process.stdin.write(json.dumps({"what": what, **arguments}) + "\n")
        self.process.stdin.flush()

    def answer(self, what):
        line = self.process.stdout.readline()
        assert line, "the program that looks at the accessible tree has ended"
        answer = json.loads(line)
        assert "error" not in answer, f"{what}: {answer['error']}"
        return answer["answer"]

    def find(self, role, name, place=None):
        """The number of the first such object that shows, or None."""
        return self.ask("find", role=role, name=name, place=place)

    def look(self, item):
        """name, description, role, states, text, selected, box (x, y, width, height on the screen); {} when it is gone."""
        return self.ask("look", item=item)

    def box(self, item):
        return self.ask("box", item=item)

    def text(self, item):
        return self.look(item).get("text", "")

    def name(self, item):
        return self.look(item).get("name", "")

    def rows(self, table):
        """Of each row the first cell: its place among the children of the table, its name."""
        return self.ask("rows", item=table)

    def child(self, item, index):
        return self.ask("child", item=item, index=index)

    def press(self, item):
        """What a press of it does."""
        return self.ask("press", item=item)

    def nodes(self, place=None):
        """All that is read there, as dictionaries: role, name, description, states, text, path."""
        return self.ask("nodes", place=place)

    def hear(self, *texts, place=None):
        """The first name, description or text there that has all these in it, or None."""
        return self.ask("hear", texts=texts, place=place)

    def words(self, place=None):
        """Every name, description and text there."""
        return [word for node in self.nodes(place) for word in (node["name"], node["description"], node["text"]) if word]

    def tree(self, place=None):
        """Lines of all that is read there, for a test that has failed."""
        return "\n".join(self.ask("tree", place=place))

    def wait_words(self, *texts, place=None):
        return wait_until(lambda: self.hear(*texts, place=place), lambda: f"{texts} among {self.words(place)}")

    def when(self, item, name, act):
        """Does act(); its value and the time of the monotonic clock at which the item was first seen to have such a name."""
        self.send("await", item=item, name=name, patience=DEADLINE)
        assert self.answer("await") == "ready"
        done = act()
        seen = self.answer("await")
        assert seen, f"did not come: {name}\n{self.tree()[-6000:]}"
        return done, seen

    def close(self):
        self.process.stdin.close()
        self.process.wait(DEADLINE)
        self.process.stdout.close()
