"""turnspitd as a service of systemd: what a manager hears at NOTIFY_SOCKET. The manager is a socket of the test; no systemd runs."""

import os
import re
import select
import signal
import socket
import subprocess
import threading
import time

from harness import BIN, Case, main, sh, wait_until


class Manager:
    """Reads every message at once, as a manager does. The address is a path, or `@name` in the abstract name space."""

    def __init__(self, address):
        self.address = address
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.lock = threading.Lock()
        self.messages = []  # (time, pid of the sender, lines)
        self.ended, self.end = socket.socketpair()
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        while True:
            ready, _, _ = select.select([self.socket, self.ended], [], [])
            if self.ended in ready:
                return
            data, ancillary, _, _ = self.socket.recvmsg(4096, 64)
            pid = int.from_bytes(ancillary[0][2][:4], "little")
            with self.lock:
                self.messages.append((time.monotonic(), pid, data.decode().split("\n")))

    def close(self):
        self.end.close()
        self.thread.join()
        self.socket.close()
        self.ended.close()

    def heard(self, word=""):
        """(time, lines) of the messages that have a line beginning with this."""
        with self.lock:
            return [(at, lines) for at, _, lines in self.messages if any(line.startswith(word) for line in lines)]

    def senders(self):
        with self.lock:
            return {pid for _, pid, _ in self.messages}

    def statuses(self):
        return [line[len("STATUS="):] for _, lines in self.heard("STATUS=") for line in lines if line.startswith("STATUS=")]

    def wait(self, word, count=1):
        """The messages with this word once there are so many."""
        return wait_until(lambda: len(self.heard(word)) >= count and self.heard(word),
                          lambda: f"{count} x {word}; heard was {self.messages}")

    def wait_status(self, text):
        wait_until(lambda: self.statuses()[-1:] == [text], lambda: f"the status {text!r}; said were {self.statuses()}")


