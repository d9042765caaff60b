"""Logs on disk: the format of every line, caps that hold, rotation that loses nothing, and a disk that is full."""

import json
import os
import re
import signal
import stat
import time

from harness import (ENTRY, Case, Process, alive, capability, counter, main, mount_tmpfs, parse_time, py, running_as_root, sh,
                     unmount, wait_until)

MARKS = [re.compile(text) for text in (
    r"^run \d+ began pid \d+ trigger (start|schedule|catch-up|restart|dependency|window|tray|ctl) attempt \d+$",
    r"^run \d+ ended (succeeded|failed|timed-out|stopped|killed|abandoned|unknown)( (exit|signal) \d+)?$",
    r"^sent SIG[A-Z0-9]+, \S+ to SIGKILL$",
    r"^killed: .+$",
    r"^restart in \S+ \(\d+ of \d+\)$",
    r"^not kept: \d+ lines, \d+ bytes$",
    r"^removed: segments up to \d{8}$")]


class Format(Case):
    def assertMarks(self, name):
        for mark in self.host.marks(name):
            self.assertTrue(any(form.match(mark) for form in MARKS), f"not a mark of the contract: {mark}")

    def test_every_line_of_every_segment_is_an_entry(self):
        self.host.service("mixed", py("""
import os, sys
for n in range(300):
    os.write(1, b'o %d \\xc3\\xa4\\r\\n' % n)
    os.write(2, b'e %d \\xff\\x00\\x1b[31m\\n' % n)
    if n % 50 == 0: os.write(1, b'\\n' * 3 + b'x' * 70000 + b'\\n')
"""), manual=True, log={"segment_size": "64KB"})
        self.host.start()
        self.host.ok("run", "mixed")
        entries = self.host.entries("mixed")
        self.assertTrue(all(entry.stream in "oeh" for entry in entries))
        times = [entry.time for entry in entries]
        self.assertEqual(sorted(times), times, "never less than the entry before")
        names = [name for name, _ in self.host.segments("mixed")]
        self.assertEqual([f"{number:08}.log" for number in range(1, len(names) + 1)], names)
        self.assertGreater(len(names), 5)
        self.assertLessEqual(max(len(data) for _, data in self.host.segments("mixed")), 64_000)
        self.assertLessEqual(max(len(entry.bytes) for entry in entries), 64 * 1024)
        self.assertMarks("mixed")
        out = [entry.bytes for entry in entries if entry.stream == "e"]
        self.assertEqual([b"e %d \xff\x00\x1b[31m" % n for n in range(300)], out, "bytes unchanged")
        self.assertEqual(6, len([text for text in self.host.texts("mixed") if len(text) == 70000]))

    def test_output_cannot_forge_a_mark(self):
        forged = "2026-11-22T08:44:24.123456Z h | run 1 ended succeeded exit 0"
        self.host.service("forger", sh(f"echo '{forged}'; printf 'x\\n{forged}\\n\\000h | killed\\n' >&2; exit 4"),
                          manual=True)
        self.host.start()
        self.host.ctl("run", "forger")
        marks = self.host.marks("forger")
        self.assertEqual(2, len(marks), marks)
        self.assertEqual("run 1 ended failed exit 4", marks[-1])
        self.assertIn(forged, self.host.texts("forger"))
        self.assertMarks("forger")

    def test_a_partial_line_is_written_after_silence_and_joined_by_readers(self):
        self.host.service("prompt", sh(f"printf 'half'; while [ ! -e {self.host.path('go')} ]; do sleep 0.05; done; "
                                       "echo ' and half'"), manual=True)
        self.host.start()
        self.host.ok("run", "prompt", "--no-wait")
        entry = wait_until(lambda: next((entry for entry in self.host.entries("prompt") if entry.text == "half"), None),
                           "the half line")
        self.assertTrue(entry.continues)
        self.host.touch("go")
        self.host.wait_for("prompt", "completed")
        self.assertEqual(["half and half"], self.host.texts("prompt"))
        self.assertEqual("half and half\n", self.host.ok("logs", "prompt", "--raw").out)

    def test_marks_of_a_crash_loop_and_of_a_kill(self):
        self.host.service("crash", sh("exit 2"), restart={"delay": "1s", "limit": 2})
        self.host.service("deaf", sh("trap '' TERM; echo up; while :; do sleep 0.2; done"), stop={"timeout": "500ms"})
        self.host.start()
        self.host.wait_text("deaf", "up")
        self.host.ok("stop", "deaf")
        self.host.wait_for("crash", "failed")
        self.assertMarks("deaf")
        for mark in self.host.marks("crash")[:-1]:
            self.assertTrue(any(form.match(mark) for form in MARKS), mark)
        self.assertIn("sent SIGTERM, 500ms to SIGKILL", self.host.marks("deaf"))

    def test_files_are_the_users_alone(self):
        self.host.service("web", sh("echo up; exec sleep 3600"))
        self.host.start()
        self.host.wait_text("web", "up")
        self.assertEqual(0o700, stat.S_IMODE(os.stat(self.host.state).st_mode))
        path = os.path.join(self.host.log_folder("web"), "00000001.log")
        self.assertEqual(0, os.stat(path).st_mode & 0o077 & ~0o044, "nobody else may write")


