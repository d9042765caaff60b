"""Hosts and keepers that die while services run, and what has to hold afterwards (services.md, rules 3, 6 and 13)."""

import os
import random
import re
import signal
import time

from harness import COUNTER, Process, alive, py, sh, wait_until

KEEPER_LOST = "keeper lost; exit status not available"
BEGAN = re.compile(r"^run (\d+) began pid (\d+) trigger (\S+) attempt (\d+)$")
ENDED = re.compile(r"^run (\d+) ended (\S+)(?: (exit|signal) (\d+))?$")

# The counter's lines begin with the run's id, so that runs can be told apart.
RUN_COUNTER = "import os, sys\nsys.argv[1] = os.environ['TURNSPIT_RUN']\n" + COUNTER

# Ends with the code in a file as soon as it is there, and takes the file away.
MORTAL = """
import os, sys, time
gate = sys.argv[1]
print('born', flush=True)
while not os.path.exists(gate): time.sleep(0.01)
code = int(open(gate).read())
os.unlink(gate)
os.write(1, b'last words %d' % code + b'\\n')
os._exit(code)
"""


def pause(rng, longest):
    """A random instant: the one thing that is not waited for by looking."""
    time.sleep(rng.uniform(0, longest))


class Load:
    """Chatty and quiet services on one host, and what must be true of their logs and history after any kill."""

    def __init__(self, case, host, seed):
        self.case, self.host, self.rng = case, host, random.Random(seed)
        self.steady = ["fast", "both", "slow", "mute"]
        again = {"delay": "0s", "limit": 0}
        host.service("fast", py(RUN_COUNTER, "", "0", "40", "0.004"), restart=again)
        host.service("both", py("import os, sys, time\nrun = os.environ['TURNSPIT_RUN']\nn = 0\nwhile True:\n n += 1\n"
                                " line = b'%s %09d\\n' % (run.encode(), n)\n os.write(1, line); os.write(2, line)\n"
                                " time.sleep(0.01)"), restart=again)
        host.service("slow", py(RUN_COUNTER, "", "0", "1", "0.3"), restart=again)
        host.service("mute", ["sleep", "3600"], restart=again)
        host.service("mortal", py(MORTAL, host.path("gate")), restart=again)
        host.service("tick", sh("echo tick; sleep 0.2"), schedule={"every": "700ms"})
        self.deaths = 0

    def start(self):
        self.host.start()
        self.wait_all_running()

    def wait_all_running(self):
        """The rows, once all that is kept runs."""
        names = [*self.steady, "mortal"]

        def look():
            rows = self.host.list()
            return rows if all(rows[name]["state"] == "running" and rows[name]["pid"] for name in names) else None
        return wait_until(look, lambda: f"all running: {[(n, r['state']) for n, r in self.host.list().items()]}")

    def pids(self):
        rows = self.wait_all_running()
        return {name: rows[name]["pid"] for name in self.steady}

    def one_process_each(self):
        for name in [*self.steady, "mortal"]:
            leaders = [process for process in self.host.of_service(name) if process.pid == process.session]
            self.case.assertEqual(1, len(leaders), f"{name} runs {len(leaders)} times: {leaders}")
        leaders = [process for process in self.host.of_service("tick") if process.pid == process.session]
        self.case.assertLessEqual(len(leaders), 1, f"tick runs twice: {leaders}")

    def die(self):
        """Lets `mortal` end with a code of its own; returns run id and code once its process has gone."""
        self.deaths += 1
        code = 20 + self.deaths % 100
        run = max(int(match[1]) for match in map(BEGAN.match, self.host.marks("mortal")) if match)
        temporary = self.host.path("gate.new")
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(str(code))
        os.rename(temporary, self.host.path("gate"))
        wait_until(lambda: not self.host.of_run(run), "the end of mortal")
        return run, code

    # --- one round each

    def kill_host(self, sometimes_early=False):
        """The host is killed at a random instant; the services go on, the next host takes them over."""
        case, host = self.case, self.host
        before, keeper = self.pids(), host.keeper()
        born = len(host.texts("mortal"))
        pause(self.rng, 1.0)
        host.kill9()
        death = self.die() if host.texts("mortal") and self.rng.random() < 0.5 else None
        pause(self.rng, 0.5)
        for name, pid in before.items():
            case.assertTrue(alive(pid), f"{name} died with the host")
        case.assertEqual(keeper, host.keeper(), "the keeper died with the host")
        if sometimes_early and self.rng.random() < 0.4:
            host.daemon = host.launch()
            pause(self.rng, 0.4)
            host.kill9()
        host.start()
        case.assertEqual(before, self.pids(), "the same processes go on")
        case.assertEqual(keeper, host.keeper())
        rows = host.list()
        for name in self.steady:
            case.assertIn("adopted", rows[name]["flags"], name)
        self.one_process_each()
        if death:
            run, code = death
            row = host.wait_run("mortal", lambda row: row["id"] == run and row["end"])
            case.assertEqual(("failed", code, None), (row["outcome"], row["exit_code"], row["signal"]), row)
            case.assertIn(f"last words {code}", host.texts("mortal"))
            case.assertIn(f"run {run} ended failed exit {code}", host.marks("mortal"))
            wait_until(lambda: len([text for text in host.texts("mortal") if text == "born"]) > 1 or born == 0,
                       "mortal's return")

    def kill_keeper(self, host_too=False):
        """The keeper is killed: its runs are ended, `unknown`, and the services return by policy."""
        case, host = self.case, self.host
        before = self.pids()
        live = {name: host.runs(name)[0]["id"] for name in self.steady}
        leaders = dict(before, mortal=host.one("mortal")["pid"])
        keeper = host.keeper()
        pause(self.rng, 1.0)
        victims = [lambda: os.kill(keeper, signal.SIGKILL)] + ([host.kill9] if host_too else [])
        self.rng.shuffle(victims)
        for victim in victims:
            victim()
            if host_too:
                pause(self.rng, 0.1)
        if host_too:
            pause(self.rng, 0.3)
            host.start()

        def look():
            rows = host.list()
            return all(rows[name]["state"] == "running" and rows[name]["pid"] not in (None, pid)
                       for name, pid in leaders.items())
        wait_until(look, lambda: f"the return of all: {[(n, r['state'], r['pid']) for n, r in host.list().items()]}")
        for name, pid in leaders.items():
            case.assertFalse(alive(pid), f"{name} of the lost keeper goes on as {Process(pid)}")
        self.one_process_each()
        new = host.keeper()
        case.assertNotIn(new, (None, keeper))
        for name, run in live.items():
            row = next(row for row in host.runs(name) if row["id"] == run)
            case.assertEqual(("unknown", None, KEEPER_LOST), (row["outcome"], row["exit_code"], row["reason"]), row)
            marks = host.marks(name)
            case.assertTrue([mark for mark in marks if "missing" in mark], f"{name}: no mark of missing output: {marks}")

    # --- what holds at the end

    def check(self, lost_keepers=0):
        """After a stop of all: logs and history tell one story, without gap, repetition or unknown end."""
        case, host = self.case, self.host
        host.ok("stop", "--all")
        names = [*self.steady, "mortal", "tick"]
        for name in names:
            case.assertEqual([], host.of_service(name))
        unknown = 0
        for name in names:
            entries = host.entries(name)
            times = [entry.time for entry in entries]
            case.assertEqual(sorted(times), times, f"{name}: times go back")
            history = {run["id"]: run for run in host.runs(name)}
            began, ended, lines, current = {}, {}, {}, None
            for entry in entries:
                if entry.stream == "h":
                    if match := BEGAN.match(entry.text):
                        current = int(match[1])
                        case.assertNotIn(current, began, f"{name}: run {current} began twice")
                        began[current] = match
                        lines[current] = {"o": [], "e": []}
                    elif match := ENDED.match(entry.text):
                        case.assertNotIn(int(match[1]), ended, f"{name}: run {match[1]} ended twice")
                        ended[int(match[1])] = match
                elif current is not None:
                    lines[current][entry.stream].append(entry)
            for run, match in began.items():
                case.assertIn(run, history, f"{name}: run {run} is not in the history")
                case.assertEqual((match[3], int(match[4])), (history[run]["trigger"], history[run]["attempt"]), name)
            for run, row in history.items():
                if row["outcome"] in ("skipped", "missed"):
                    continue
                case.assertIn(run, began, f"{name}: run {run} has no mark: {row}")
                case.assertIsNotNone(row["end"], f"{name}: run {run} has no end")
                if row["outcome"] == "unknown":
                    unknown += 1
                    continue
                case.assertIn(run, ended, f"{name}: run {run} has no mark of its end: {row}")
                case.assertEqual(row["outcome"], ended[run][2], f"{name}: run {run}")
                if row["exit_code"] is not None:
                    case.assertEqual(("exit", row["exit_code"]), (ended[run][3], int(ended[run][4])), name)
            live = sorted((row["begin"], row["end"], run) for run, row in history.items()
                          if row["outcome"] not in ("skipped", "missed"))
            for (_, end, earlier), (begin, _, later) in zip(live, live[1:]):
                case.assertLessEqual(end, begin, f"{name}: runs {earlier} and {later} overlap")
            if name in ("fast", "both", "slow"):
                for run, streams in lines.items():
                    for stream, found in streams.items():
                        case.assertInOrder([entry.text for entry in self.whole(found)], str(run))
        if not lost_keepers:
            case.assertEqual(0, unknown, "no end is unknown while the keeper lives")

    @staticmethod
    def whole(entries):
        """Without a last entry that goes on: a keeper's death may have cut its line."""
        return entries[:-1] if entries and entries[-1].continues else entries
