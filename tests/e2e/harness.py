"""What the end-to-end tests stand on: a host of their own in folders of its own, real processes and real time.

Nothing here waits blindly: every wait looks at something observable (list, history, files, /proc) until it holds or a
deadline has passed. Only processes that descend from a host of these tests are ever signalled: they carry a token of
the host in their environment, or its folder in their command line, or are in the session of a process that does.
"""

import concurrent.futures
import ctypes
import datetime
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

BIN = os.environ.get("TURNSPIT_BIN") or os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "..", "build", "dev", "bin")
BIN = os.path.abspath(BIN)
PYTHON = sys.executable

# Long, because the machine may be busy; a test that passes never waits for it.
DEADLINE = float(os.environ.get("TURNSPIT_E2E_DEADLINE", "60"))

LIST_KEYS = sorted(["name", "group", "kind", "state", "flags", "pid", "since", "restarts", "next_run", "last_outcome",
                    "exit_code", "signal", "reason", "cpu_percent", "memory_bytes"])
RUN_KEYS = sorted(["id", "service", "trigger", "attempt", "begin", "end", "outcome", "exit_code", "signal", "reason",
                   "duration", "peak_memory_bytes", "cpu_seconds", "log_lines"])
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
ENTRY = re.compile(rb"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) ([oeh])([ +])\| (.*)$", re.DOTALL)

# AddressSanitizer keeps what was freed, and ThreadSanitizer a shadow of all: bytes say less there, but not nothing.
SANITIZED = bool(os.environ.get("TURNSPIT_E2E_SANITIZED"))


def memory_limit(size):
    """Of a program, in the same unit; for those that are built with a sanitizer more."""
    return size * 10 if SANITIZED else size


class Reports:
    """What sanitizers say, in any program that a test begins and whatever becomes of its streams and its exit code."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="ts-reports-", dir="/tmp")
        for name in ("ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"):
            given = os.environ.get(name)
            os.environ[name] = f"{given}:" * bool(given) + f"log_path={self.folder}/report:log_exe_name=1"

    def take(self):
        """All that was said, once. A victim dies as it is told to."""
        said = []
        for name in sorted(os.listdir(self.folder)):
            if not name.startswith("report.turnspit-victim."):
                with open(os.path.join(self.folder, name), encoding="utf-8", errors="replace") as file:
                    said.append(f"{name}\n{file.read()}")
        shutil.rmtree(self.folder)
        return "\n".join(said)


REPORTS = Reports() if SANITIZED else None


def wait_until(look, what, deadline=None):
    """The first true value of look(), asked again and again; an AssertionError that says what did not come."""
    end = time.monotonic() + (DEADLINE if deadline is None else deadline)
    while True:
        last = look()
        if last:
            return last
        if time.monotonic() > end:
            raise AssertionError(f"did not come in time: {what() if callable(what) else what}")
        time.sleep(0.02)


def holds_for(look, seconds, what):
    """look() stays true for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert look(), f"did not stay so: {what}"
        time.sleep(0.02)


def parse_time(text):
    assert TIME.match(text), f"not a time of the contract: {text!r}"
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc)


def now():
    return datetime.datetime.now(datetime.timezone.utc)


# --- /proc -----------------------------------------------------------------------------------------------------------

def read_proc(pid, name):
    try:
        with open(f"/proc/{pid}/{name}", "rb") as file:
            return file.read()
    except OSError:
        return b""


class Process:
    """One row of /proc, as it was when it was looked at."""

    def __init__(self, pid):
        stat = read_proc(pid, "stat")
        self.pid = pid
        self.exists = bool(stat)
        if not stat:
            self.state, self.ppid, self.group, self.session, self.start, self.comm = "X", 0, 0, 0, 0, ""
            return
        fields = stat[stat.rindex(b")") + 2:].split()
        self.comm = stat[stat.index(b"(") + 1:stat.rindex(b")")].decode(errors="replace")
        self.state = fields[0].decode()
        self.ppid, self.group, self.session = int(fields[1]), int(fields[2]), int(fields[3])
        self.start = int(fields[19])

    @property
    def alive(self):
        """A zombie is not: it holds nothing and runs nothing; somebody else is to reap it."""
        return self.exists and self.state not in "ZX"

    @property
    def arguments(self):
        return [word.decode(errors="replace") for word in read_proc(self.pid, "cmdline").split(b"\0")[:-1]]

    @property
    def environment(self):
        pairs = (item.split(b"=", 1) for item in read_proc(self.pid, "environ").split(b"\0") if b"=" in item)
        return {key.decode(errors="replace"): value.decode(errors="replace") for key, value in pairs}

    def __repr__(self):
        return f"{self.pid} {self.state} {self.comm} {' '.join(self.arguments)[:120]}"