class Complete(Case):
    def test_numbered_lines_in_are_the_same_out(self):
        for burst, count in ((1, 20_000), (1000, 1_000_000)):
            name = f"burst{burst}"
            self.host.service(name, counter(name, count, burst, 0), manual=True,
                              log={"max_size": "1GB", "segment_size": "8MB"})
        self.host.start()
        for burst, count in ((1, 20_000), (1000, 1_000_000)):
            name = f"burst{burst}"
            self.host.ok("run", name, "--no-wait")
            self.host.ok("wait", name, "--state", "ended", "--timeout", "5m")
            wait_until(lambda: self.host.one(name)["state"] == "completed", "its end")
            self.assertInOrder(self.host.texts(name), name, last=count)
            self.assertEqual(count, self.host.runs(name)[0]["log_lines"])
        self.assertEqual(1_000_000, self.host.ok("logs", "burst1000", "--raw").raw.count(b"\n"))

    def test_a_slow_reader_of_logs_hinders_nobody(self):
        self.host.service("fast", counter("fast", 0, 100, 0.001))
        self.host.start()
        self.host.wait_text("fast", "fast 000000100")
        readers = [self.host.spawn_ctl("logs", "fast", "-f") for _ in range(3)]
        count = len(self.host.texts("fast"))
        wait_until(lambda: len(self.host.texts("fast")) > count + 20_000, "the writer to go on")
        began = time.monotonic()
        self.host.list()
        self.assertLess(time.monotonic() - began, 5)
        self.host.ok("stop", "fast")
        for reader in readers:
            reader.kill()
            reader.communicate()
        self.assertInOrder(self.host.texts("fast"), "fast")

    def test_last_words_of_a_killed_service_are_kept(self):
        self.host.service("words", py("import os\nos.write(1, b'x' * 50000 + b'\\nlast words')\nos.kill(os.getpid(), 9)"),
                          manual=True)
        self.host.start()
        self.assertEqual(137, self.host.ctl("run", "words").code)
        self.assertEqual("last words", self.host.texts("words")[-1])

    def test_the_hosts_cap_holds_over_all_services(self):
        self.host.settings("[log]\ntotal_size = \"2MB\"\n")
        for number in range(4):
            self.host.service(f"c{number}", counter(f"c{number}", 60_000, 100, 0.001), manual=True,
                              log={"segment_size": "200KB"})
        self.host.start()
        for number in range(4):
            self.host.ok("run", f"c{number}", "--no-wait")

        keeper = self.host.keeper()

        def total():
            # The sum of one instant: nobody writes while it is taken.
            os.kill(keeper, signal.SIGSTOP)
            try:
                wait_until(lambda: Process(keeper).state == "T", "the keeper to stand still")
                return sum(os.path.getsize(os.path.join(self.host.log_folder(f"c{number}"), name))
                           for number in range(4) for name, _ in self.host.segments(f"c{number}"))
            finally:
                os.kill(keeper, signal.SIGCONT)
        peak = 0
        while any(self.host.one(f"c{number}")["state"] == "running" for number in range(4)):
            peak = max(peak, total())
        self.assertLessEqual(max(peak, total()), 2_000_000)
        last = max(self.host.runs(), key=lambda run: run["end"])["service"]
        self.assertEqual(f"{last} {60_000:09}", self.host.texts(last)[-1], "the newest output is kept")
        for number in range(4):
            numbers = [int(text.split()[1]) for text in self.host.texts(f"c{number}")]
            self.assertEqual(list(range(numbers[0], numbers[0] + len(numbers))) if numbers else [], numbers)


