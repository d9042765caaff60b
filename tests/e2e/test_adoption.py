"""Hosts and keepers killed under load: what goes on, what is known afterwards, what returns."""

import os
import random
import signal
import time

from harness import Case, Process, alive, holds_for, main, parse_time, py, sh, wait_until
from rounds import ENDED, KEEPER_LOST, MORTAL, Load, pause

ROUNDS = int(os.environ.get("TURNSPIT_E2E_ROUNDS", "3"))
SEED = int(os.environ.get("TURNSPIT_E2E_SEED", "1"))
DEAF = "trap '' TERM; echo ready; while :; do sleep 0.2; done"


class UnderLoad(Case):
    def setUp(self):
        super().setUp()
        self.load = Load(self, self.host, SEED)
        self.load.start()

    def test_host_killed(self):
        for _ in range(ROUNDS):
            self.load.kill_host()
        self.load.check()

    def test_host_killed_while_it_starts_too(self):
        for _ in range(ROUNDS):
            self.load.kill_host(sometimes_early=True)
        self.load.check()

    def test_keeper_killed(self):
        for _ in range(ROUNDS):
            self.load.kill_keeper()
        self.load.check(lost_keepers=ROUNDS)

    def test_host_and_keeper_killed(self):
        for _ in range(ROUNDS):
            self.load.kill_keeper(host_too=True)
        self.load.check(lost_keepers=ROUNDS)

    def test_host_ended_by_sigterm_stops_all_and_all_is_known(self):
        for _ in range(ROUNDS):
            self.host.restart()
            self.load.wait_all_running()
        self.load.check()