def processes():
    found = (Process(int(name)) for name in os.listdir("/proc") if name.isdigit())
    return [process for process in found if process.exists]


def alive(pid):
    return Process(pid).alive


def children_of(pid):
    return [process for process in processes() if process.ppid == pid and process.alive]


def descendants_of(pid):
    table = [process for process in processes() if process.alive]
    known, found = {pid}, []
    grew = True
    while grew:
        grew = False
        for process in table:
            if process.ppid in known and process.pid not in known:
                known.add(process.pid)
                found.append(process)
                grew = True
    return found


# --- definitions -----------------------------------------------------------------------------------------------------

def toml_value(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    if isinstance(value, Raw):
        return value.text
    return json.dumps(value, ensure_ascii=False)


class Raw:
    """TOML as it is, where no Python value means it (a date)."""

    def __init__(self, text):
        self.text = text


TABLES = ("schedule", "restart", "stop", "log", "ready", "health", "depends", "notify")


def definition(command=None, **keys):
    """The text of a service file. Dictionaries under the names of tables become tables."""
    lines = []
    if command is not None:
        lines.append(f"command = {toml_value(command)}")
    tables = []
    for key, value in keys.items():
        if key in TABLES:
            tables.append(f"\n[{key}]")
            tables.extend(f"{name} = {toml_value(item)}" for name, item in value.items())
        else:
            lines.append(f"{key} = {toml_value(value)}")
    return "\n".join(lines + tables) + "\n"


def sh(script):
    return ["/bin/sh", "-c", script]


def py(script, *arguments):
    return [PYTHON, "-S", "-E", "-u", "-c", script, *arguments]


# Writes numbered lines `PREFIX 000001 ...` for ever or up to a count, pausing between bursts.
COUNTER = """
import os, sys, time
prefix, count, burst, pause = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
n = 0
while count == 0 or n < count:
    top = min(n + burst, count) if count else n + burst
    os.write(1, b''.join(b'%s %09d\\n' % (prefix.encode(), i) for i in range(n + 1, top + 1)))
    n = top
    if pause: time.sleep(pause)
"""


def counter(prefix, count=0, burst=10, pause=0.01):
    return py(COUNTER, prefix, str(count), str(burst), str(pause))


# --- logs ------------------------------------------------------------------------------------------------------------

class Entry:
    def __init__(self, match, segment):
        self.time = match[1].decode()
        self.stream = match[2].decode()
        self.continues = match[3] == b"+"
        self.bytes = match[4]
        self.text = match[4].decode(errors="replace")
        self.segment = segment

    def __repr__(self):
        return f"{self.time} {self.stream}{'+' if self.continues else ' '}| {self.text[:200]}"


class Result:
    """What a command said and how it ended."""

    def __init__(self, arguments, code, out, err):
        self.arguments, self.code, self.raw = arguments, code, out
        self.out = out.decode(errors="replace")
        self.err = err.decode(errors="replace")

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def objects(self):
        """One object a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def lines(self):
        return self.out.splitlines()

    def __repr__(self):
        return f"turnspitctl {' '.join(self.arguments)}: code {self.code}\nout: {self.out[-3000:]}\nerr: {self.err[-3000:]}"


# --- the host --------------------------------------------------------------------------------------------------------

class Host:
    """A turnspitd in folders of its own. `close` stops it and fails if anything of it is left."""

    def __init__(self, environment=None, root=None):
        self.root = root or tempfile.mkdtemp(prefix="ts-", dir="/tmp")
        self.token = secrets.token_hex(8)
        self.config, self.state, self.runtime = (os.path.join(self.root, name) for name in "csr")
        self.services = os.path.join(self.config, "services")
        self.files = os.path.join(self.root, "f")
        for folder in (self.services, self.files):
            os.makedirs(folder, exist_ok=True)
        self.environment = dict(os.environ)
        for name in list(self.environment):
            if name.startswith("TURNSPIT"):
                del self.environment[name]
        self.environment.update(TURNSPIT_CONFIG_DIR=self.config, TURNSPIT_STATE_DIR=self.state,
                                TURNSPIT_RUNTIME_DIR=self.runtime, E2E_TOKEN=self.token, LC_ALL="C.UTF-8")
        self.environment.update(environment or {})
        self.daemon = None
        self.output = os.path.join(self.root, "turnspitd.out")
        self.sessions = set()
        self.started = []

    # --- files

    def path(self, name):
        """A file for the children to write to or wait for."""
        return os.path.join(self.files, name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8", errors="replace") as file:
            return file.read()

    def touch(self, name):
        with open(self.path(name), "w", encoding="utf-8"):
            pass

    def service_file(self, name):
        return os.path.join(self.services, name + ".toml")

    def write(self, name, text):
        """As an editor that replaces the file would."""
        temporary = os.path.join(self.services, f".{name}.new")
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, self.service_file(name))

    def service(self, name, command=None, **keys):
        self.write(name, definition(command, **keys))

    def settings(self, text):
        os.makedirs(self.config, exist_ok=True)
        with open(os.path.join(self.config, "turnspit.toml"), "w", encoding="utf-8") as file:
            file.write(text)

    def log_folder(self, name):
        return os.path.join(self.state, "logs", name)

    def segments(self, name):
        """(file name, bytes) of each segment, oldest first."""
        try:
            names = sorted(entry for entry in os.listdir(self.log_folder(name)) if re.fullmatch(r"\d{8}\.log", entry))
        except OSError:
            return []
        found = []
        for entry in names:
            try:
                with open(os.path.join(self.log_folder(name), entry), "rb") as file:
                    found.append((entry, file.read()))
            except FileNotFoundError:
                pass
        return found

    def entries(self, name, torn_end=False):
        """Every entry of every segment; a line that is not one is a failure. A live segment may be caught in a write."""
        found = []
        segments = self.segments(name)
        for index, (segment, data) in enumerate(segments):
            body, newline, rest = data.rpartition(b"\n")
            if rest and not (torn_end and index == len(segments) - 1):
                raise AssertionError(f"{name}/{segment} ends in a torn entry: {rest[:100]!r}")
            if not newline:
                continue
            for line in body.split(b"\n"):
                match = ENTRY.match(line)
                if not match:
                    raise AssertionError(f"{name}/{segment}: not an entry: {line[:200]!r}")
                found.append(Entry(match, segment))
        return found

    def marks(self, name):
        return [entry.text for entry in self.entries(name, torn_end=True) if entry.stream == "h"]

    def texts(self, name, stream="o"):
        """The lines that the service wrote, parts joined."""
        lines, part = [], b""
        for entry in self.entries(name, torn_end=True):
            if entry.stream != stream:
                continue
            part += entry.bytes
            if not entry.continues:
                lines.append(part.decode(errors="replace"))
                part = b""
        return lines

    # --- the daemon

    def launch(self, *arguments, environment=None, program="turnspitd"):
        """A daemon that nobody waits for; the caller looks at it."""
        with open(self.output, "ab") as output:
            daemon = subprocess.Popen([os.path.join(BIN, program), *arguments], stdin=subprocess.DEVNULL,
                                      stdout=output, stderr=output, start_new_session=True,
                                      env={**self.environment, **(environment or {})})
        self.started.append(daemon)
        self.sessions.add(daemon.pid)
        return daemon

    def start(self, *arguments, environment=None, deadline=None):
        assert self.daemon is None or self.daemon.poll() is not None, "the host runs already"
        self.daemon = self.launch(*arguments, environment=environment)

        def answers():
            if self.daemon.poll() is not None:
                raise AssertionError(f"turnspitd ended with {self.daemon.returncode}: {self.said()}")
            return self.ctl("list", "--json").code == 0
        wait_until(answers, lambda: f"an answer of the host: {self.said()}", deadline)
        return self

    def said(self):
        with open(self.output, encoding="utf-8", errors="replace") as file:
            return file.read()

    @property
    def running(self):
        return self.daemon is not None and self.daemon.poll() is None

    def terminate(self, number=signal.SIGTERM, deadline=None):
        """Ends the host as systemd would; its exit code."""
        if self.running:
            self.daemon.send_signal(number)
        return self.daemon.wait(DEADLINE if deadline is None else deadline)

    def kill9(self):
        self.daemon.kill()
        self.daemon.wait(DEADLINE)

    def restart(self, *arguments):
        code = self.terminate()
        assert code == 0, f"turnspitd ended with {code}: {self.said()}"
        return self.start(*arguments)

    def keeper(self):
        """The pid of the live keeper of this state folder, or None."""
        mine = [process for process in self.mine() if process.comm == "turnspit-keep"]
        # What it starts is a second one of it until it has called exec.
        pids = {process.pid for process in mine}
        mine = [process for process in mine if process.ppid not in pids]
        assert len(mine) < 2, f"more than one keeper: {mine}"
        return mine[0].pid if mine else None

    # --- turnspitctl

    def command(self, *arguments):
        return [os.path.join(BIN, "turnspitctl"), *map(str, arguments)]

    def ctl(self, *arguments, environment=None, timeout=None, cwd=None):
        arguments = [str(argument) for argument in arguments]
        done = subprocess.run(self.command(*arguments), stdin=subprocess.DEVNULL, capture_output=True, check=False,
                              timeout=2 * DEADLINE if timeout is None else timeout, cwd=cwd,
                              env={**self.environment, **(environment or {})})
        return Result(arguments, done.returncode, done.stdout, done.stderr)

    def spawn_ctl(self, *arguments):
        """A turnspitctl that goes on (logs -f, run, wait): a Popen with pipes."""
        client = subprocess.Popen(self.command(*arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, env=self.environment)
        self.started.append(client)
        return client

    def ok(self, *arguments, **options):
        result = self.ctl(*arguments, **options)
        assert result.code == 0, repr(result)
        return result

    def list(self):
        return {row["name"]: row for row in self.ok("list", "--json").json}

    def one(self, name):
        return self.list().get(name)

    def runs(self, name=None, limit=10000):
        """Newest first."""
        return self.ok("runs", *([name] if name else []), "--limit", limit, "--json").json

    def wait_for(self, name, state, deadline=None):
        """The row of a service once it is in one of these states."""
        states = (state,) if isinstance(state, str) else tuple(state)
        last = {}

        def look():
            last["row"] = self.one(name)
            return last["row"] if last["row"] and last["row"]["state"] in states else None
        return wait_until(look, lambda: f"{name} in state {'/'.join(states)}; it is {last['row']}", deadline)

    def wait_run(self, name, match, deadline=None):
        """The newest run of a service for which match(run) holds."""
        return wait_until(lambda: next((run for run in self.runs(name) if match(run)), None),
                          lambda: f"a run of {name}; there are {self.runs(name)[:5]}", deadline)

    def wait_text(self, name, text, stream="o", deadline=None):
        """Until a line with this in it is in the segments."""
        return wait_until(lambda: [line for line in self.texts(name, stream) if text in line],
                          lambda: f"{text!r} in the log of {name}: {self.texts(name, stream)[-5:]}", deadline)

    def wait_file(self, name, deadline=None):
        wait_until(lambda: os.path.exists(self.path(name)), f"the file {name}", deadline)

    def socket(self):
        """A raw connection to the control socket, with a time limit on every call."""
        raw = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        raw.settimeout(DEADLINE)
        raw.connect(os.path.join(self.runtime, "host.sock"))
        return raw

    # --- what is left

    def mine(self):
        """Live processes that descend from this host or belong to its folders, this test's own clients excepted."""
        table = [process for process in processes() if process.alive and process.pid != os.getpid()]
        token, folder = f"E2E_TOKEN={self.token}".encode(), self.root
        marked = {process.pid for process in table
                  if token in read_proc(process.pid, "environ").split(b"\0")
                  or any(folder in argument for argument in process.arguments)}
        grew = True
        while grew:
            grew = False
            for process in table:
                if process.pid not in marked and (process.ppid in marked or process.session in marked):
                    marked.add(process.pid)
                    grew = True
        return [process for process in table if process.pid in marked]

    def of_service(self, name):
        """Live processes that carry the service's marker."""
        marker = f"TURNSPIT_SERVICE={name}".encode()
        return [process for process in self.mine() if marker in read_proc(process.pid, "environ").split(b"\0")]

    def of_run(self, run):
        marker = f"TURNSPIT_RUN={run}".encode()
        return [process for process in self.mine() if marker in read_proc(process.pid, "environ").split(b"\0")]

    def wait_nothing_left(self, deadline=15):
        wait_until(lambda: not self.mine(), lambda: f"end of {self.mine()}; the host said: {self.said()[-2000:]}",
                   deadline)

    def close(self):
        """Stops the host, if one lives, and asserts that it ended well and left nothing; then removes the folders."""
        try:
            for client in self.started:
                if client is not self.daemon and client.poll() is None:
                    client.kill()
                    client.wait(DEADLINE)
            if self.running:
                code = self.terminate()
                assert code == 0, f"turnspitd ended with {code}: {self.said()}"
            if self.daemon is not None:
                self.wait_nothing_left()
        finally:
            self.sweep()
            for client in self.started:
                for stream in (client.stdout, client.stderr):
                    if stream:
                        stream.close()
            if not os.environ.get("TURNSPIT_E2E_KEEP_FOLDERS"):
                shutil.rmtree(self.root, ignore_errors=True)

    def sweep(self):
        """Kills what a failed test left: the host and what descends from it, by pid."""
        for _ in range(50):
            left = self.mine()
            if not left:
                return
            for process in left:
                again = Process(process.pid)
                if again.alive and again.start == process.start:
                    try:
                        os.kill(process.pid, signal.SIGKILL)
                    except ProcessLookupError:
                        pass
            for child in self.started:
                child.poll()
            time.sleep(0.05)


class Case(unittest.TestCase):
    """A test with a host that is closed, and searched for leftovers, when the test ends."""

    maxDiff = None

    def make_host(self, **options):
        host = Host(**options)
        self.addCleanup(host.close)
        return host

    def setUp(self):
        self.host = self.make_host()

    def assertCode(self, code, result, *texts):
        """The exit code, and these words on stderr."""
        self.assertEqual(code, result.code, repr(result))
        for text in texts:
            self.assertIn(text, result.err, repr(result))
        return result

    def assertBytes(self, expected, found, said=""):
        """Equal, with a short message where they are long."""
        if expected != found:
            same = next((i for i, pair in enumerate(zip(expected, found)) if pair[0] != pair[1]),
                        min(len(expected), len(found)))
            self.fail(f"{len(found)} bytes instead of {len(expected)}, the same up to {same}: expected "
                      f"{expected[same:same + 60]!r}, found {found[same:same + 60]!r} {said}")

    def assertInOrder(self, lines, prefix, first=1, last=None):
        """Lines `PREFIX 000000001`, ...: each there once, none missing, in order. Returns the last number."""
        numbers = [int(line.split()[1]) for line in lines if line.startswith(prefix + " ")]
        for index, number in enumerate(numbers):
            if number != first + index:
                near = numbers[max(0, index - 3):index + 4]
                self.fail(f"{prefix}: expected {first + index}, found {number} after {index} lines; near it {near}")
        if last is not None:
            self.assertEqual(last, first + len(numbers) - 1, f"{prefix}: ends at {first + len(numbers) - 1}")
        return first + len(numbers) - 1


def running_as_root():
    return os.geteuid() == 0


def capability(number):
    """Whether this process may use a capability (21 is CAP_SYS_ADMIN)."""
    for line in read_proc(os.getpid(), "status").decode().splitlines():
        if line.startswith("CapEff:"):
            return bool(int(line.split()[1], 16) >> number & 1)
    return False


def mount_tmpfs(folder, size):
    """Whether a tmpfs of that size could be mounted there."""
    libc = ctypes.CDLL(None, use_errno=True)
    os.makedirs(folder, exist_ok=True)
    return libc.mount(b"tmpfs", folder.encode(), b"tmpfs", 0, f"size={size}".encode()) == 0


def unmount(folder):
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.umount2(folder.encode(), 2) == 0


def main():
    """Runs the tests of the script; a report of a sanitizer is a failure as well."""
    succeeded = unittest.main(verbosity=2, exit=False).result.wasSuccessful()
    said = REPORTS.take() if REPORTS else ""
    if said:
        print(f"sanitizers report:\n{said}", file=sys.stderr)
    sys.exit(0 if succeeded and not said else 1)


def main_beside(*slow, at_once=4):
    """As main, with each class of the script, and each test of the classes `slow`, in a process of its own, some at once: for tests that
    wait most of their time. What one says is printed when it has ended. With arguments: as main."""
    if len(sys.argv) > 1:
        return main()
    module = sys.modules["__main__"]
    classes = [value for value in vars(module).values()
               if isinstance(value, type) and issubclass(value, Case) and value.__module__ == "__main__"]
    names = [f"{each.__name__}.{test}" for each in slow for test in unittest.TestLoader().getTestCaseNames(each)]
    names += [each.__name__ for each in classes if each not in slow]

    def run(name):
        done = subprocess.run([sys.executable, module.__file__, name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        sys.stdout.buffer.write(done.stdout)
        sys.stdout.flush()
        return done.returncode

    assert names, "no class to run"
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        sys.exit(1 if any(list(pool.map(run, names))) else 0)
