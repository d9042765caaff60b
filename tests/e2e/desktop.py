"""A desktop of the test's own: an X server with a window manager, a tray and a message bus where a test wants them."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from harness import BIN, DEADLINE, Host, wait_until

NEEDED = ("Xvfb", "openbox", "xdotool", "xprop")


def missing():
    return [program for program in (*NEEDED, "trayer", "dbus-daemon") if not shutil.which(program)]


class Screen:
    """An X server on a display number that it finds itself, with openbox."""

    def __init__(self, bus=False):
        self.folder = tempfile.mkdtemp(prefix="ts-x-", dir="/tmp")
        self.processes = []
        read, write = os.pipe()
        self.start("Xvfb", "-displayfd", str(write), "-screen", "0", "1200x900x24", "-nolisten", "tcp", "-noreset", pass_fds=(write,))
        os.close(write)
        with os.fdopen(read) as pipe:
            self.display = f":{pipe.readline().strip()}"
        self.environment = {"DISPLAY": self.display, "HOME": self.folder, "XDG_CONFIG_HOME": self.folder + "/config",
                            "XDG_RUNTIME_DIR": self.folder + "/run", "QT_QPA_PLATFORM": "xcb", "QT_LOGGING_RULES": "",
                            # Nobody's own session may be seen by these programs; without an address Qt would start a bus.
                            "DBUS_SESSION_BUS_ADDRESS": "unix:path=" + self.folder + "/none", "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=" + self.folder + "/none"}
        os.makedirs(self.folder + "/run", mode=0o700)
        if bus:
            daemon = self.start("dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1", stdout=subprocess.PIPE)
            self.environment["DBUS_SESSION_BUS_ADDRESS"] = daemon.stdout.readline().decode().strip()
        self.start("openbox", "--config-file", self.openbox())
        wait_until(lambda: "_NET_SUPPORTING_WM_CHECK" in self.x("xprop", "-root"), "the window manager")

    def openbox(self):
        """Its settings: without the animation of a window that comes back, while which it takes keys and clicks for itself."""
        with open("/etc/xdg/openbox/rc.xml", encoding="utf-8") as file:
            settings = file.read()
        mine = os.path.join(self.folder, "openbox.xml")
        with open(mine, "w", encoding="utf-8") as file:
            file.write(settings.replace("<animateIconify>yes<", "<animateIconify>no<"))
        return mine

    def start(self, *command, stdout=subprocess.DEVNULL, pass_fds=()):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.DEVNULL, pass_fds=pass_fds,
                                   env={**os.environ, **getattr(self, "environment", {})})
        self.processes.append(process)
        return process

    def stop(self, process):
        process.terminate()
        process.wait(DEADLINE)

    def x(self, *command):
        done = subprocess.run(command, env={**os.environ, **self.environment}, capture_output=True, check=False, timeout=DEADLINE)
        return done.stdout.decode(errors="replace")

    def tray(self):
        tray = self.start("trayer", "--edge", "bottom", "--align", "right", "--width", "20", "--height", "24")
        wait_until(lambda: self.windows("trayer", by="class", visible=False), "the tray")
        return tray

    def windows(self, text, by="name", visible=True):
        """Ids of windows whose title or class matches."""
        arguments = ["--onlyvisible"] if visible else []
        return self.x("xdotool", "search", *arguments, f"--{by}", text).split()

    def state(self, window):
        """`Normal`, `Iconic` or `Withdrawn`."""
        for line in self.x("xprop", "-id", window, "WM_STATE").splitlines():
            if "window state:" in line:
                return line.split()[-1]
        return "Withdrawn"

    def place(self, window):
        """[x, y] of what is inside of its frame."""
        return [int(found) for found in re.findall(r"Absolute upper-left [XY]: +(-?\d+)", self.x("xwininfo", "-id", window))]

    def icons(self):
        """How many windows the tray embeds."""
        found = 0
        for window in self.windows("trayer", by="class", visible=False):
            tree = self.x("xwininfo", "-id", window, "-tree")
            found += tree.count('"turnspit"')
        return found

    def keys(self, window, *keys):
        self.x("xdotool", "windowactivate", "--sync", window)
        self.x("xdotool", "key", "--clearmodifiers", *keys)

    def picture(self, file):
        subprocess.run(["import", "-window", "root", file], env={**os.environ, **self.environment}, check=False, timeout=DEADLINE)

    def close(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(5)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait(5)
            if process.stdout:
                process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Panel:
    """A notification server and a panel with status notifiers, on the bus of a screen."""

    def __init__(self, screen):
        self.process = subprocess.Popen([os.path.join(BIN, "turnspit-fakedesktop")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        env={**os.environ, **screen.environment}, text=True)
        self.said = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        self.wait(lambda said: said.get("ready"))

    def read(self):
        for line in self.process.stdout:
            self.said.append(json.loads(line))

    def wait(self, match, since=0):
        """The first thing said, from number `since` on, for which match holds."""
        return wait_until(lambda: next((said for said in self.said[since:] if match(said)), None),
                          lambda: f"something else than {self.said}")

    def notices(self):
        return [said for said in self.said if "notice" in said]

    def notice(self, text):
        return self.wait(lambda said: text in said.get("summary", ""))

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ask(self, line, key):
        since = len(self.said)
        self.tell(line)
        said = self.wait(lambda said: key in said or "error" in said, since)
        assert key in said, f"{line}: {said}"
        return said[key]

    def menu(self):
        return self.ask("menu", "menu")

    def labels(self):
        return [item["label"] for item in self.menu()]

    def close(self):
        self.process.stdin.close()
        self.process.wait(DEADLINE)
        self.reader.join(DEADLINE)
        self.process.stdout.close()


class Desktop(Host):
    """turnspit itself, in folders of its own, on a screen."""

    def __init__(self, screen):
        super().__init__(environment=screen.environment)
        self.screen = screen
        self.program = None

    def open(self, *arguments):
        self.program = self.launch(*arguments, program="turnspit")
        return self

    def answers(self):
        wait_until(lambda: self.ctl("list", "--json").code == 0, lambda: f"an answer of the host: {self.said()}")
        return self

    def window(self, state="Normal"):
        """The main window once it is in this state."""
        def look():
            for window in self.screen.windows("Turnspit$", visible=False):
                if self.screen.state(window) == state:
                    return window
            return None
        return wait_until(look, lambda: f"the window in state {state}; there is {self.states()}; it said: {self.said()[-500:]}")

    def states(self):
        return {window: self.screen.state(window) for window in self.screen.windows("Turnspit$", visible=False)}

    def dialog(self, title):
        return wait_until(lambda: next(iter(self.screen.windows(title)), None), f"the dialog {title!r}")

    def wait_end(self):
        return self.program.wait(DEADLINE)

    @property
    def alive(self):
        return self.program is not None and self.program.poll() is None

    def close(self):
        if self.alive:
            self.program.send_signal(signal.SIGTERM)
            try:
                self.program.wait(DEADLINE)
            except subprocess.TimeoutExpired:
                pass
        super().close()


def demo(*arguments):
    return [os.path.join(BIN, "turnspit-demo"), *map(str, arguments)]


def seconds_since(start):
    return time.monotonic() - start
