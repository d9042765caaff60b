"""What the walk-throughs of the desktop stand on: the real program on a screen of its own, driven by keys and mouse, seen
through its accessible tree, and checked against turnspitctl, files and /proc.

TURNSPIT_SHOTS=FOLDER keeps pictures of the screen at the steps that a person would look at.
"""

import os
import re
import subprocess
import time
import unittest

from accessible import Eyes
from accessible import missing as eyes_missing
from desktop import Desktop, Panel, Screen
from desktop import missing as desktop_missing
from harness import DEADLINE, wait_until


def missing():
    return [*desktop_missing(), *eyes_missing()]


# On a machine that does nothing else, by hand: holds every time to its limit. Elsewhere a time says more about the machine, so it is
# printed, and only what no person would put up with fails.
STRICT = bool(os.environ.get("TURNSPIT_E2E_STRICT"))


def hard(limit):
    """Seconds that must not be passed here, for a limit in seconds."""
    return limit if STRICT else max(10 * limit, 3)


class JourneyCase(unittest.TestCase):
    """Opens nothing by itself: a test writes its service files and calls open()."""

    maxDiff = None
    panel_wanted = False
    environment = {}

    def setUp(self):
        self.screen = Screen(bus=True)
        self.addCleanup(self.screen.close)
        self.screen.environment.update(QT_LINUX_ACCESSIBILITY_ALWAYS_ON="1", TURNSPIT_WATCHDOG="1", **self.environment)
        self.desktop = Desktop(self.screen)
        self.addCleanup(self.desktop.close)
        self.panel = None
        if self.panel_wanted:
            self.panel = Panel(self.screen)
            self.addCleanup(self.panel.close)
        self.hand = subprocess.Popen(["xdotool", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                     env={**os.environ, **self.screen.environment}, text=True)
        self.addCleanup(self.put_down_hand)
        self.figures = []
        self.addCleanup(self.say_figures)

    def tearDown(self):
        self.picture("end-" + self._testMethodName)

    def put_down_hand(self):
        self.hand.stdin.close()
        self.hand.wait(DEADLINE)

    def open(self, *arguments):
        self.launch(*arguments)
        self.window = self.desktop.window()
        return self.activate()

    def activate(self):
        """The window is in front, whatever it was."""
        self.screen.x("xdotool", "windowactivate", "--sync", self.window)
        wait_until(lambda: self.screen.x("xdotool", "getactivewindow").strip() == self.window, "the window in front")
        wait_until(lambda: self.window in self.screen.windows("Turnspit$"), "the window on the screen")
        wait_until(lambda: "active" in self.eyes.look(self.see("frame", "Turnspit"))["states"], "a window that knows that it is in front")
        return self

    def launch(self, *arguments):
        self.desktop.open(*arguments)
        self.eyes = Eyes(self.screen, self.desktop.program.pid)
        self.addCleanup(self.eyes.close)

    # --- times

    def measured(self, what, seconds, limit):
        """A time of the journey: printed always, held to its limit where that is fair."""
        self.figures.append(f"{what}: {1000 * seconds:.0f} ms (limit {1000 * limit:.0f} ms)")
        self.assertLess(seconds, hard(limit), what)

    def within(self, limit, look, what, since=None):
        """The first true value of look(), and that it came in time."""
        start = time.monotonic() if since is None else since
        deadline, found = time.monotonic() + DEADLINE, None
        while not (found := look()):
            if time.monotonic() > deadline:
                raise AssertionError(f"did not come: {what}\n{self.eyes.tree()[-6000:]}")
            time.sleep(0.003)
        self.measured(what, time.monotonic() - start, limit)
        return found

    def say_figures(self):
        for line in self.figures:
            print(f"    {line}", flush=True)

    def lateness(self, since=0):
        """For each second how many milliseconds the main thread was late at most, as its watchdog said, from a place in what it said on."""
        return [float(late) for late in re.findall(r"^watchdog late ([\d.]+) ", self.desktop.said()[since:], re.MULTILINE)]

    # --- hands

    def do(self, command):
        """A line for xdotool, which is there already: nothing has to be started first."""
        self.hand.stdin.write(command + "\n")
        self.hand.stdin.flush()

    def keys(self, *keys):
        """Presses them in the window that has the focus; the time at which the first one was."""
        start = time.monotonic()
        for key in keys:
            self.do(f"key {key}")
        return start

    def type(self, text):
        start = time.monotonic()
        subprocess.run(["xdotool", "type", "--delay", "4", "--", text], env={**os.environ, **self.screen.environment}, check=True,
                       timeout=DEADLINE)
        return start

    def enter(self, item, text):
        """Types instead of what is in a field; the time at which that began."""
        self.click(item)
        wait_until(lambda: "focused" in self.eyes.look(item)["states"], "the focus")
        # Other hands type than press keys: what is pressed must have arrived before.
        if self.eyes.look(item).get("text"):
            self.keys("ctrl+a")
            wait_until(lambda: self.eyes.look(item).get("selected"), "a selection of what is there")
        return self.type(text)

    def click(self, item, button=1):
        x, y, width, height = self.eyes.look(item)["box"]
        return self.click_at(x + width // 2, y + height // 2, button)

    def click_at(self, x, y, button=1):
        self.do(f"mousemove {x} {y}")
        start = time.monotonic()
        self.do(f"click {button}")
        return start

    # --- eyes

    def see(self, role, name, place=None):
        return wait_until(lambda: self.eyes.find(role, name, place), lambda: f"{role} {name!r}\n{self.eyes.tree()[-8000:]}")

    def button(self, name, place=None):
        return self.click(self.see("push button", name, place))

    def tick(self, name, on=True):
        """The box is checked, or is not, afterwards; a click that came while a bar was still opening is made again."""
        def is_so():
            return ("checked" in self.eyes.look(self.see("check box", name))["states"]) == on
        for _ in range(5):
            if is_so():
                return
            self.click(self.see("check box", name))
            end = time.monotonic() + 2
            while not is_so() and time.monotonic() < end:
                time.sleep(0.05)
        raise AssertionError(f"check box {name!r} does not become {on}")

    def dialog(self, title):
        """A place to look at."""
        self.desktop.dialog(title)
        return self.see("dialog", title)

    def menu(self, opens):
        """A menu is up after opens(); menus are no part of the tree that Qt shows."""
        windows = lambda: set(self.screen.windows("turnspit", by="class"))
        before = windows()
        opens()
        wait_until(lambda: windows() - before, "a menu")

    def list(self):
        if not hasattr(self, "list_item"):
            self.list_item = self.see("tree", "Services")
        return self.list_item

    def has_row(self, beginning):
        """Also where there is no list yet."""
        return self.eyes.find("tree", "Services") is not None and any(text.startswith(beginning) for text in self.eyes.names(self.list()))

    def row(self, name):
        """The sentence of a row, "" where there is none."""
        return next((text for text in self.eyes.names(self.list()) if text.startswith(f"{name}, ")), "")

    def choose(self, name):
        """Selects a row with the mouse, and sees that it is."""
        def index():
            texts = self.eyes.names(self.list())
            return next((at for at, text in enumerate(texts) if text.startswith(f"{name}, ")), None)
        at = wait_until(lambda: index() is not None and [index()], lambda: f"a row of {name}: {self.eyes.names(self.list())}")[0]
        self.click(self.eyes.child(self.list(), at))
        wait_until(lambda: self.why().startswith(name), f"the selection of {name}")

    def why(self):
        """The line over the tabs."""
        if not hasattr(self, "why_item"):
            self.why_item = self.see("label", "* — *")
        return self.eyes.look(self.why_item).get("name", "")

    def log_item(self):
        return self.see("document frame", "Log")

    def picture(self, name):
        folder = os.environ.get("TURNSPIT_SHOTS")
        if folder:
            os.makedirs(folder, exist_ok=True)
            self.screen.picture(os.path.join(folder, name + ".png"))

    def clipboard(self):
        return self.screen.x("xclip", "-selection", "clipboard", "-o")


def main():
    if missing():
        raise SystemExit(f"missing: {' '.join(missing())}")
    unittest.main(verbosity=2)