class Adoption(Case):
    def test_adopted_stays_until_the_run_ends(self):
        self.host.service("web", ["sleep", "3600"])
        self.host.start()
        pid = self.host.wait_for("web", "running")["pid"]
        self.assertEqual([], self.host.one("web")["flags"])
        for _ in range(2):
            self.host.kill9()
            self.host.start()
            row = self.host.wait_for("web", "running")
            self.assertEqual((pid, ["adopted"], "start"), (row["pid"], row["flags"], self.host.runs("web")[0]["trigger"]))
        self.host.ok("restart", "web")
        self.assertEqual([], self.host.one("web")["flags"])
        self.assertFalse(alive(pid))

    def test_an_adopted_run_can_be_stopped_killed_and_seen_to_fail(self):
        for name in ("stops", "kills"):
            self.host.service(name, ["sleep", "3600"])
        self.host.service("fails", py(MORTAL, self.host.path("gate")), restart={"delay": "50ms"})
        self.host.start()
        self.host.wait_text("fails", "born")
        for name in ("stops", "kills", "fails"):
            self.host.wait_for(name, "running")
        self.host.kill9()
        self.host.start()
        self.host.ok("stop", "stops")
        self.assertEqual("stopped", self.host.runs("stops")[0]["outcome"])
        self.host.ok("kill", "kills")
        self.assertEqual("killed", self.host.runs("kills")[0]["outcome"])
        with open(self.host.path("gate.new"), "w", encoding="utf-8") as file:
            file.write("9")
        os.rename(self.host.path("gate.new"), self.host.path("gate"))
        run = self.host.wait_run("fails", lambda run: run["end"])
        self.assertEqual(("failed", 9), (run["outcome"], run["exit_code"]))
        run = self.host.wait_run("fails", lambda run: run["trigger"] == "restart")
        self.assertEqual(2, run["attempt"])

    def test_ends_while_no_host_lived_are_known_with_code_signal_time_and_last_words(self):
        self.host.service("code", py(MORTAL, self.host.path("gate")), restart={"policy": "never"})
        self.host.service("good", sh(f"while [ ! -e {self.host.path('good')} ]; do sleep 0.05; done; echo done"))
        self.host.service("signal", sh("echo up; exec sleep 3600"), restart={"policy": "never"})
        self.host.service("hand", py(MORTAL, self.host.path("gate2")), manual=True)
        self.host.start()
        self.host.ok("start", "hand")
        for name in ("code", "good", "signal"):
            self.host.wait_for(name, "running")
        self.host.wait_text("hand", "born")
        self.host.wait_text("code", "born")
        self.host.wait_text("signal", "up")
        pids = {name: self.host.one(name)["pid"] for name in ("code", "good", "signal", "hand")}
        self.host.kill9()
        for gate, code in (("gate", "7"), ("gate2", "0")):
            with open(self.host.path(gate + ".new"), "w", encoding="utf-8") as file:
                file.write(code)
            os.rename(self.host.path(gate + ".new"), self.host.path(gate))
        self.host.touch("good")
        os.kill(pids["signal"], signal.SIGSEGV)
        for pid in pids.values():
            wait_until(lambda: not alive(pid), "its end")
        before = time.time()
        self.host.start()
        expected = {"code": ("failed", 7, None, "failed"), "good": ("succeeded", 0, None, "completed"),
                    "signal": ("failed", None, "SIGSEGV", "failed"), "hand": ("succeeded", 0, None, "completed")}
        for name, (outcome, code, signal_, state) in expected.items():
            # What had failed or completed is started again by the host's start, if it is autostart.
            run = self.host.wait_run(name, lambda run: run["end"])
            first = self.host.runs(name)[-1]
            self.assertEqual((outcome, code, signal_), (first["outcome"], first["exit_code"], first["signal"]), name)
            self.assertLess(parse_time(first["end"]).timestamp(), before)
            self.assertIn(f"run {first['id']} ended {outcome} "
                          + (f"exit {code}" if code is not None else "signal 11"), self.host.marks(name))
        self.assertIn("last words 7", self.host.texts("code"))
        self.assertIn("done", self.host.texts("good"))

    def test_a_host_that_was_killed_is_an_event_with_what_became_of_its_services(self):
        self.host.service("web", ["sleep", "3600"])
        self.host.service("code", py(MORTAL, self.host.path("gate")), restart={"policy": "never"})
        self.host.start()
        self.host.wait_for("web", "running")
        self.host.wait_text("code", "born")
        pid = self.host.one("code")["pid"]
        before = time.time()
        self.host.kill9()
        with open(self.host.path("gate.new"), "w", encoding="utf-8") as file:
            file.write("7")
        os.rename(self.host.path("gate.new"), self.host.path("gate"))
        wait_until(lambda: not alive(pid), "its end")
        self.host.start()
        self.host.wait_for("web", "running")

        def events():
            return [(event["kind"], event["service"]) for event in self.host.ok("events", "--json").objects]

        lost = [event for event in self.host.ok("events", "--json").objects if event["kind"] == "host-lost"]
        self.assertEqual(1, len(lost))
        self.assertIn("ended unexpectedly", lost[0]["text"])
        self.assertLessEqual(parse_time(lost[0]["time"]).timestamp(), before + 1)
        kinds = events()
        since = kinds[kinds.index(("host-lost", "")):]
        self.assertEqual({("host-lost", ""), ("run-adopted", "web"), ("run-ended-meanwhile", "code")}, set(since[:since.index(("host-started", ""))]))
        ended = [event for event in self.host.ok("events", "--json").objects if event["kind"] == "run-ended-meanwhile"]
        self.assertRegex(ended[0]["text"], r"^run \d+: exit 7$")
        # One that ends as it should is none.
        self.host.restart()
        self.assertEqual(1, [kind for kind, _ in events()].count("host-lost"))

    def test_what_is_killed_when_the_host_ends_is_an_event_of_its_own(self):
        self.host.service("deaf", sh(DEAF), stop={"timeout": "500ms"})
        self.host.start()
        self.host.wait_text("deaf", "ready")
        self.host.ok("kill", "deaf")
        self.host.ok("start", "deaf")
        self.host.wait_for("deaf", "running")
        wait_until(lambda: self.host.texts("deaf").count("ready") == 2, "its second run")
        self.host.restart()
        told = [(event["kind"], event["text"]) for event in self.host.ok("events", "--json").objects if event["service"] == "deaf"]
        kills = [(kind, text.partition(": ")[2]) for kind, text in told if kind.startswith("run-killed")]
        self.assertEqual("run-killed", kills[0][0])
        self.assertEqual("run-killed-at-quit", kills[1][0])
        self.assertIn("did not stop within 500ms", kills[1][1])

    def test_a_stop_under_way_when_the_host_dies_is_finished(self):
        self.host.service("deaf", sh(DEAF), stop={"timeout": "2s"})
        self.host.start()
        self.host.wait_text("deaf", "ready")
        self.host.ok("stop", "deaf", "--no-wait")
        wait_until(lambda: "sent SIGTERM, 2s to SIGKILL" in self.host.marks("deaf"), "the signal")
        self.host.kill9()
        wait_until(lambda: not self.host.of_service("deaf"), "its end without a host")
        wait_until(lambda: any(ENDED.match(mark) for mark in self.host.marks("deaf")), "the mark of its end")
        self.assertTrue([mark for mark in self.host.marks("deaf") if mark.startswith("killed: ")])
        self.host.start()
        row = self.host.one("deaf")
        self.assertEqual(("stopped", "killed", "did not stop within 2s; killed"),
                         (row["state"], row["last_outcome"], row["reason"]))
        self.assertEqual(1, len(self.host.runs("deaf")))

    def test_a_stop_that_outlives_the_host_is_seen_as_stopping_by_the_next(self):
        self.host.service("deaf", sh(DEAF), stop={"timeout": "8s"})
        self.host.start()
        self.host.wait_text("deaf", "ready")
        self.host.ok("stop", "deaf", "--no-wait")
        self.host.kill9()
        self.host.start()
        self.assertEqual("stopping", self.host.one("deaf")["state"])
        row = self.host.wait_for("deaf", "stopped")
        self.assertEqual("killed", row["last_outcome"])

    def test_a_stop_that_was_waited_for_when_the_host_died_is_remembered(self):
        self.host.service("deaf", sh(DEAF), stop={"timeout": "4s"})
        self.host.start()
        self.host.wait_text("deaf", "ready")
        client = self.host.spawn_ctl("stop", "deaf")
        wait_until(lambda: "sent SIGTERM, 4s to SIGKILL" in self.host.marks("deaf"), "the signal")
        self.host.kill9()
        client.communicate(timeout=60)
        self.host.start()
        self.assertEqual("stopping", self.host.one("deaf")["state"])
        self.host.wait_for("deaf", "stopped")
        self.host.restart()
        self.assertEqual("stopped", self.host.one("deaf")["state"])
        self.assertEqual(1, len(self.host.runs("deaf")))

    def test_scheduled_runs_are_adopted_and_not_doubled(self):
        self.host.service("tick", sh("echo tick; exec sleep 3600"), schedule={"every": "500ms", "overlap": "skip"})
        self.host.start()
        self.host.wait_text("tick", "tick")
        pid = self.host.one("tick")["pid"]
        self.host.kill9()
        self.host.start()
        self.assertEqual((pid, ["adopted"]), (self.host.one("tick")["pid"], self.host.one("tick")["flags"]))
        count = len([run for run in self.host.runs("tick") if run["outcome"] == "skipped"])
        wait_until(lambda: len([run for run in self.host.runs("tick") if run["outcome"] == "skipped"]) > count,
                   "a skipped tick")
        self.assertEqual([pid], [process.pid for process in self.host.of_service("tick")])

    def test_a_changed_file_while_no_host_lived(self):
        self.host.service("web", sh("echo first; exec sleep 3600"))
        self.host.start()
        self.host.wait_text("web", "first")
        pid = self.host.one("web")["pid"]
        self.host.kill9()
        self.host.service("web", sh("echo second; exec sleep 3600"))
        self.host.start()
        row = self.host.one("web")
        self.assertEqual((pid, ["adopted", "changed"]), (row["pid"], row["flags"]))

    def test_a_file_removed_while_no_host_lived(self):
        self.host.service("web", ["sleep", "3600"])
        self.host.start()
        pid = self.host.wait_for("web", "running")["pid"]
        self.host.kill9()
        os.unlink(self.host.service_file("web"))
        self.host.start()
        wait_until(lambda: not alive(pid), "its end")
        wait_until(lambda: self.host.one("web") is None, "no such service")

    def test_run_ids_grow_over_hosts_and_keepers(self):
        self.host.service("web", ["sleep", "3600"], restart={"delay": "0s"})
        ids = []
        for kind in ("kill", "term", "keeper", "kill"):
            self.host.start()
            self.host.wait_for("web", "running")
            self.host.ok("restart", "web")
            ids.append(self.host.runs("web")[0]["id"])
            if kind == "term":
                self.host.terminate()
            else:
                if kind == "keeper":
                    os.kill(self.host.keeper(), signal.SIGKILL)
                self.host.kill9()
        self.host.start()
        all_ids = [run["id"] for run in self.host.runs("web")]
        self.assertEqual(sorted(set(all_ids), reverse=True), all_ids)
        self.assertEqual(sorted(ids), ids)


