"""The durable queue and kill -9: senders and workers of one file die at any instant, and nothing is lost or acknowledged twice."""

import collections
import os
import random
import subprocess
import tempfile
import time
import unittest

from harness import BIN, main, wait_until

PROGRAM = os.path.join(BIN, "turnspit-queue-program")
KILLS = int(os.environ.get("TURNSPIT_E2E_ROUNDS", "40"))
TOGETHER = 16  # that many messages each worker has in hand
EACH = 400     # messages that a sender wants to send in its life


class Queues(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="queue-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.file = f"{self.folder}/queue.sqlite"
        self.log = open(f"{self.folder}/log", "ab")
        self.addCleanup(self.log.close)
        self.running = []
        self.addCleanup(self.end)
        self.senders = 0

    def end(self):
        for process, _ in self.running:
            process.kill()
            process.wait()
            process.stdin.close()

    def start(self, *arguments):
        process = subprocess.Popen([PROGRAM, self.file, *arguments], stdin=subprocess.PIPE, stdout=self.log)
        self.running.append((process, arguments))
        return process

    def start_sender(self):
        self.senders += 1
        return self.start("produce", f"s{self.senders}", str(EACH))

    def status(self):
        """Waiting, in flight, dead."""
        out = subprocess.run([PROGRAM, self.file, "status"], stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=True).stdout
        return tuple(map(int, out.split()))

    def told(self):
        """What processes said, by its first word."""
        out = collections.defaultdict(list)
        with open(f"{self.folder}/log", encoding="ascii") as log:
            for line in log:
                word, rest = line.rstrip("\n").split(" ", 1)
                out[word].append(rest.split(" ")[0])
        return out

    def kill_one(self):
        place = random.randrange(len(self.running))
        process, arguments = self.running.pop(place)
        process.kill()
        code = process.wait(30)
        process.stdin.close()
        self.assertIn(code, (0, -9), arguments)
        if arguments[0] == "work":
            self.start("work")
        else:
            self.start_sender()
        return arguments[0]

    def test_nothing_is_lost_and_nothing_acknowledged_twice(self):
        for _ in range(2):
            self.start_sender()
            self.start("work")
        killed = collections.Counter()
        for _ in range(KILLS):
            time.sleep(random.uniform(0.0, 0.15))
            killed[self.kill_one()] += 1
        for process, arguments in self.running:
            if arguments[0] == "produce":
                self.assertEqual(process.wait(60), 0)
        wait_until(lambda: self.status() == (0, 0, 0), lambda: f"the queue is not empty: {self.status()}")
        for process, arguments in self.running:
            if arguments[0] == "work":
                process.stdin.close()
                self.assertEqual(process.wait(60), 0)
        told = self.told()
        self.assertEqual(told["failed"], [])
        sent, got, acked = (collections.Counter(told[word]) for word in ("sent", "got", "acked"))
        print(f"{killed['produce']} senders and {killed['work']} workers killed, {len(sent)} sent, {len(got)} received, "
              f"{sum(got.values()) - len(got)} of them again, {len(acked)} seen to be acknowledged")
        self.assertGreater(len(sent), EACH)
        self.assertEqual([body for body, times in sent.items() if times > 1], [])
        self.assertEqual(set(sent) - set(got), set(), "sent and lost")
        self.assertEqual([body for body, times in acked.items() if times > 1], [], "acknowledged twice")
        # Who is killed between the commit and the line about it says nothing; the queue is empty, so they were acknowledged.
        self.assertLessEqual(len(set(got) - set(acked)), TOGETHER * killed["work"])
        # What is received and not acknowledged by one that was killed comes again, and nothing else does.
        self.assertLessEqual(sum(got.values()) - len(got), TOGETHER * killed["work"])


if __name__ == "__main__":
    main()
