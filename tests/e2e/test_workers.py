"""A program built on the library shows itself: its services are seen, stopped, held, run and read from outside."""

import json
import os
import re
import signal
import stat
import subprocess
import unittest

from harness import BIN, DEADLINE, Case, main, sh, wait_until

HOST_KEYS = sorted(["name", "what", "state", "pid", "version", "since", "services", "running", "waiting", "failed", "socket", "error"])


class Workers(Case):

    def station(self, name="station", *arguments):
        """The example program; a Popen. Its options are looked for in the folder of the test."""
        output = open(self.host.path(name + ".out"), "ab")
        self.addCleanup(output.close)
        program = subprocess.Popen([os.path.join(BIN, "turnspit-station"), name, *arguments], cwd=self.host.files, stdin=subprocess.DEVNULL,
                                   stdout=output, stderr=output, start_new_session=True, env=self.host.environment)
        self.host.started.append(program)
        self.host.sessions.add(program.pid)
        return program

    def hosts(self):
        return {row["name"]: row for row in self.host.ok("hosts", "--json").json}

    def up(self, name="station", *arguments):
        program = self.station(name, *arguments)
        wait_until(lambda: self.hosts().get(name, {}).get("state") == "answers",
                   lambda: f"{name} answers: {self.hosts()}, {self.host.read(name + '.out')}")
        return program

    def at(self, *arguments, name="station"):
        return self.host.ctl("--host", name, *arguments)

    def row(self, service, name="station"):
        rows = {row["name"]: row for row in self.at("list", "--json", name=name).json}
        return rows[service]

    def test_without_a_program_there_is_nothing_to_see(self):
        self.assertEqual([], self.host.ok("hosts", "--json").json)
        self.assertIn("No host is running", self.host.ok("hosts").out)
        self.assertCode(3, self.at("list"), "no program shows itself as `station`")
        self.assertCode(2, self.host.ctl("--host", "../x", "list"))
        self.assertCode(2, self.host.ctl("--host", "station", "hosts"))

    def test_it_is_seen_beside_the_host(self):
        self.host.service("web", ["sleep", "1000"])
        self.host.service("broken", sh("exit 3"), restart={"policy": "never"})
        self.host.start()
        self.host.wait_for("broken", "failed")
        program = self.up()
        rows = self.host.ok("hosts", "--json").json
        self.assertEqual(["turnspitd", "station"], [row["name"] for row in rows])
        for row in rows:
            self.assertEqual(HOST_KEYS, sorted(row))
        self.assertEqual(("host", self.host.daemon.pid, "answers"), tuple(rows[0][key] for key in ("what", "pid", "state")))
        self.assertEqual(1, rows[0]["failed"])
        self.assertEqual(("worker", program.pid, 3, 2, 1, 0),
                         tuple(rows[1][key] for key in ("what", "pid", "services", "running", "waiting", "failed")))
        table = self.host.ok("hosts").out
        self.assertRegex(table, r"(?m)^station +worker +answers +\d+ .* 3: 2 running, 1 waiting$")
        self.assertNotIn("measure", self.host.ok("list").out)  # the list is the host's own
        mode = os.stat(os.path.join(self.host.runtime, "workers", "station.sock")).st_mode
        self.assertEqual(0, stat.S_IMODE(mode) & 0o077)

    def test_its_services_are_listed_stopped_started_held_and_run(self):
        self.up()
        rows = {row["name"]: row for row in self.at("list", "--json").json}
        self.assertEqual({"archive": "queue", "measure": "built-in", "report": "built-in"}, {name: row["kind"] for name, row in rows.items()})
        self.assertEqual("waiting", rows["measure"]["state"])
        self.assertEqual("running", rows["report"]["state"])

        self.assertCode(0, self.at("stop", "report"))
        self.assertEqual("stopped", self.row("report")["state"])
        self.assertCode(0, self.at("start", "report"))
        self.assertEqual("running", self.row("report")["state"])

        self.assertCode(0, self.at("hold", "measure"))
        held = self.row("measure")
        self.assertEqual((["held"], "waiting", None), (held["flags"], held["state"], held["next_run"]))
        before = self.texts("measure")
        self.assertCode(0, self.at("run", "measure"))
        self.assertEqual(1, len(self.texts("measure")) - len(before))
        self.assertCode(0, self.at("resume", "measure"))
        wait_until(lambda: len(self.texts("measure")) > len(before) + 1, "ticks after resume")

        self.assertCode(0, self.at("wait", "report", "--state", "running", "--timeout", "5s"))
        self.assertCode(5, self.at("wait", "report", "--state", "failed", "--timeout", "100ms"))
        self.assertCode(4, self.at("stop", "nobody"))
        self.assertEqual([("measure",)], [(row["service"],) for row in self.at("next", "--json").json])
        self.assertCode(125, self.at("run", "report"))

    def texts(self, service):
        return [json.loads(line)["text"] for line in self.at("logs", service, "--stream", "o", "--json").out.splitlines()]

    def test_what_it_has_not_is_refused_in_words(self):
        self.up()
        self.assertCode(1, self.at("add", "web", "--", "true"), "station is a program with services of its own: it has no service files")
        self.assertCode(1, self.at("edit", "report", "group=x"), "no service files")
        self.assertCode(1, self.at("disable", "report"), "is built in: stop it instead")
        self.assertEqual([], self.at("runs", "--json").json)

    def test_a_queue_worker_says_what_it_counts(self):
        self.up()

        def acked():
            found = re.search(r"(?m)^  work +in hand 0, acked (\d+), nacked 0, dead 0, released 0$", self.at("status", "archive").out)
            return int(found.group(1)) if found else 0

        wait_until(lambda: acked() >= 2, lambda: f"readings that were archived: {self.at('status', 'archive').out}")
        text = self.at("status", "archive", "measure").out
        self.assertRegex(text, r"(?m)^  queue +waiting 0, delayed 0, in flight 0, dead letters 0$")
        self.assertEqual(1, text.count("  work "))
        self.assertEqual([self.row("archive").keys()], [row.keys() for row in self.at("status", "archive", "--json").json])
        # What is sent from now on is counted, no message more and none less.
        self.assertCode(0, self.at("hold", "measure"))
        counted = self.queue()
        self.assertEqual(sorted(["name", "depth", "delayed", "in_flight", "dead_letters", "in_hand", "acked", "nacked", "dead", "released", "last_error"]),
                         sorted(counted))
        before = wait_until(lambda: (seen := len(self.texts("measure"))) and self.queue()["acked"] == seen and seen, "all readings so far")
        for _ in range(5):
            self.assertCode(0, self.at("run", "measure"))
        wait_until(lambda: self.queue()["acked"] >= before + 5, "five readings more")
        self.assertEqual((before + 5, 0, 0, 0), tuple(self.queue()[key] for key in ("acked", "depth", "in_flight", "nacked")))
        self.assertEqual(before + 5, acked())

        # One that has been stopped keeps its figures; another start counts anew, and what waited is done.
        self.assertCode(0, self.at("stop", "archive"))
        self.assertEqual(before + 5, acked())
        for _ in range(3):
            self.assertCode(0, self.at("run", "measure"))
        self.assertCode(0, self.at("start", "archive"))
        wait_until(lambda: self.queue()["acked"] == 3, lambda: f"the readings that waited: {self.queue()}")
        self.assertNotIn("queue", self.at("show", "measure", "--json").json)

    def queue(self):
        return self.at("show", "archive", "--json").json["queue"]

    def test_its_options_are_read_anew_on_command(self):
        self.write_options('every = "1h"')
        self.up("station", "--host.reload-on-change=false")
        self.assertEqual("Nothing has changed.\n", self.at("reload").out)
        self.write_options('every = "50ms"')
        self.assertEqual("measure.every: changed\n", self.at("reload").out)
        wait_until(lambda: len(self.texts("measure")) >= 2, "readings at the new pace")
        self.write_options('every = "often"')
        refused = self.at("reload")
        self.assertCode(1, refused, "station.toml:2:9: ")
        self.write_options('every = "50ms"\nwhere = "cellar"')
        self.assertCode(1, self.at("reload"), "`measure.where`")
        self.write_options('every = "1h"')
        self.assertEqual(["measure.every: changed"], self.at("reload", "--json").json)

    def write_options(self, text):
        with open(self.host.path("station.toml"), "w", encoding="utf-8") as file:
            file.write(f"[measure]\n{text}\n")

    def test_its_logs_are_kept_and_followed(self):
        self.up()
        wait_until(lambda: len(self.texts("measure")) >= 2, "two readings")
        self.assertRegex(self.texts("measure")[0], r"^reading 1: -?[\d.]+ degrees$")
        self.assertTrue(os.path.exists(os.path.join(self.host.state, "workers", "station", "logs", "measure", "00000001.log")))
        follower = self.host.spawn_ctl("--host", "station", "logs", "-f", "report")
        self.assertIn(b"reports every minute", follower.stdout.readline())
        self.assertCode(0, self.at("restart", "report"))
        self.assertIn(b"no more reports", follower.stdout.readline())
        self.assertIn(b"reports every minute", follower.stdout.readline())
        follower.send_signal(signal.SIGINT)
        self.assertEqual(0, follower.wait(DEADLINE))
        # Standard error has it all the same.
        self.assertIn("reading 1", self.host.read("station.out"))

    def test_events_and_shutdown(self):
        program = self.up()
        kinds = [event["kind"] for event in map(json.loads, self.at("events", "--json").out.splitlines())]
        self.assertEqual("host-started", kinds[0])
        self.assertCode(0, self.at("shutdown"))
        self.assertEqual(0, program.wait(DEADLINE))
        self.assertEqual({}, self.hosts())

    def test_sigterm_ends_it_and_its_socket(self):
        program = self.up()
        program.terminate()
        self.assertEqual(0, program.wait(DEADLINE))
        self.assertEqual([], os.listdir(os.path.join(self.host.runtime, "workers")))

    def test_a_second_one_of_that_name_does_not_start(self):
        first = self.up()
        second = self.station()
        self.assertEqual(1, second.wait(DEADLINE))
        self.assertIn(f"another program runs as worker `station`: pid {first.pid}, socket ", self.host.read("station.out"))
        self.assertEqual(first.pid, self.hosts()["station"]["pid"])
        self.up("other")
        self.assertEqual(["other", "station"], sorted(self.hosts()))

    def test_it_needs_no_home_and_no_short_state_folder(self):
        # Of a system service, or in a container.
        environment = dict(self.host.environment, TURNSPIT_STATE_DIR=self.host.path("s" * 100))
        for name in ("HOME", "TURNSPIT_CONFIG_DIR", "XDG_CONFIG_HOME"):
            environment.pop(name, None)
        self.host.environment = environment
        self.up()
        self.assertCode(0, self.at("wait", "measure", "--state", "waiting"))
        self.assertTrue(os.path.exists(os.path.join(environment["TURNSPIT_STATE_DIR"], "workers", "station", "host.lock")))

    def test_killed_it_is_gone_and_a_restart_takes_over(self):
        program = self.up()
        wait_until(lambda: self.texts("measure"), "a reading")
        before = self.texts("measure")
        program.kill()
        program.wait(DEADLINE)
        row = self.hosts()["station"]
        self.assertEqual(("gone", program.pid, None), (row["state"], row["pid"], row["services"]))
        self.assertIn("killed", row["error"])
        self.assertRegex(self.host.ok("hosts").out, r"(?m)^station +worker +gone ")
        self.assertCode(3, self.at("list"), "was killed")
        again = self.up()
        self.assertEqual(again.pid, self.hosts()["station"]["pid"])
        self.assertEqual(before, self.texts("measure")[:len(before)])  # the log goes on
        wait_until(lambda: len(self.texts("measure")) > len(before), "readings of the new one")

    def test_one_that_hangs_does_not_answer(self):
        program = self.up()
        program.send_signal(signal.SIGSTOP)
        try:
            row = self.hosts()["station"]
            self.assertEqual(("silent", program.pid), (row["state"], row["pid"]))
            self.assertRegex(self.host.ok("hosts").out, rf"(?m)^station +worker +does not answer +{program.pid} .*no answer within 2 s$")
        finally:
            program.send_signal(signal.SIGCONT)
        self.assertEqual("answers", self.hosts()["station"]["state"])


if __name__ == "__main__":
    main()
