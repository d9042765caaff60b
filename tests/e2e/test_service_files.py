"""Every key of a service file in real life, files that are wrong, and files that change on disk."""

import datetime
import os
import shutil
import signal
import stat
import subprocess
import time
import unittest

from harness import (BIN, Case, Host, Raw, alive, definition, holds_for, main_beside, now, parse_time, processes, py,
                     read_proc, running_as_root, sh, wait_until)

SLEEPER = ["sleep", "3600"]


class Child(Case):
    """What the child gets."""

    def run_job(self, command, code=0, **keys):
        self.host.service("job", command, manual=True, **keys)
        if self.host.running:
            self.host.ok("reload")
        else:
            self.host.start()
        result = self.host.ctl("run", "job")
        self.assertEqual(code, result.code, repr(result))
        return result

    def test_environment_and_markers(self):
        result = self.run_job(sh('echo "$A/$B/$TURNSPIT_SERVICE/$TURNSPIT_RUN"'), environment={"A": "1", "B": "ä $C"})
        self.assertEqual(f"1/ä $C/job/{self.host.runs('job')[0]['id']}\n", result.out)

    def test_environment_file_wins_is_relative_and_masked(self):
        with open(self.host.path(".env"), "w", encoding="utf-8") as file:
            file.write("# comment\nSECRET=hush-hush\nQUOTED=\"a b\"\n\n")
        result = self.run_job(sh('echo "$SECRET,$QUOTED" | tr a-z A-Z'), working_directory=self.host.files,
                              environment_file=".env")
        self.assertEqual("HUSH-HUSH,A B\n", result.out)
        for shown in (self.host.ok("show", "job"), self.host.ok("show", "job", "--json")):
            self.assertNotIn("hush-hush", shown.out)
        for folder, _, names in os.walk(self.host.state):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        self.assertNotIn(b"hush-hush", file.read(), path)

    def test_a_missing_environment_file_is_a_start_failure(self):
        self.host.service("job", ["true"], environment_file="nowhere.env", restart={"policy": "never"})
        self.host.start()
        row = self.host.wait_for("job", "failed")
        self.assertIn("nowhere.env", row["reason"])

    def test_working_directory_default_home_tilde_and_missing(self):
        home = os.path.expanduser("~")
        self.assertEqual(os.path.realpath(home) + "\n", self.run_job(["/bin/pwd", "-P"]).out)
        self.assertEqual(os.path.realpath(home) + "\n", self.run_job(["/bin/pwd", "-P"], working_directory="~").out)
        self.assertEqual(self.host.files + "\n", self.run_job(["/bin/pwd"], working_directory=self.host.files).out)
        self.host.service("job", ["true"], manual=True, working_directory="/no/such/folder")
        self.host.ok("reload")
        self.assertNotEqual(0, self.host.ctl("run", "job").code)
        self.assertIn("/no/such/folder", self.host.one("job")["reason"])

    def test_a_command_with_a_slash_is_relative_to_the_working_directory(self):
        script = self.host.path("tool")
        with open(script, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\necho tool $1\n")
        os.chmod(script, 0o755)
        self.assertEqual("tool x\n", self.run_job(["./tool", "x"], working_directory=self.host.files).out)

    def test_umask(self):
        self.assertEqual("0022\n", self.run_job(sh("umask")).out)
        self.assertEqual("0077\n", self.run_job(sh("umask"), umask="0077").out)

    def test_one_string_is_split_without_a_shell(self):
        result = self.run_job("printf '%s|' one 'two words' $HOME * ~ \"q\\\"q\"")
        self.assertEqual('one|two words|$HOME|*|~|q"q|', result.out.rstrip("\n"))

    def test_shell_true_goes_to_sh(self):
        self.assertEqual("3\n", self.run_job("printf 'a\\nb\\nc\\n' | wc -l | tr -d ' '", shell=True).out)

    def test_not_found_is_127_and_not_executable_126_in_words(self):
        self.run_job(["no-such-program"], code=127)
        self.assertEqual("`no-such-program` was not found in PATH (exit 127)", self.host.one("job")["reason"])
        run = self.host.runs("job")[0]
        self.assertEqual(("failed", 127), (run["outcome"], run["exit_code"]))
        self.host.touch("plain")
        self.run_job(["./plain"], code=126, working_directory=self.host.files)
        self.assertEqual(126, self.host.runs("job")[0]["exit_code"])
        self.assertIn("plain", self.host.one("job")["reason"])

    def test_the_services_own_path_is_searched(self):
        script = self.host.path("only-here")
        with open(script, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\necho found\n")
        os.chmod(script, 0o755)
        self.assertEqual("found\n", self.run_job(["only-here"],
                                                 environment={"PATH": self.host.files + ":/usr/bin:/bin"}).out)

    def test_input_is_dev_null_and_nothing_else_is_open(self):
        out = self.run_job(sh("readlink /proc/self/fd/0; ls /proc/$$/fd")).out.split()
        self.assertEqual(["/dev/null", "0", "1", "2"], out)

    def test_default_signal_dispositions_and_limit(self):
        out = self.run_job(py("print([line.split()[1] for line in open('/proc/self/status') "
                              "if line[:6] in ('SigBlk', 'SigIgn')])")).out
        masks = [int(word, 16) for word in eval(out)]
        # Python itself ignores SIGPIPE and SIGXFSZ.
        own = 1 << (signal.SIGPIPE - 1) | 1 << (signal.SIGXFSZ - 1)
        self.assertEqual([0, 0], [masks[0], masks[1] & ~own])
        import resource
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        self.assertEqual(f"{soft}\n", self.run_job(sh("ulimit -Sn")).out)

    def test_the_leader_leads_a_session_of_its_own(self):
        self.host.service("web", SLEEPER)
        self.host.start()
        pid = self.host.wait_for("web", "running")["pid"]
        fields = read_proc(pid, "stat").rpartition(b") ")[2].split()
        self.assertEqual([pid, pid], [int(fields[2]), int(fields[3])])

    def test_capture_false(self):
        self.host.service("job", sh("echo nothing of this; echo or this >&2"), manual=True, log={"capture": False})
        self.host.start()
        self.host.ok("run", "job")
        self.assertEqual({"h"}, {entry.stream for entry in self.host.entries("job")})

    def test_log_max_size_and_segment_size(self):
        self.host.service("chatty", py("import os\nfor n in range(40): os.write(1, b'x' * 99 + b'\\n')\n" * 1 +
                                       "for n in range(20000): os.write(1, b'%08d ' % n + b'y' * 90 + b'\\n')"),
                          manual=True, log={"max_size": "500KB", "segment_size": "100KB"})
        self.host.start()
        self.host.ok("run", "chatty", "--no-wait")
        peak = 0
        while self.host.one("chatty")["state"] == "running":
            peak = max(peak, sum(len(data) for _, data in self.host.segments("chatty")))
        self.assertLessEqual(peak, 500_000)
        segments = self.host.segments("chatty")
        self.assertTrue(all(len(data) <= 100_000 for _, data in segments), [len(data) for _, data in segments])
        self.assertGreater(int(segments[0][0][:8]), 1)
        self.assertEqual("00019999", self.host.texts("chatty")[-1].split()[0])
        removed = [mark for mark in self.host.marks("chatty") if mark.startswith("removed: segments up to ")]
        self.assertTrue(removed, self.host.marks("chatty"))
        numbers = [int(text.split()[0]) for text in self.host.texts("chatty") if "y" in text]
        self.assertEqual(list(range(numbers[0], 20000)), numbers)

    def test_defaults_lie_under_every_file(self):
        self.host.settings('[defaults]\ngroup = "all"\n[defaults.stop]\ntimeout = "7s"\n')
        self.host.service("web", SLEEPER)
        self.host.service("own", SLEEPER, group="mine")
        self.host.start()
        self.assertEqual(("all", "mine"), (self.host.one("web")["group"], self.host.one("own")["group"]))
        self.assertEqual("7s", self.host.ok("show", "web", "--json").json["definition"]["stop"]["timeout"])


class Stopping(Case):
    def test_stop_signal(self):
        self.host.service("web", sh("trap 'echo got INT; exit 0' INT; echo up; while :; do sleep 0.05; done"),
                          stop={"signal": "SIGINT"})
        self.host.start()
        self.host.wait_text("web", "up")
        self.host.ok("stop", "web")
        self.assertIn("got INT", self.host.texts("web"))
        self.assertIn("sent SIGINT, 10s to SIGKILL", self.host.marks("web"))

    def test_stop_command_instead_of_the_signal(self):
        self.host.service("web", sh(f"trap 'echo got TERM' TERM; echo up; "
                                    f"while [ ! -e {self.host.path('end')} ]; do sleep 0.05; done; echo done"),
                          stop={"command": ["touch", self.host.path("end")]})
        self.host.start()
        self.host.wait_text("web", "up")
        self.host.ok("stop", "web")
        self.assertEqual(["up", "done"], self.host.texts("web"))
        self.assertEqual("stopped", self.host.runs("web")[0]["outcome"])

    def test_a_stop_command_that_does_nothing_is_followed_by_sigkill(self):
        self.host.service("web", SLEEPER, stop={"command": ["true"], "timeout": "1s"})
        self.host.start()
        self.host.wait_for("web", "running")
        self.host.ok("stop", "web")
        self.assertEqual("killed", self.host.runs("web")[0]["outcome"])


class Kinds(Case):
    def test_autostart_false_disabled_and_manual_do_not_start(self):
        self.host.service("auto", SLEEPER)
        self.host.service("lazy", SLEEPER, autostart=False)
        self.host.service("off", SLEEPER, disabled=True)
        self.host.service("hand", SLEEPER, manual=True, autostart=True)
        self.host.start()
        self.host.wait_for("auto", "running")
        rows = self.host.list()
        self.assertEqual(["stopped", "disabled", "stopped"], [rows[name]["state"] for name in ("lazy", "off", "hand")])
        self.assertEqual([], self.host.runs("lazy") + self.host.runs("off") + self.host.runs("hand"))

    def test_host_start_starts_what_had_failed_or_completed(self):
        self.host.service("good", sh("echo ran"))
        self.host.service("bad", sh("echo ran; exit 1"), restart={"policy": "never"})
        self.host.start()
        self.host.wait_for("good", "completed")
        self.host.wait_for("bad", "failed")
        self.host.restart()
        self.host.wait_for("good", "completed")
        self.host.wait_for("bad", "failed")
        self.assertEqual([2, 2], [len(self.host.runs(name)) for name in ("good", "bad")])

    def test_manual_ends_completed_or_failed(self):
        self.host.service("good", ["true"], manual=True)
        self.host.service("bad", ["false"], manual=True)
        self.host.start()
        self.host.ctl("run", "good")
        self.host.ctl("run", "bad")
        self.assertEqual(("completed", "failed"), (self.host.one("good")["state"], self.host.one("bad")["state"]))

    def test_on_host_crash_end(self):
        self.host.service("keeps", SLEEPER)
        self.host.service("ends", SLEEPER, on_host_crash="end")
        self.host.start()
        kept, ended = self.host.wait_for("keeps", "running")["pid"], self.host.wait_for("ends", "running")["pid"]
        self.host.kill9()
        self.assertTrue(alive(kept) and alive(ended))
        self.host.start()
        self.host.wait_for("ends", "running")
        wait_until(lambda: not alive(ended), "the end of the old run")
        self.assertEqual((kept, ["adopted"]), (self.host.one("keeps")["pid"], self.host.one("keeps")["flags"]))
        row = wait_until(lambda: (lambda row: row if row["pid"] not in (None, ended) else None)(self.host.one("ends")),
                         "a new run")
        self.assertEqual([], row["flags"])


class Schedules(Case):
    def times(self, name):
        """When its runs began, oldest first."""
        return [parse_time(run["begin"]) for run in reversed(self.host.runs(name))
                if run["outcome"] not in ("skipped", "missed")]

    def test_every(self):
        self.host.service("tick", sh("echo tick"), schedule={"every": "1s"})
        began = now()
        self.host.start()
        wait_until(lambda: len(self.times("tick")) >= 4, "four runs")
        times = self.times("tick")
        self.assertGreater((times[0] - began).total_seconds(), 0.9)
        for index, when in enumerate(times):
            self.assertAlmostEqual(index, (when - times[0]).total_seconds(), delta=0.5)
        self.assertEqual({"schedule"}, {run["trigger"] for run in self.host.runs("tick")})
        self.assertEqual("scheduled", self.host.one("tick")["kind"])
        self.assertIn(self.host.one("tick")["state"], ("waiting", "running"))

    def test_run_at_start(self):
        self.host.service("tick", sh("echo tick"), schedule={"every": "1h", "run_at_start": True})
        self.host.start()
        self.host.wait_run("tick", lambda run: run["end"])
        self.assertEqual(1, len(self.times("tick")))

    def test_every_goes_on_with_the_series_after_a_restart_of_the_host(self):
        self.host.service("tick", sh("echo tick"), schedule={"every": "4s"})
        self.host.start()
        wait_until(lambda: self.times("tick"), "the first run")
        self.host.restart()
        wait_until(lambda: len(self.times("tick")) >= 2, "the second run")
        times = self.times("tick")
        between = (times[1] - times[0]).total_seconds()
        self.assertAlmostEqual(round(between / 4) * 4, between, delta=1)

    def test_cron_with_seconds(self):
        self.host.service("tick", sh("echo tick"), schedule={"cron": "*/2 * * * * *"})
        self.host.start()
        wait_until(lambda: len(self.times("tick")) >= 2, "two runs")
        for when in self.times("tick"):
            self.assertEqual(0, when.second % 2, when)
            self.assertLess(when.microsecond, 900_000)

    def test_at(self):
        at = (datetime.datetime.now() + datetime.timedelta(seconds=3)).replace(microsecond=0)
        past = at - datetime.timedelta(days=30)
        self.host.service("once", sh("echo once"), schedule={"at": Raw(at.isoformat())})
        self.host.service("bad", sh("exit 4"), schedule={"at": Raw(at.isoformat())})
        self.host.service("past", sh("echo past"), schedule={"at": Raw(past.isoformat()), "missed": "skip"})
        self.host.start()
        self.assertEqual("waiting", self.host.one("once")["state"])
        self.host.wait_for("once", "completed")
        self.host.wait_for("bad", "failed")
        self.assertAlmostEqual(at.timestamp(), self.times("once")[0].timestamp(), delta=1)
        self.host.restart()
        self.assertEqual(("completed", "failed"), (self.host.one("once")["state"], self.host.one("bad")["state"]))
        self.assertEqual(1, len(self.times("once")))
        self.assertEqual([], self.times("past"))

    def test_overlap_skip_leaves_a_record(self):
        self.host.service("slow", sh("echo tick; exec sleep 3600"), schedule={"every": "500ms", "overlap": "skip"})
        self.host.start()
        run = self.host.wait_run("slow", lambda run: run["outcome"] == "skipped")
        self.assertIsNotNone(run["reason"])
        self.assertEqual(1, len(self.host.of_service("slow")))
        self.assertEqual("running", self.host.one("slow")["state"])

    def test_overlap_queue_runs_one_after_the_other(self):
        self.host.service("slow", sh("echo tick; sleep 0.8"), schedule={"every": "500ms", "overlap": "queue"})
        self.host.start()
        wait_until(lambda: len([run for run in self.host.runs("slow") if run["end"]]) >= 3, "three runs")
        runs = [run for run in reversed(self.host.runs("slow")) if run["outcome"] in (None, "succeeded")]
        for earlier, later in zip(runs, runs[1:]):
            if earlier["end"]:
                self.assertLessEqual(earlier["end"], later["begin"])
                self.assertLess((parse_time(later["begin"]) - parse_time(earlier["end"])).total_seconds(), 1.5)

    def test_overlap_replace_ends_the_older_run(self):
        self.host.service("slow", sh("echo tick; exec sleep 3600"), schedule={"every": "1s", "overlap": "replace"})
        self.host.start()
        wait_until(lambda: len(self.times("slow")) >= 3, "three runs")
        ended = [run for run in self.host.runs("slow") if run["end"]]
        self.assertTrue(all(run["outcome"] in ("stopped", "killed") for run in ended), ended)
        self.assertLessEqual(len(self.host.of_service("slow")), 1)

    def test_a_failed_run_leaves_it_waiting(self):
        self.host.service("tick", sh("exit 5"), schedule={"every": "1h", "run_at_start": True})
        self.host.start()
        self.host.wait_run("tick", lambda run: run["outcome"] == "failed")
        row = self.host.wait_for("tick", "waiting")
        self.assertEqual(("failed", 5), (row["last_outcome"], row["exit_code"]))
        self.assertIsNotNone(row["next_run"])

    def test_missed_while_the_host_was_not_running_once(self):
        for name, missed in (("tick", "once"), ("skips", "skip"), ("all", "all")):
            self.host.service(name, sh("echo tick"), schedule={"every": "12s", "missed": missed})
        self.host.start()
        wait_until(lambda: all(self.times(name) for name in ("tick", "skips", "all")), "the first runs")
        first = max(self.times(name)[0] for name in ("tick", "skips", "all"))
        self.host.terminate()
        # Two ticks pass, and the newest by so much that it is not just a late one: 5 s; the third is 4 s away.
        wait_until(lambda: (now() - first).total_seconds() > 24 + 8, "the time of the gap")
        self.host.start()
        run = self.host.wait_run("tick", lambda run: run["trigger"] == "catch-up" and run["end"])
        self.assertEqual("succeeded", run["outcome"])
        self.assertEqual("tick\n", self.host.ok("logs", "tick", "--run", str(run["id"]), "--raw").out)
        for name, count in (("tick", 1), ("skips", 0), ("all", 2)):
            wait_until(lambda: len([run for run in self.host.runs(name)
                                    if run["trigger"] == "catch-up" and run["outcome"] == "succeeded"]) >= count,
                       f"the catch-up of {name}")
            self.assertEqual(count, len([run for run in self.host.runs(name)
                                         if run["trigger"] == "catch-up" and run["outcome"] == "succeeded"]), name)
            missed = [run for run in self.host.runs(name) if run["outcome"] == "missed"]
            self.assertEqual(1, len(missed), (name, missed))
            self.assertRegex(missed[0]["reason"], r"^2 runs between \S+ and \S+: host not running$")

    def test_timezone(self):
        self.host.service("tick", ["true"], schedule={"cron": "0 3 * * *", "timezone": "Asia/Tokyo"})
        self.host.write("bad", definition(["true"], schedule={"cron": "0 3 * * *", "timezone": "Mars/Phobos"}))
        self.host.start()
        when = parse_time(self.host.wait_for("tick", "waiting")["next_run"])
        self.assertEqual((18, 0, 0), (when.hour, when.minute, when.second))
        self.assertIn("Mars/Phobos", self.host.wait_for("bad", "invalid")["reason"])


class Restarts(Case):
    def test_on_failure_restarts_failures_only(self):
        self.host.service("bad", sh("exit 1"), restart={"delay": "50ms", "max_delay": "50ms", "limit": 3})
        self.host.service("good", sh("exit 0"), restart={"delay": "50ms", "max_delay": "50ms"})
        self.host.start()
        self.assertEqual("completed", self.host.wait_for("good", "completed")["state"])
        row = self.host.wait_for("bad", "failed")
        runs = list(reversed(self.host.runs("bad")))
        self.assertEqual(list(range(1, len(runs) + 1)), [run["attempt"] for run in runs])
        self.assertEqual(["start"] + ["restart"] * (len(runs) - 1), [run["trigger"] for run in runs])
        # That many failures within the window: failed.
        self.assertEqual(3, len(runs), runs)
        self.assertEqual(len(runs) - 1, row["restarts"])
        self.assertEqual(1, len(self.host.runs("good")))
        marks = [mark for mark in self.host.marks("bad") if mark.startswith("restart in ")]
        self.assertRegex(marks[0], r"^restart in \S+ \(\d of 3\)$")

    def test_always_restarts_good_ends_without_a_limit(self):
        self.host.service("loop", sh("echo x"), restart={"policy": "always", "delay": "20ms", "max_delay": "20ms",
                                                         "limit": 3})
        self.host.start()
        wait_until(lambda: len(self.host.runs("loop")) >= 6, "six runs")
        self.assertNotEqual("failed", self.host.one("loop")["state"])

    def test_never(self):
        self.host.service("bad", sh("exit 1"), restart={"policy": "never"})
        self.host.start()
        self.host.wait_for("bad", "failed")
        self.assertEqual(1, len(self.host.runs("bad")))

    def test_limit_0_is_none_and_delay_0_is_at_once_and_the_host_stays_responsive(self):
        self.host.service("loop", sh("exit 1"), restart={"delay": "0s", "limit": 0})
        self.host.service("calm", SLEEPER)
        self.host.start()
        wait_until(lambda: len(self.host.runs("loop")) >= 50, "fifty runs")
        began = time.monotonic()
        self.host.ok("restart", "calm")
        self.assertLess(time.monotonic() - began, 10)
        self.host.ok("stop", "loop")
        self.assertEqual("stopped", self.host.one("loop")["state"])

    def test_the_delay_doubles_up_to_max_delay(self):
        self.host.service("bad", sh("exit 1"), restart={"delay": "1s", "max_delay": "4s", "limit": 5})
        self.host.start()
        self.host.wait_for("bad", "failed")
        runs = list(reversed(self.host.runs("bad")))
        gaps = [(parse_time(later["begin"]) - parse_time(earlier["end"])).total_seconds()
                for earlier, later in zip(runs, runs[1:])]
        for gap, delay in zip(gaps, (1, 2, 4, 4)):
            self.assertGreaterEqual(gap, delay * 0.88)
            self.assertLessEqual(gap, delay * 1.12 + 1)

    def test_success_exit_codes(self):
        self.host.service("odd", sh("exit 143"), restart={"success_exit_codes": [0, 143]})
        self.host.service("zero", sh("exit 0"), restart={"success_exit_codes": [7], "policy": "never"})
        self.host.start()
        self.assertEqual("succeeded", self.host.wait_for("odd", "completed")["last_outcome"])
        self.assertEqual("failed", self.host.wait_for("zero", "failed")["last_outcome"])

    def test_scheduled_services_do_not_restart_by_default(self):
        self.host.service("tick", sh("exit 1"), schedule={"every": "1h", "run_at_start": True})
        self.host.start()
        self.host.wait_for("tick", "waiting")
        self.host.wait_run("tick", lambda run: run["outcome"] == "failed")
        holds_for(lambda: len(self.host.runs("tick")) == 1, 2, "one run")

    def test_scheduled_with_on_failure_retries(self):
        self.host.service("tick", sh(f"[ -e {self.host.path('ok')} ] && exit 0; touch {self.host.path('ok')}; exit 1"),
                          schedule={"every": "1h", "run_at_start": True},
                          restart={"policy": "on-failure", "delay": "100ms"})
        self.host.start()
        run = self.host.wait_run("tick", lambda run: run["outcome"] == "succeeded")
        self.assertEqual(("restart", 2), (run["trigger"], run["attempt"]))
        self.assertEqual("waiting", self.host.wait_for("tick", "waiting")["state"])


class Wrong(Case):
    """Broken files never take others down."""

    def invalid(self, text, *words):
        self.host.write("bad", text)
        if not self.host.running:
            self.host.service("good", SLEEPER)
            self.host.start()
        else:
            self.host.ok("reload")
        row = self.host.wait_for("bad", "invalid")
        self.assertRegex(row["reason"], "^" + self.host.service_file("bad").replace(".", r"\.") + r":\d+:\d+: ")
        self.assertNotIn("\n", row["reason"])
        for word in words:
            self.assertIn(word, row["reason"])
        self.host.wait_for("good", "running")
        return row["reason"]

    def test_broken_toml(self):
        self.assertIn(":2:", self.invalid("command = ['true']\ngroup = \n"))
        self.invalid("command = [\n")
        self.invalid("command = 'a'\ncommand = 'b'\n")
        self.invalid("\xff\xfe")
        self.invalid("")

    def test_unknown_keys_and_wrong_types(self):
        self.assertIn(":2:1: ", self.invalid("command = ['true']\nnonsense = 1\n", "nonsense"))
        self.assertIn(":3:1: ", self.invalid("command = ['true']\n[restart]\npolcy = 'never'\n", "polcy"))
        self.assertIn(":2:13: ", self.invalid("command = ['true']\nautostart = 'yes'\n", "autostart"))
        self.invalid("command = 5\n", "command")
        self.invalid("command = ['true', 5]\n", "command")
        self.invalid("command = []\n", "command")
        self.invalid("command = ['true']\numask = 22\n", "umask")
        self.invalid("command = ['true']\n[stop]\ntimeout = 10\n", "timeout", "ms")
        self.invalid("command = ['true']\n[stop]\ntimeout = '1.5s'\n", "timeout")
        self.invalid("command = ['true']\n[stop]\nsignal = 'SIGNOPE'\n", "SIGNOPE")
        self.invalid("command = ['true']\n[log]\nmax_size = 100\n", "max_size", "MB")
        self.invalid("command = ['true']\n[log]\nmax_size = '1MB'\nsegment_size = '2MB'\n", "segment_size")
        self.invalid("command = ['true']\n[schedule]\ncron = '61 * * * *'\n", "cron")
        self.invalid("command = ['true']\n[schedule]\ncron = '@reboot'\n", "run_at_start")
        self.invalid("command = ['true']\n[schedule]\noverlap = 'skip'\n", "every")
        self.invalid("command = ['true']\n[schedule]\nevery = '1h'\ncron = '@daily'\n", "every", "cron")
        self.invalid("command = ['true']\nmanual = true\n[schedule]\nevery = '1h'\n", "manual")
        self.invalid("command = ['true']\nmanual = true\n[restart]\npolicy = 'always'\n", "policy")
        self.invalid("command = ['true']\n[schedule]\nevery = '1h'\n[restart]\npolicy = 'always'\n", "policy")
        self.invalid("command = ['sh', '-c', 'x']\nshell = true\n", "shell")

    def test_keys_that_are_not_built_yet_are_refused_by_name_whatever_their_value(self):
        for key, value in (("environment_from", "'session'"), ("instances", "1"), ("instances", "'x'"),
                           ("terminal", "false"), ("affects_exit", "false"), ("nice", "0"),
                           ("limits", "{ memory = '512MB' }"), ("limits", "{}")):
            self.invalid(f"command = ['true']\n{key} = {value}\n", key, "not built")
        for table in ("ready", "health", "depends", "notify"):
            self.invalid(f"command = ['true']\n[{table}]\n", table, "not built")
        self.invalid("command = ['true']\n[schedule]\nevery = '1h'\noverlap = 'parallel'\n", "parallel", "not built")

    def test_file_names_that_are_no_service_names(self):
        self.host.service("good", SLEEPER)
        with open(os.path.join(self.host.services, "a b.toml"), "w", encoding="utf-8") as file:
            file.write("command = ['true']\n")
        with open(os.path.join(self.host.services, "notes.txt"), "w", encoding="utf-8") as file:
            file.write("not a service\n")
        with open(os.path.join(self.host.services, "good.toml~"), "w", encoding="utf-8") as file:
            file.write("broken =\n")
        self.host.start()
        self.host.wait_for("good", "running")
        self.assertNotIn("notes", self.host.list())

    def test_an_invalid_service_cannot_be_started(self):
        self.host.write("bad", "comand = 'x'\n")
        self.host.start()
        self.assertEqual("invalid", self.host.one("bad")["state"])
        result = self.host.ctl("start", "bad")
        self.assertEqual(1, result.code, repr(result))
        self.assertIn("comand", result.err)


class Changes(Case):
    """Changes on disk are applied by themselves half a second after the last one."""

    def test_a_new_file_appears_and_starts(self):
        self.host.start()
        self.host.service("web", SLEEPER)
        self.host.service("lazy", SLEEPER, autostart=False)
        self.host.wait_for("web", "running", deadline=20)
        self.assertEqual("stopped", self.host.one("lazy")["state"])

    def test_the_folder_may_appear_later(self):
        shutil.rmtree(self.host.config)
        self.host.start()
        os.makedirs(self.host.services, exist_ok=True)
        self.host.service("web", SLEEPER)
        self.host.wait_for("web", "running", deadline=20)

    def test_a_changed_file_flags_what_runs_and_applies_at_the_next_start(self):
        self.host.service("web", sh("echo first; sleep 3600"))
        self.host.start()
        pid = self.host.wait_for("web", "running")["pid"]
        self.host.service("web", sh("echo second; sleep 3600"))
        wait_until(lambda: self.host.one("web")["flags"] == ["changed"], "the flag `changed`", 20)
        self.assertEqual(("running", pid), (self.host.one("web")["state"], self.host.one("web")["pid"]))
        self.host.ok("restart", "web")
        self.host.wait_text("web", "second")
        self.assertEqual([], self.host.one("web")["flags"])

    def test_changed_back_clears_the_flag(self):
        self.host.service("web", sh("echo first; sleep 3600"))
        self.host.start()
        self.host.wait_for("web", "running")
        self.host.service("web", sh("echo second; sleep 3600"))
        wait_until(lambda: self.host.one("web")["flags"] == ["changed"], "the flag `changed`", 20)
        self.host.service("web", sh("echo first; sleep 3600"))
        wait_until(lambda: self.host.one("web")["flags"] == [], "no flag", 20)

    def test_a_changed_file_applies_at_once_where_nothing_runs(self):
        self.host.service("hand", sh("echo first"), manual=True)
        self.host.service("tick", ["true"], schedule={"every": "1h"})
        self.host.start()
        before = self.host.wait_for("tick", "waiting")["next_run"]
        self.host.service("hand", sh("echo second"), manual=True, group="g")
        self.host.service("tick", ["true"], schedule={"every": "3h"})
        wait_until(lambda: self.host.one("hand")["group"] == "g", "the change", 20)
        self.assertEqual([], self.host.one("hand")["flags"])
        self.assertEqual("second\n", self.host.ok("run", "hand").out)
        wait_until(lambda: self.host.one("tick")["next_run"] > before, "a later next run", 20)

    def test_a_removed_file_stops_its_service_and_log_and_history_stay(self):
        self.host.service("web", sh("echo words; sleep 3600"))
        self.host.start()
        self.host.wait_text("web", "words")
        pid = self.host.one("web")["pid"]
        os.unlink(self.host.service_file("web"))
        wait_until(lambda: self.host.one("web") is None, "the end of the service", 20)
        wait_until(lambda: not alive(pid), "the end of its process")
        self.assertIn("words", self.host.texts("web"))
        self.assertTrue([run for run in self.host.runs() if run["service"] == "web"])

    def test_broken_while_running_goes_on_with_a_flag(self):
        self.host.service("web", SLEEPER)
        self.host.start()
        pid = self.host.wait_for("web", "running")["pid"]
        self.host.write("web", "command = [\n")
        wait_until(lambda: "file-broken" in self.host.one("web")["flags"], "the flag `file-broken`", 20)
        row = self.host.one("web")
        self.assertEqual(("running", pid), (row["state"], row["pid"]))
        with open(self.host.service_file("web"), encoding="utf-8") as file:
            self.assertEqual("command = [\n", file.read(), "never moved or replaced")
        self.host.service("web", SLEEPER)
        wait_until(lambda: self.host.one("web")["flags"] == [], "no flag", 20)
        self.assertEqual(pid, self.host.one("web")["pid"])

    def test_broken_while_running_and_stopped_is_invalid(self):
        self.host.service("web", SLEEPER)
        self.host.start()
        self.host.wait_for("web", "running")
        self.host.write("web", "command = [\n")
        wait_until(lambda: "file-broken" in self.host.one("web")["flags"], "the flag `file-broken`", 20)
        self.host.ok("stop", "web")
        self.assertEqual("invalid", self.host.wait_for("web", ("invalid", "stopped"))["state"])

    def test_a_mended_file_starts(self):
        self.host.write("web", "command = [\n")
        self.host.start()
        self.host.wait_for("web", "invalid")
        self.host.service("web", SLEEPER)
        self.host.wait_for("web", "running", deadline=20)

    def test_an_editor_that_writes_in_place_in_pieces(self):
        self.host.service("web", SLEEPER)
        self.host.start()
        self.host.wait_for("web", "running")
        with open(self.host.service_file("web"), "w", encoding="utf-8", buffering=1) as file:
            for line in ("command = [\n", "'sleep', '3600'\n", "]\n", "group = 'late'\n"):
                file.write(line)
                file.flush()
                time.sleep(0.1)
        wait_until(lambda: self.host.one("web")["group"] == "late" or "changed" in self.host.one("web")["flags"],
                   "the change", 20)
        self.assertNotIn("file-broken", self.host.one("web")["flags"])

    def test_a_stop_survives_a_change_of_the_file(self):
        self.host.service("web", SLEEPER)
        self.host.start()
        self.host.wait_for("web", "running")
        self.host.ok("stop", "web")
        self.host.service("web", SLEEPER, group="g")
        wait_until(lambda: self.host.one("web")["group"] == "g", "the change", 20)
        holds_for(lambda: self.host.one("web")["state"] == "stopped", 1, "stopped")


class Places(Case):
    """One host a state folder; folders and paths that cannot be used."""

    def refused(self, *arguments, environment=None, code=1):
        daemon = self.host.launch(*arguments, environment=environment)
        self.assertEqual(code, daemon.wait(30), self.host.said())
        return self.host.said()

    def test_a_second_host_prints_pid_and_socket_of_the_first(self):
        self.host.start()
        said = self.refused()
        self.assertIn(str(self.host.daemon.pid), said)
        self.assertIn(os.path.join(self.host.runtime, "host.sock"), said)
        other = os.path.join(self.host.root, "r2")
        said = self.refused(environment={"TURNSPIT_RUNTIME_DIR": other})
        self.assertEqual(0, self.host.ctl("list").code)
        with open(os.path.join(self.host.state, "host.lock"), encoding="utf-8") as file:
            lock = file.read()
        self.assertIn(str(self.host.daemon.pid), lock)
        self.assertIn(os.path.join(self.host.runtime, "host.sock"), lock)

    def test_a_taken_socket(self):
        self.host.start()
        said = self.refused(environment={"TURNSPIT_STATE_DIR": os.path.join(self.host.root, "s2")})
        self.assertIn(os.path.join(self.host.runtime, "host.sock"), said)
        self.assertEqual(0, self.host.ctl("list").code)

    def test_a_stale_socket_is_none(self):
        self.host.start()
        self.host.kill9()
        self.assertTrue(os.path.exists(os.path.join(self.host.runtime, "host.sock")))
        self.host.start()

    def test_a_runtime_path_that_is_too_long_names_its_length_and_the_option(self):
        long = os.path.join(self.host.root, "x" * 90)
        said = self.refused(environment={"TURNSPIT_RUNTIME_DIR": long})
        self.assertIn("--runtime-dir", said)
        self.assertIn(str(len(os.path.join(long, "host.sock"))), said)

    def test_a_state_path_that_is_too_long(self):
        long = os.path.join(self.host.root, "x" * 90)
        said = self.refused(environment={"TURNSPIT_STATE_DIR": long})
        self.assertIn("--state-dir", said)

    def test_missing_folders_are_made_0700(self):
        shutil.rmtree(self.host.config)
        self.host.start()
        for folder in (self.host.state, self.host.runtime):
            self.assertEqual(0o700, stat.S_IMODE(os.stat(folder).st_mode), folder)

    def test_options_and_their_errors(self):
        self.assertIn("--nonsense", self.refused("--nonsense", code=2))
        self.assertIn("shutdown", self.refused("--host.shutdown-timeout=60", code=1))
        self.assertIn("TURNSPIT_HOST__NONSENSE", self.refused(environment={"TURNSPIT_HOST__NONSENSE": "1"}))
        self.host.settings("[host]\nnonsense = 1\n")
        self.assertIn("turnspit.toml:2:1: ", self.refused())
        self.host.settings("[host]\nshutdown_timeout = \"9s\"\n")
        self.host.start(environment={"TURNSPIT_HOST__SHUTDOWN_TIMEOUT": "8s"})

    def test_tmp_turnspit_uid_never_through_a_link(self):
        # Where $XDG_RUNTIME_DIR is not set; a link there might be anybody's. Only tried where the folder is free.
        path = f"/tmp/turnspit-{os.getuid()}"
        if os.path.lexists(path):
            self.skipTest(f"{path} is in use")
        target = os.path.join(self.host.root, "elsewhere")
        os.makedirs(target, mode=0o700)
        os.symlink(target, path)
        self.addCleanup(os.unlink, path)
        environment = dict(self.host.environment)
        for name in ("TURNSPIT_RUNTIME_DIR", "XDG_RUNTIME_DIR"):
            environment.pop(name, None)
        done = subprocess.run([os.path.join(BIN, "turnspitd")], env=environment, capture_output=True, text=True,
                              timeout=30, check=False)
        self.assertEqual(1, done.returncode, done.stderr)
        self.assertIn(path, done.stderr)
        self.assertEqual([], os.listdir(target))

    @unittest.skipUnless(running_as_root() and shutil.which("setpriv"), "needs root and setpriv to be somebody else")
    def test_folders_that_cannot_be_written(self):
        closed = os.path.join(self.host.root, "closed")
        os.makedirs(closed, mode=0o755)
        os.chmod(self.host.root, 0o755)
        nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        if subprocess.run([*nobody, os.path.join(BIN, "turnspitd"), "--version"], capture_output=True,
                          check=False).returncode:
            self.skipTest("nobody else may run the programs here")
        for variable in ("TURNSPIT_STATE_DIR", "TURNSPIT_RUNTIME_DIR"):
            open_ = os.path.join(self.host.root, "open-" + variable)
            os.makedirs(open_)
            os.chown(open_, 65534, 65534)
            environment = {**self.host.environment, "HOME": open_, "TURNSPIT_CONFIG_DIR": os.path.join(open_, "c"),
                           "TURNSPIT_STATE_DIR": os.path.join(open_, "s"),
                           "TURNSPIT_RUNTIME_DIR": os.path.join(open_, "r"),
                           variable: os.path.join(closed, "x")}
            done = subprocess.run([*nobody, os.path.join(BIN, "turnspitd")], env=environment, capture_output=True,
                                  text=True, timeout=30, check=False)
            self.assertEqual(1, done.returncode, done.stderr)
            self.assertIn(os.path.join(closed, "x"), done.stderr)

    @unittest.skipUnless(running_as_root(), "needs root to make a folder that belongs to somebody else")
    def test_a_runtime_folder_of_somebody_else_is_refused(self):
        foreign = os.path.join(self.host.root, "foreign")
        os.makedirs(foreign, mode=0o700)
        os.chown(foreign, 65534, 65534)
        self.assertIn(foreign, self.refused(environment={"TURNSPIT_RUNTIME_DIR": foreign}))

    def test_two_hosts_side_by_side_know_nothing_of_one_another(self):
        other = self.make_host()
        self.host.service("web", SLEEPER)
        other.service("web", SLEEPER)
        self.host.start()
        other.start()
        mine, theirs = self.host.wait_for("web", "running")["pid"], other.wait_for("web", "running")["pid"]
        self.assertNotEqual(mine, theirs)
        self.assertNotEqual(self.host.keeper(), other.keeper())
        self.host.ok("stop", "web")
        self.assertTrue(alive(theirs))
        self.assertEqual(0, self.host.terminate())
        self.host.wait_nothing_left()
        self.assertEqual(("running", theirs), (other.one("web")["state"], other.one("web")["pid"]))

    def test_the_hosts_own_log(self):
        self.host.start()
        self.assertTrue(os.path.getsize(os.path.join(self.host.state, "turnspitd.log")) > 0)
        self.assertNotEqual("", self.host.said())

    def test_the_hosts_own_log_says_more_or_less(self):
        self.host.start("--logging.level=debug")
        wait_until(lambda: " debug turnspit::Host " in self.host.said(), self.host.said)
        self.assertEqual(0, self.host.terminate())
        before = self.host.said()
        self.host.settings("[logging]\nlevel = \"warning\"\n[logging.levels]\n\"turnspit::Host\" = \"debug\"\n")
        self.host.start()
        self.assertEqual(0, self.host.terminate())
        said = self.host.said()[len(before):]
        self.assertIn(" debug turnspit::Host ", said)
        self.assertNotIn(" info ", said)


if __name__ == "__main__":
    main_beside(Schedules, Restarts)
