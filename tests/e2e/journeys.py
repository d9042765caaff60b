"""What the walk-throughs of the desktop stand on: the real program on a screen of its own, driven by keys and mouse, seen
through its accessible tree, and checked against turnspitctl, files and /proc.

TURNSPIT_SHOTS=FOLDER keeps pictures of the screen at the steps that a person would look at.
"""

import os
import re
import shutil
import subprocess
import time
import unittest

import accessible
import desktop
import harness
from accessible import Eyes
from desktop import Desktop, Panel, Screen
from harness import DEADLINE, wait_until


def missing():
    return [*desktop.missing(), *accessible.missing(), *(program for program in ("xclip",) if not shutil.which(program))]


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
        self.screen.environment.update(accessible.ENVIRONMENT, TURNSPIT_WATCHDOG="1", **self.environment)
        self.desktop = Desktop(self.screen)
        self.addCleanup(self.desktop.close)
        self.panel = None
        if self.panel_wanted:
            self.panel = Panel(self.screen)
            self.addCleanup(self.panel.close)
        self.eyes = Eyes(self.screen)
        self.addCleanup(self.eyes.close)
        self.hand = subprocess.Popen(["xdotool", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                     env={**os.environ, **self.screen.environment}, text=True)
        self.addCleanup(self.put_down_hand)
        self.typed = 0
        self.launches = []  # where in what is said each program begins
        self.figures = []
        self.addCleanup(self.say_figures)

    def tearDown(self):
        self.picture("end-" + self._testMethodName)
        # The main thread never waits, whatever the journey was about (N1). The watchdog speaks once a second; what it says first of a
        # program is how long its window took to be made.
        words = []
        for begin, end in zip(self.launches, [*self.launches[1:], None]):
            words += self.watchdog(begin, end)[1:]
        if words:
            self.figures.append(f"the main thread worked {max(worked for _, worked in words):.0f} ms between two ticks of 50 ms at most")
            late = max(late for late, _ in words) / 1000
            self.figures.append(f"the main thread was late at most: {1000 * late:.0f} ms (limit 50 ms)")
            self.assertLess(late, 0.05 if STRICT else 10, "the main thread")  # of a machine that compiles beside it, it gets little

    def put_down_hand(self):
        self.hand.stdin.close()
        self.hand.wait(DEADLINE)

    def launch(self, *arguments):
        """Starts the program, again where one has ended."""
        self.launches.append(len(self.desktop.said()) if self.launches else 0)
        self.desktop.open(*arguments)
        self.eyes.attach(self.desktop.program.pid)
        self.known = {}  # items that one looks at again and again

    def open(self, *arguments):
        """Starts the program; its window is in front and the host answers."""
        self.launch(*arguments)
        self.window = self.desktop.window()
        self.desktop.answers()
        return self.activate()

    def activate(self):
        """The window is in front, whatever it was, and the program knows it."""
        self.screen.x("xdotool", "windowactivate", "--sync", self.window)
        frame = self.see("frame", "Turnspit")
        self.wait_front(self.window, frame)
        wait_until(lambda: "active" in self.eyes.look(frame)["states"], "a window that knows that it is in front")
        return self

    def wait_front(self, window, item):
        """It has the focus, and the program knows where it is: before, a click would go past what it is meant for."""
        wait_until(lambda: self.screen.x("xdotool", "getactivewindow").strip() == window, "the window in front")
        wait_until(lambda: (self.eyes.box(item) or [])[:2] == self.screen.place(window),
                   lambda: f"a window that knows where it is: {self.eyes.box(item)}, {self.screen.place(window)}")

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

    def turns(self, name, state, act, limit):
        """Does act(), which says when it was done: its row says so in time. Only that cell is looked at, since whoever looks at more
        keeps the program busy."""
        start, seen = self.eyes.when(self.cell(name), f"{name}, {state}*", act)
        self.measured(f"{name} is {state}", seen - start, limit)
        return start

    def types(self, field, text, item, name, limit, what):
        """Types instead of what is in a field; another item, which was found before, has such a name in time. Only that one is looked at
        meanwhile, so that this is the time of the program and of the hand, which needs 4 ms a key, and not that of a search."""
        self.click(field)
        wait_until(lambda: "focused" in self.eyes.look(field)["states"], "the focus")
        self.keys("ctrl+a")
        start, seen = self.eyes.when(item, name, lambda: self.type(text))
        self.measured(what, seen - start, limit)
        return start

    def say_figures(self):
        for line in self.figures:
            print(f"    {line}", flush=True)

    def watchdog(self, since=0, until=None):
        """What it said between two places of all that was said: for each second how many milliseconds the main thread was late at most, and
        how many it worked between two ticks."""
        words = re.findall(r"^watchdog late ([\d.]+) ([\d.]+)$", self.desktop.said()[since:until], re.MULTILINE)
        return [(float(late), float(worked)) for late, worked in words]

    def lateness(self, since=0):
        return [late for late, _ in self.watchdog(since)]

    # --- hands

    def do(self, command):
        """A line for xdotool, which is there already: nothing has to be started first. What one hand does comes in its order."""
        self.hand.stdin.write(command + "\n")
        self.hand.stdin.flush()

    def keys(self, *keys):
        """Presses them in the window that has the focus; the time at which the first one was."""
        start = time.monotonic()
        for key in keys:
            self.do(f"key {key}")
        return start

    def type(self, text):
        """The time at which that began."""
        self.typed += 1
        file = os.path.join(self.screen.folder, f"typed{self.typed}")
        with open(file, "w", encoding="utf-8") as words:
            words.write(text)
        start = time.monotonic()
        self.do(f"type --delay 4 --file {file}")
        return start

    def enter(self, item, text):
        """Types instead of what is in a field; the time at which that began."""
        self.click(item)
        wait_until(lambda: "focused" in self.eyes.look(item)["states"], "the focus")
        self.keys("ctrl+a")
        return self.type(text)

    def click(self, item, button=1):
        x, y, width, height = self.spot(item)
        return self.click_at(x + width // 2, y + height // 2, button)

    def click_at(self, x, y, button=1):
        self.do(f"mousemove {x} {y}")
        start = time.monotonic()
        self.do(f"click {button}")
        return start

    # --- eyes

    def see(self, role, name, place=None):
        return wait_until(lambda: self.eyes.find(role, name, place), lambda: f"{role} {name!r}\n{self.eyes.tree()[-8000:]}")

    def gone(self, role, name, place=None):
        wait_until(lambda: self.eyes.find(role, name, place) is None, lambda: f"an end of {role} {name!r}\n{self.eyes.tree()[-8000:]}")

    def spot(self, item):
        """x, y, width and height on the screen, once it stays there."""
        box = None
        while box != (box := self.eyes.box(item)):
            pass
        assert box, "what was to be pressed has gone"
        return box

    def button(self, name, place=None):
        return self.click(self.see("push button", name, place))

    def tick(self, name, on=True):
        """The box is checked, or is not, afterwards."""
        box = self.see("check box", name)
        if ("checked" in self.eyes.look(box)["states"]) != on:
            self.click(box)
        wait_until(lambda: ("checked" in self.eyes.look(box)["states"]) == on, f"check box {name!r} to be {on}")

    def dialog(self, title):
        """A place to look at; the dialog has the focus."""
        window = self.desktop.dialog(title)
        place = self.see("", title)  # a dialog or an alert; windows come first
        self.wait_front(window, place)
        return place

    def wait_no_dialog(self, title):
        wait_until(lambda: not self.screen.windows(title), f"an end of the dialog {title!r}")

    def menu(self, opens):
        """A menu is up after opens(); menus are no part of the tree that Qt shows."""
        windows = lambda: set(self.screen.windows("turnspit", by="class"))
        before = windows()
        opens()
        wait_until(lambda: windows() - before, "a menu")

    def remembered(self, key, look):
        if key not in self.known:
            self.known[key] = look()
        return self.known[key]

    def list(self):
        return self.remembered("list", lambda: self.see("tree", "Services"))

    def rows(self):
        """The sentences of all rows; also where there is no list yet."""
        table = self.eyes.find("tree", "Services")
        return [text for _, text in self.eyes.rows(table)] if table is not None else []

    def row(self, name):
        """The sentence of a row, "" where there is none."""
        return next((text for _, text in self.eyes.rows(self.list()) if text.startswith(f"{name}, ")), "")

    def wait_row(self, name, *texts):
        """Its sentence, once it begins with the first of them and has the others in it."""
        def look():
            row = self.row(name)
            return row if row.startswith(f"{name}, {texts[0]}") and all(text in row for text in texts) else None
        return wait_until(look, lambda: f"{texts} in the row of {name}; there are {self.rows()}")

    def cell(self, name):
        """The cell that stands for a row."""
        def look():
            return next(([at] for at, text in self.eyes.rows(self.list()) if text.startswith(f"{name}, ")), None)
        return self.eyes.child(self.list(), wait_until(look, lambda: f"a row of {name}: {self.rows()}")[0])

    def choose(self, name):
        """Selects a row with the mouse, and sees that it is."""
        self.click(self.cell(name))
        wait_until(lambda: self.why().startswith(name), f"the selection of {name}")

    def why(self):
        """The line over the tabs."""
        return self.eyes.name(self.remembered("why", lambda: self.see("label", "* — *")))

    def log_item(self):
        return self.see("document frame", "Log")

    def wait_runs(self, *texts):
        """The sentences of the runs tab, newest first, once the newest ones have these words in them."""
        table = self.see("tree", "Runs")
        def look():
            runs = [text for _, text in self.eyes.rows(table)]
            return runs if len(runs) >= len(texts) and all(text in run for text, run in zip(texts, runs)) else None
        return wait_until(look, lambda: f"{texts} among the runs {self.eyes.rows(table)}")

    def picture(self, name):
        """For people: where TURNSPIT_SHOTS says so."""
        folder = os.environ.get("TURNSPIT_SHOTS")
        if folder:
            os.makedirs(folder, exist_ok=True)
            self.screen.picture(os.path.join(folder, name + ".png"))

    def clipboard(self):
        return self.screen.x("xclip", "-selection", "clipboard", "-o")


def main():
    if missing():
        raise SystemExit(f"missing: {' '.join(missing())}")
    harness.main()
