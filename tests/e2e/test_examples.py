"""The programs of resources/examples do what they show, and end politely and at once when they are asked to."""

import contextlib
import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from harness import BIN, SANITIZED, main, wait_until

SOON = 30 if SANITIZED else 2  # seconds for a polite end


def text(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class Program:
    """An example that runs; what it says on both streams is in a file."""

    def __init__(self, case, name, *arguments):
        self.case = case
        self.path = os.path.join(case.folder, f"{name}-{len(case.programs)}.out")
        with open(self.path, "wb") as out:
            self.process = subprocess.Popen([os.path.join(BIN, f"turnspit-example-{name}"), *arguments], cwd=case.folder,
                                            stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"})
        case.programs.append(self.process)

    def said(self):
        return text(self.path)

    def count(self, pattern):
        return len(re.findall(pattern, self.said()))

    def says(self, pattern, times=1):
        wait_until(lambda: self.count(pattern) >= times, lambda: f"{pattern!r} {times} times in:\n{self.said()}")

    def end(self, how=signal.SIGTERM):
        """Its end takes no longer than it may, and is a success; seconds."""
        began = time.monotonic()
        self.process.send_signal(how)
        self.case.assertEqual(0, self.process.wait(60), self.said())
        took = time.monotonic() - began
        self.case.assertLess(took, SOON, self.said())
        return took


class Examples(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="ts-ex-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.programs = []
        self.addCleanup(self.kill)

    def kill(self):
        for process in self.programs:
            process.kill()
            process.wait()

    def file(self, *names, content=""):
        path = os.path.join(self.folder, *names)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)
        return path

    def test_sync_copies_what_is_new_and_survives_a_folder_that_is_away(self):
        self.file("here", "a.txt", content="one")
        self.file("here", "deep", "b.txt", content="two")
        self.file("sync.toml", content=f'[sync]\nfrom = "{self.folder}/here"\nto = "{self.folder}/there"\nevery = "50ms"\n')
        program = Program(self, "sync")
        program.says("copied ", 2)
        self.assertEqual("two", text(f"{self.folder}/there/deep/b.txt"))
        os.rename(f"{self.folder}/here", f"{self.folder}/away")
        program.says("No such file or directory")
        self.file("away", "c.txt", content="three")
        os.rename(f"{self.folder}/away", f"{self.folder}/here")
        program.says("copied c.txt")
        self.assertEqual("three", text(f"{self.folder}/there/c.txt"))
        self.assertEqual(3, program.count("copied "))  # and nothing twice
        program.end()
        self.assertEqual([], [name for _, _, names in os.walk(f"{self.folder}/there") for name in names if name.endswith(".part")])

    def test_sync_says_what_it_was_not_told(self):
        program = Program(self, "sync", "--sync.from=/nowhere")
        self.assertEqual(1, program.process.wait(60), program.said())
        self.assertIn("sync: from where and to where?", program.said())

    def test_report_makes_each_report_anew(self):
        program = Program(self, "report", "--report.every=50ms")
        program.says("report 1 is written")

        def whole():  # it may be looked at while it is written
            lines = text(f"{self.folder}/report.txt").splitlines()
            return lines if len(lines) == 3 else None

        first = wait_until(whole, "a report")
        self.assertRegex(first[2], r"^load \d+\.\d\d, \d+\.\d GB free$")
        wait_until(lambda: (whole() or first)[1] > first[1], "a report of a later moment")
        program.end(signal.SIGINT)

    def test_clockserver_tells_everybody_that_it_ends(self):
        program = Program(self, "clockserver", "--clock.port=0")
        program.says(r"listens on port \d+")
        port = int(re.search(r"listens on port (\d+)", program.said())[1])
        with contextlib.ExitStack() as stack:
            clients = [stack.enter_context(socket.create_connection(("127.0.0.1", port), 30)) for _ in range(3)]
            files = [stack.enter_context(client.makefile("r")) for client in clients]
            for file in files:
                self.assertRegex(file.readline(), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
            clients[0].shutdown(socket.SHUT_RDWR)  # one leaves before
            program.end()
            for file in files[1:]:
                self.assertEqual("goodbye", file.read().splitlines()[-1])
        self.assertIn("all clients have gone", program.said())

    def test_clockserver_does_not_start_where_somebody_listens(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            program = Program(self, "clockserver", f"--clock.port={taken.getsockname()[1]}")
            self.assertEqual(1, program.process.wait(60), program.said())
        self.assertIn("address is already in use", program.said())

    @unittest.skipUnless(os.path.exists(os.path.join(BIN, "turnspit-example-orders")), "built without hiredis")
    def test_orders_are_booked_by_several_programs_and_the_bad_ones_are_dead_letters(self):
        port = free_port()
        log = os.path.join(self.folder, "redis.out")
        with open(log, "wb") as out:
            self.programs.append(subprocess.Popen(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", self.folder,
                                                   "--save", ""], stdin=subprocess.DEVNULL, stdout=out, stderr=out))
        wait_until(lambda: "Ready to accept connections" in text(log), lambda: text(log))
        pair = [Program(self, "orders", f"--redis.port={port}", "--shop.every=10ms") for _ in range(2)]
        for program in pair:
            program.says(r"booked [1-4] teapots order=\d+-\d+", 20)
        wait_until(lambda: sum(program.count("is a dead letter: an order of nothing") for program in pair) >= 5, "dead letters")
        for program in pair:
            program.end()
        said = "".join(program.said() for program in pair)
        booked = re.findall(r"booked \d teapots order=(\S+)", said)
        self.assertEqual(len(booked), len(set(booked)), "nothing failed, so nothing came twice")
        self.assertNotIn("booked 0", said)
        dead = subprocess.run(["redis-cli", "-p", str(port), "XLEN", "{orders}:dead"], capture_output=True, text=True, timeout=60, check=True)
        self.assertEqual(said.count("is a dead letter"), int(dead.stdout))
        # What is in hand at the end is finished: nothing is left with those that have gone.
        pending = subprocess.run(["redis-cli", "-p", str(port), "XPENDING", "{orders}:messages", "turnspit"], capture_output=True, text=True,
                                 timeout=60, check=True)
        self.assertEqual("0", pending.stdout.split()[0])

    def test_checksums_are_right_and_the_program_ends_by_itself(self):
        paths = [self.file(f"file{number}", content="x" * number * 1000) for number in range(40)]
        program = Program(self, "checksums", *paths, f"{self.folder}/none")
        self.assertEqual(0, program.process.wait(60), program.said())
        for path in paths:
            self.assertIn(f"{hashlib.sha256(text(path).encode()).hexdigest()}  {path}\n", program.said())
        self.assertIn("No such file or directory", program.said())

    def test_checksums_of_something_huge_end_at_once_all_the_same(self):
        huge = self.file("huge")
        os.truncate(huge, 1 << 40)
        program = Program(self, "checksums", huge)
        program.says("Application started")
        program.end()
        self.assertIn("is left unfinished", program.said())

    @unittest.skipUnless(os.path.exists(os.path.join(BIN, "turnspit-example-window")), "built without the desktop")
    def test_window_goes_on_living_while_its_service_finishes(self):
        program = Program(self, "window")
        program.says(r"piece \d+ is done")
        before = program.count(r"piece \d+ is done")
        took = program.end()
        self.assertGreater(took, 0.2)  # otherwise there was nothing to wait for
        self.assertEqual(before + 1, program.count(r"piece \d+ is done"), program.said())
        stood = int(re.search(r"the window stood still for (\d+) ms at most", program.said())[1])
        self.assertLess(stood, 300 * (10 if SANITIZED else 1), program.said())


if __name__ == "__main__":
    main()