class Commands(Case):
    """The host is killed while it is told what to do: what was answered with 0 holds, the rest was done or not."""

    def test_what_was_answered_is_remembered(self):
        rng = random.Random(SEED)
        names = ["a", "b", "c"]
        for name in names:
            self.host.service(name, ["sleep", "3600"], group="0")
        self.host.service("tick", ["true"], schedule={"every": "1h"})
        self.host.start()
        stopped, held, group = set(), False, {name: "0" for name in names}
        for number in range(ROUNDS * 4):
            name = rng.choice(names)
            verb = rng.choice(["stop", "start", "restart", "edit", "hold"])
            arguments = {"edit": ["edit", name, f"group={number}"],
                         "hold": ["resume" if held else "hold", "tick"]}.get(verb, [verb, name])
            before = self.host.list()
            client = self.host.spawn_ctl(*arguments)
            pause(rng, 0.12)
            self.host.kill9()
            client.communicate(timeout=60)
            self.host.start()
            rows = self.host.list()
            done = client.returncode == 0
            if verb == "edit":
                self.assertIn(rows[name]["group"], [str(number)] + ([] if done else [group[name]]))
                group[name] = rows[name]["group"]
            elif verb == "hold":
                now_held = rows["tick"]["flags"] == ["held"]
                self.assertTrue(now_held != held or not done, rows["tick"])
                held = now_held
            else:
                settled = self.host.wait_for(name, ("running", "stopped"))["state"]
                if done:
                    self.assertEqual("stopped" if verb == "stop" else "running", settled, arguments)
                (stopped.add if settled == "stopped" else stopped.discard)(name)
            for other in names:
                if other != name:
                    self.assertEqual(("stopped" if other in stopped else "running", before[other]["pid"]),
                                     (rows[other]["state"], rows[other]["pid"]))
                self.assertLessEqual(len(self.host.of_service(other)), 1)
            self.assertEqual(0, self.host.ctl("check").code)

    def test_backing_off_goes_on_with_the_next_host(self):
        self.host.service("crash", sh(f"[ -e {self.host.path('ok')} ] && exec sleep 3600; exit 1"),
                          restart={"delay": "5s", "max_delay": "5s"})
        self.host.start()
        self.host.wait_for("crash", "backing-off")
        self.host.kill9()
        self.host.touch("ok")
        self.host.start()
        self.host.wait_for("crash", "running")