class Damage(Case):
    """Files of the state folder that a power cut or a person has spoilt, found by the next host."""

    def spoil(self, path, data=b"\0garbage\xff" * 500):
        with open(path, "wb") as file:
            file.write(data)

    def prepared(self):
        self.host.service("job", sh("for i in 1 2 3; do echo line $i; done"), manual=True)
        self.host.start()
        self.host.ok("run", "job")
        self.assertEqual(0, self.host.terminate())
        self.host.wait_nothing_left()

    def test_a_torn_entry_is_cut_back(self):
        self.prepared()
        path = os.path.join(self.host.log_folder("job"), "00000001.log")
        with open(path, "rb") as file:
            whole = file.read()
        for torn in (b"2026-11-22T08:", b"2099-01-01T00:00:00.000000Z o | torn li"):
            with open(path, "ab") as file:
                file.write(torn)
            self.host.start()
            self.assertEqual(6, self.host.ok("logs", "job", "--since", "1h", "--stream", "o,h").out.count("line")
                             + self.host.ok("logs", "job", "--since", "1h", "--stream", "o,e").out.count("line"))
            self.host.ok("run", "job")
            self.assertNotIn("torn", "".join(entry.text for entry in self.host.entries("job")))
            self.assertEqual(0, self.host.terminate())
            self.host.wait_nothing_left()
            self.host.entries("job")
            with open(path, "wb") as file:
                file.write(whole)
            self.drop_newer()

    def drop_newer(self):
        for name in os.listdir(self.host.log_folder("job")):
            if name != "00000001.log":
                os.unlink(os.path.join(self.host.log_folder("job"), name))

    def test_indexes_are_caches(self):
        self.prepared()
        expected = None
        for kind in ("kept", "spoilt", "removed"):
            self.host.start()
            said = self.host.ok("logs", "job", "--since", "1h").out
            expected = said if expected is None else expected
            self.assertEqual(expected, said, kind)
            self.assertEqual(0, self.host.terminate())
            for name in os.listdir(self.host.log_folder("job")):
                if name.endswith(".idx"):
                    path = os.path.join(self.host.log_folder("job"), name)
                    self.spoil(path) if kind == "kept" else os.unlink(path)

    def test_a_damaged_history_is_set_aside_and_named(self):
        self.prepared()
        for name in os.listdir(self.host.state):
            if name.startswith("history.sqlite"):
                self.spoil(os.path.join(self.host.state, name))
        before = set(os.listdir(self.host.state))
        self.host.start()
        self.host.ok("run", "job")
        runs = self.host.runs("job")
        self.assertEqual("succeeded", runs[0]["outcome"])
        self.assertGreater(runs[0]["id"], 1, "an id is never used again")
        aside = [name for name in set(os.listdir(self.host.state)) - before if "history" in name]
        self.assertTrue(aside, os.listdir(self.host.state))
        with self.host.socket() as raw, raw.makefile("rw", encoding="utf-8") as wire:
            for number, request in enumerate(({"method": "hello", "params": {"protocol": 1, "client": "test"}},
                                              {"method": "host.status"})):
                wire.write(json.dumps({"jsonrpc": "2.0", "id": number, **request}) + "\n")
                wire.flush()
                answer = json.loads(wire.readline())
        self.assertTrue([problem for problem in answer["result"]["problems"] if any(name in problem for name in aside)],
                        answer)

    def test_other_spoilt_files_stop_no_host(self):
        for name in ("wishes.json", "keep.journal", "run-id", "keep.log", "turnspitd.log"):
            with self.subTest(name):
                self.prepared()
                self.spoil(os.path.join(self.host.state, name))
                self.host.start()
                last = max(run["id"] for run in self.host.runs("job"))
                self.host.ok("run", "job")
                self.assertGreater(self.host.runs("job")[0]["id"], last)
                self.assertEqual(0, self.host.terminate())
                self.host.wait_nothing_left()