class Systemd(Case):

    def setUp(self):
        super().setUp()
        self.manager = self.make_manager(os.path.join(self.host.root, "notify"))

    def make_manager(self, address):
        manager = Manager(address)
        self.addCleanup(manager.close)
        return manager

    def start(self, manager=None, **environment):
        manager = manager or self.manager
        self.host.start(environment={"NOTIFY_SOCKET": manager.address, **environment})
        return self.host.daemon.pid

    def test_T13_B88_a_life_from_ready_to_stopping(self):
        self.host.service("web", ["sleep", "1000"])
        self.host.service("backup", ["true"], schedule={"every": "1h"})
        self.host.service("broken", ["false"], restart={"policy": "never"})
        pid = self.start(WATCHDOG_USEC="1000000")
        ready = self.manager.wait("READY=1")
        self.assertEqual(self.manager.heard()[0], ready[0], "nothing is said before the host is ready")
        self.manager.wait_status("1 service running, 1 waiting, 1 failed")

        feeds = [at for at, _ in self.manager.wait("WATCHDOG=1", 6)]
        gaps = [later - earlier for earlier, later in zip(feeds, feeds[1:])]
        self.assertLess(sum(gaps) / len(gaps), 0.75, f"twice in its time: {gaps}")

        self.host.ok("stop", "web")
        self.manager.wait_status("no service running, 1 waiting, 1 failed")
        self.assertFalse(self.manager.heard("STOPPING=1"))
        self.assertEqual(0, self.host.terminate(), "B90")
        self.manager.wait("STOPPING=1")
        self.assertEqual(1, len(self.manager.heard("READY=1")))
        self.assertEqual({pid}, self.manager.senders(), "NotifyAccess=main")

    def test_T13_hangup_reloads_and_says_so(self):
        self.host.service("web", ["sleep", "1000"])
        pid = self.start()
        self.manager.wait_status("1 service running")
        self.host.service("mail", ["sleep", "1000"])
        before = time.clock_gettime(time.CLOCK_MONOTONIC)
        self.host.daemon.send_signal(signal.SIGHUP)
        _, reloading = self.manager.wait("RELOADING=1")[0]
        said = [re.fullmatch(r"MONOTONIC_USEC=(\d+)", line) for line in reloading]
        times = [int(match[1]) / 1e6 for match in said if match]
        self.assertEqual(1, len(times), reloading)
        self.assertTrue(before <= times[0] <= time.clock_gettime(time.CLOCK_MONOTONIC), reloading)
        self.manager.wait("READY=1", 2)
        order = [lines[0] for _, lines in self.manager.heard() if lines[0] in ("READY=1", "RELOADING=1")]
        self.assertEqual(["READY=1", "RELOADING=1", "READY=1"], order)
        self.manager.wait_status("2 services running")

        self.host.settings("[host]\nshutdown_timeoot = '3s'\n")
        self.host.daemon.send_signal(signal.SIGHUP)
        self.manager.wait("READY=1", 3)
        self.assertIn("the reload failed: ", self.manager.statuses()[-1])
        self.assertIn("turnspit.toml:2:1", self.manager.statuses()[-1])
        os.remove(os.path.join(self.host.config, "turnspit.toml"))
        self.host.daemon.send_signal(signal.SIGHUP)
        self.manager.wait_status("2 services running")
        self.assertEqual(pid, self.host.daemon.pid)
        self.assertTrue(self.host.running)

    def test_T13_a_stop_asks_for_the_time_that_it_takes(self):
        self.host.service("slow", sh("trap '' TERM; touch %s; while :; do sleep 1; done" % self.host.path("up")),
                          stop={"timeout": "6s"})
        self.start()
        self.host.wait_file("up")
        self.manager.wait_status("1 service running")
        self.assertFalse(self.manager.heard("EXTEND_TIMEOUT_USEC="))
        began = time.monotonic()
        self.assertEqual(0, self.host.terminate())
        self.assertGreater(time.monotonic() - began, 5)
        self.assertIn("Stopping: 1 service left", self.manager.statuses())
        asked = self.manager.heard("EXTEND_TIMEOUT_USEC=")
        self.assertGreaterEqual(len(asked), 2, self.manager.messages)
        self.assertEqual([["EXTEND_TIMEOUT_USEC=10000000"]] * len(asked), [lines for _, lines in asked])

    def test_B89_an_abstract_socket(self):
        manager = self.make_manager(f"@turnspit-e2e-{self.host.token}")
        self.start(manager)
        manager.wait("READY=1")
        self.assertEqual(0, self.host.terminate())
        manager.wait("STOPPING=1")

    def test_a_manager_that_does_not_read_holds_up_nothing(self):
        deaf = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(deaf.close)
        address = os.path.join(self.host.root, "deaf")
        deaf.bind(address)
        deaf.setblocking(False)
        full = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(full.close)
        full.setblocking(False)
        try:
            while True:
                full.sendto(b"X=1", address)
        except BlockingIOError:
            pass
        self.host.service("web", ["sleep", "1000"])
        self.host.start(environment={"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "200000"})
        self.host.wait_for("web", "running")
        heard = []

        def ready():
            try:
                heard.append(deaf.recv(4096))
            except BlockingIOError:
                pass
            return any(message.startswith(b"READY=1\n") for message in heard)
        wait_until(ready, lambda: f"READY=1 once there is room: {heard[-5:]}")

    def test_services_are_not_told_what_systemd_said_to_the_host(self):
        names = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "JOURNAL_STREAM", "INVOCATION_ID", "LISTEN_FDS"]
        self.host.service("env", sh("env > %s.new; mv %s.new %s; sleep 1000" % ((self.host.path("env"),) * 3)))
        self.start(WATCHDOG_USEC="60000000", JOURNAL_STREAM="1:2", INVOCATION_ID="a1", LISTEN_FDS="1", KEPT="yes")
        self.host.wait_file("env")
        told = {line.split("=")[0] for line in self.host.read("env").splitlines()}
        self.assertIn("KEPT", told)
        self.assertEqual(set(), told & set(names))

    def test_B86_levels_where_standard_error_is_the_journal(self):
        output = os.path.join(self.host.root, "journal")
        with open(output, "ab") as file:
            info = os.fstat(file.fileno())
            stream = f"{info.st_dev}:{info.st_ino}"
            self.host.daemon = subprocess.Popen(
                [os.path.join(BIN, "turnspitd")], stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                start_new_session=True, env={**self.host.environment, "JOURNAL_STREAM": stream})
        self.host.started.append(self.host.daemon)
        self.host.sessions.add(self.host.daemon.pid)
        wait_until(lambda: self.host.ctl("list").code == 0, "an answer of the host")
        self.host.service("bad", "no-such-program-anywhere", restart={"policy": "never"})
        self.host.wait_for("bad", "failed")
        self.assertEqual(0, self.host.terminate())
        with open(output, encoding="utf-8") as file:
            lines = file.read().splitlines()
        self.assertTrue(lines)
        self.assertEqual([], [line for line in lines if not re.match(r"<[2-7]>turnspit::\w", line)], lines)
        with open(os.path.join(self.host.state, "turnspitd.log"), encoding="utf-8") as file:
            self.assertEqual(len(lines), len(file.read().splitlines()), "the file has the same lines, with times")

    def test_B86_elsewhere_nothing_is_different(self):
        self.host.start()
        self.assertNotIn("<6>", self.host.said())
        self.host.daemon.send_signal(signal.SIGHUP)
        self.assertEqual(-signal.SIGHUP, self.host.daemon.wait(60))
        self.host.start()


if __name__ == "__main__":
    main()