class KeeperLost(Case):
    def test_rule_13_texts_and_policies(self):
        self.host.service("always", ["sleep", "3600"], restart={"policy": "always", "delay": "50ms"})
        self.host.service("failure", sh("echo up; exec sleep 3600"), restart={"policy": "on-failure", "delay": "50ms"})
        self.host.service("never", ["sleep", "3600"], restart={"policy": "never"})
        self.host.service("hand", ["sleep", "3600"], manual=True)
        self.host.start()
        self.host.ok("start", "hand")
        pids = {name: self.host.wait_for(name, "running")["pid"] for name in ("always", "failure", "never", "hand")}
        self.host.wait_text("failure", "up")
        os.kill(self.host.keeper(), signal.SIGKILL)
        for name in ("always", "failure"):
            run = self.host.wait_run(name, lambda run: run["trigger"] == "restart")
            self.assertEqual(2, run["attempt"])
            self.host.wait_for(name, "running")
        for name in ("never", "hand"):
            self.assertEqual("failed", self.host.wait_for(name, "failed")["state"])
        for name, pid in pids.items():
            self.assertFalse(alive(pid), name)
            run = self.host.runs(name)[-1]
            self.assertEqual(("unknown", None, None, KEEPER_LOST),
                             (run["outcome"], run["exit_code"], run["signal"], run["reason"]))
        row = self.host.one("never")
        self.assertEqual(("unknown", None, KEEPER_LOST), (row["last_outcome"], row["exit_code"], row["reason"]))
        self.assertTrue([mark for mark in self.host.marks("failure") if "missing" in mark], self.host.marks("failure"))

    def test_the_whole_tree_of_a_lost_keeper_is_ended(self):
        self.host.service("tree", py("import os, time\nfor _ in range(3):\n if os.fork() == 0:\n  os.fork()\n  break\n"
                                     "print('up', flush=True)\nwhile True: time.sleep(1)\n"),
                          restart={"policy": "never"}, stop={"timeout": "1s"})
        self.host.start()
        wait_until(lambda: len(self.host.of_service("tree")) == 7, "the tree")
        members = [process.pid for process in self.host.of_service("tree")]
        os.kill(self.host.keeper(), signal.SIGKILL)
        self.host.wait_for("tree", "failed")
        self.assertEqual([], [Process(pid) for pid in members if alive(pid)])

    def test_a_keeper_frozen_and_killed_while_a_stop_is_asked(self):
        self.host.service("web", ["sleep", "3600"])
        self.host.start()
        pid = self.host.wait_for("web", "running")["pid"]
        keeper = self.host.keeper()
        os.kill(keeper, signal.SIGSTOP)
        client = self.host.spawn_ctl("stop", "web")
        self.host.wait_for("web", "stopping")
        os.kill(keeper, signal.SIGKILL)
        client.communicate(timeout=60)
        self.assertEqual(0, client.returncode)
        self.assertEqual("stopped", self.host.one("web")["state"])
        self.assertFalse(alive(pid))
        holds_for(lambda: self.host.one("web")["state"] == "stopped", 1, "a person's stop")

    def test_the_keeper_ends_by_itself_when_no_run_and_no_host_is_left(self):
        self.host.service("short", sh(f"while [ ! -e {self.host.path('end')} ]; do sleep 0.05; done"))
        self.host.start()
        self.host.wait_for("short", "running")
        keeper = self.host.keeper()
        self.host.kill9()
        holds_for(lambda: alive(keeper), 1, "the keeper of a live run")
        self.host.touch("end")
        wait_until(lambda: not alive(keeper), "the end of the keeper")
        self.host.start()
        self.assertEqual(0, self.host.runs("short")[-1]["exit_code"], "its journal outlives the keeper")


if __name__ == "__main__":
    main()