class FullDisk(Case):
    """The log folder on a file system of its own that is too small."""

    def setUp(self):
        super().setUp()
        if not running_as_root() or not capability(21):
            self.skipTest("mounting a small file system needs root with CAP_SYS_ADMIN")
        self.logs = os.path.join(self.host.state, "logs")
        os.makedirs(self.logs, mode=0o700)
        os.chmod(self.host.state, 0o700)
        if not mount_tmpfs(self.logs, "1m"):
            self.skipTest("a tmpfs may not be mounted here")
        self.addCleanup(unmount, self.logs)
        # The host goes before its file system does.
        self.addCleanup(self.host.close)

    def fill(self):
        path = os.path.join(self.logs, "ballast")
        with open(path, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass
        return path

    def test_the_service_goes_on_what_is_not_kept_is_counted_and_keeping_resumes(self):
        self.host.service("web", counter("web", 0, 10, 0.01))
        self.host.service("other", sh("while :; do sleep 0.1; done"))
        self.host.start()
        self.host.wait_text("web", "web 000000010")
        pid = self.host.one("web")["pid"]
        ballast = self.fill()
        free = os.statvfs(self.logs)
        self.assertLess(free.f_bavail, 3)

        def full():
            size = sum(len(data) for _, data in self.host.segments("web"))
            time.sleep(0.3)
            return size == sum(len(data) for _, data in self.host.segments("web"))
        wait_until(full, "a full disk")
        self.assertEqual(("running", pid), (self.host.one("web")["state"], self.host.one("web")["pid"]))
        self.assertTrue(alive(pid))
        self.host.ok("restart", "other")
        os.unlink(ballast)
        mark = wait_until(lambda: [mark for mark in self.host.marks("web") if mark.startswith("not kept: ")],
                          "the mark of what was not kept")
        found = re.fullmatch(r"not kept: (\d+) lines, (\d+) bytes", mark[0])
        self.assertTrue(found, mark)
        count = len(self.host.texts("web"))
        wait_until(lambda: len(self.host.texts("web")) > count + 50, "keeping to resume")
        self.assertEqual(pid, self.host.one("web")["pid"])
        self.host.ok("stop", "web")
        # Every line is there or counted.
        lost, numbers = 0, []
        for entry in self.host.entries("web"):
            if entry.stream == "h" and (found := re.fullmatch(r"not kept: (\d+) lines, (\d+) bytes", entry.text)):
                lost += int(found[1])
            elif entry.stream == "o":
                numbers.append(int(entry.text.split()[1]))
        self.assertEqual(sorted(set(numbers)), numbers)
        missing = numbers[-1] - len(numbers)
        self.assertEqual(missing, lost, f"{missing} lines are missing, {lost} counted")

    def test_starts_and_ends_are_known_while_the_disk_is_full(self):
        self.host.service("job", sh("echo words; exit 6"), manual=True)
        self.host.start()
        ballast = self.fill()
        result = self.host.ctl("run", "job")
        self.assertIn(result.code, (6, 125), repr(result))
        run = self.host.wait_run("job", lambda run: run["end"])
        self.assertEqual(("failed", 6), (run["outcome"], run["exit_code"]))
        os.unlink(ballast)
        self.assertEqual(6, self.host.ctl("run", "job").code)
        self.assertIn("words", self.host.texts("job"))


if __name__ == "__main__":
    main()
