"""Every command of turnspitctl against a real host, sentence by sentence of the contract's section 5."""

import json
import os
import signal
import time

from harness import (Case, LIST_KEYS, RUN_KEYS, TIME, alive, counter, definition, main, now, parse_time, py, sh,
                     wait_until)

SLEEPER = ["sleep", "3600"]


class Exits(Case):
    """Exit codes that need no services."""

    def test_without_a_host_every_command_says_so_with_3(self):
        for command in (["list"], ["status", "a"], ["show", "a"], ["start", "a"], ["stop", "a"], ["run", "a"],
                        ["logs", "a"], ["runs"], ["next"], ["events"], ["wait", "a", "--state", "running"],
                        ["reload"], ["shutdown"], ["undo"], ["edit", "a", "group=x"], ["remove", "a"],
                        ["add", "a", "--", "true"], ["hold", "a"], ["enable", "a"]):
            expected = 125 if command[0] == "run" else 3
            result = self.host.ctl(*command)
            self.assertEqual(expected, result.code, repr(result))
            self.assertEqual("", result.out, repr(result))
            self.assertIn(os.path.join(self.host.runtime, "host.sock"), result.err, repr(result))

    def test_usage_errors_are_2(self):
        self.host.start()
        for command in ([], ["nonsense"], ["start"], ["stop", "--nope", "a"], ["stop", "a", "--timeout", "5"],
                        ["wait", "a"], ["wait", "a", "--state", "nonsense"], ["logs"], ["logs", "a", "-n", "x"],
                        ["logs", "a", "--stream", "q"], ["logs", "a", "--since", "yesterdayish"],
                        ["runs", "--limit", "-1"], ["add", "a"], ["edit", "a"], ["run"],
                        ["wait", "a", "--state", "running", "--timeout", "1.5s"]):
            result = self.host.ctl(*command)
            self.assertEqual(2, result.code, repr(result))
            self.assertNotEqual("", result.err, repr(result))

    def test_a_duration_without_unit_names_the_units(self):
        self.host.service("a", SLEEPER)
        self.host.start()
        result = self.assertCode(2, self.host.ctl("stop", "a", "--timeout", "5"))
        for unit in ("ms", "s", "m", "h"):
            self.assertIn(unit, result.err)

    def test_help_and_version_need_no_host(self):
        for command in (["--help"], ["--version"], ["start", "--help"], ["logs", "--help"]):
            self.assertEqual(0, self.host.ctl(*command).code, command)

    def test_folders_may_be_given_by_option(self):
        self.host.start()
        nowhere = {"TURNSPIT_CONFIG_DIR": "/nonexistent/c", "TURNSPIT_STATE_DIR": "/nonexistent/s",
                   "TURNSPIT_RUNTIME_DIR": "/nonexistent/r"}
        self.assertCode(3, self.host.ctl("list", environment=nowhere))
        self.assertCode(0, self.host.ctl("--config-dir", self.host.config, "--state-dir", self.host.state,
                                         "--runtime-dir", self.host.runtime, "list", environment=nowhere))
        self.assertCode(0, self.host.ctl("list", "--runtime-dir", self.host.runtime, environment=nowhere))


class Looking(Case):
    """list, status, show, runs, next."""

    def setUp(self):
        super().setUp()
        self.host.service("web", SLEEPER, group="shop")
        self.host.service("Alpha", SLEEPER)
        self.host.service("job", sh("echo out; echo err >&2; exit 3"), manual=True)
        self.host.service("tick", ["true"], schedule={"every": "1h"})
        self.host.service("off", SLEEPER, disabled=True)
        self.host.write("broken", "comand = 'x'\n")
        self.host.start()
        self.host.wait_for("web", "running")
        self.host.wait_for("Alpha", "running")

    def test_list_json_has_always_all_keys_and_is_sorted_by_name(self):
        rows = self.host.ok("list", "--json").json
        self.assertEqual(sorted(row["name"] for row in rows), [row["name"] for row in rows])
        for row in rows:
            self.assertEqual(LIST_KEYS, sorted(row), row["name"])
            self.assertEqual(sorted(row["flags"]), row["flags"])
            self.assertRegex(row["since"], TIME)
        table = {row["name"]: row for row in rows}
        self.assertLessEqual({"web", "Alpha", "job", "tick", "off", "broken"}, set(table))
        web = table["web"]
        self.assertEqual(("shop", "kept", "running", [], 0, None, None, None, None, None),
                         tuple(web[key] for key in ("group", "kind", "state", "flags", "restarts", "next_run",
                                                    "last_outcome", "exit_code", "signal", "reason")))
        self.assertTrue(alive(web["pid"]))
        self.assertEqual("", table["Alpha"]["group"])
        self.assertEqual(("manual", "stopped", None), tuple(table["job"][key] for key in ("kind", "state", "pid")))
        self.assertEqual(("scheduled", "waiting"), tuple(table["tick"][key] for key in ("kind", "state")))
        self.assertRegex(table["tick"]["next_run"], TIME)
        self.assertEqual("disabled", table["off"]["state"])
        self.assertEqual("invalid", table["broken"]["state"])
        self.assertTrue(table["broken"]["reason"].startswith(self.host.service_file("broken") + ":1:1: "),
                        table["broken"]["reason"])

    def test_list_is_one_line_a_service(self):
        lines = self.host.ok("list").lines
        for name in ("web", "Alpha", "job", "tick", "off", "broken"):
            self.assertEqual(1, sum(name in line.split() for line in lines), name)

    def test_status_json_is_an_array_also_for_one_name(self):
        rows = self.host.ok("status", "web", "--json").json
        self.assertEqual(["web"], [row["name"] for row in rows])
        self.assertEqual(LIST_KEYS, sorted(rows[0]))
        self.assertEqual({"web", "job"}, {row["name"] for row in self.host.ok("status", "web", "job", "--json").json})
        self.assertIn("running", self.host.ok("status", "web").out)

    def test_show_json_is_one_object_with_definition_file_and_last_runs(self):
        shown = self.host.ok("show", "web", "--json").json
        self.assertEqual(sorted(LIST_KEYS + ["definition", "file", "last_runs"]), sorted(shown))
        self.assertEqual(self.host.service_file("web"), shown["file"])
        self.assertEqual("shop", shown["definition"]["group"])
        self.assertEqual([1], [run["attempt"] for run in shown["last_runs"]])
        self.assertEqual(RUN_KEYS, sorted(shown["last_runs"][0]))

    def test_show_of_an_invalid_service(self):
        shown = self.host.ok("show", "broken", "--json").json
        self.assertEqual("invalid", shown["state"])
        self.assertEqual(self.host.service_file("broken"), shown["file"])

    def test_runs_newest_first_with_all_keys_null_while_live(self):
        self.assertEqual(3, self.host.ctl("run", "job").code)
        runs = self.host.ok("runs", "--json").json
        self.assertEqual(sorted((run["id"] for run in runs), reverse=True), [run["id"] for run in runs])
        for run in runs:
            self.assertEqual(RUN_KEYS, sorted(run))
        job = next(run for run in runs if run["service"] == "job")
        self.assertEqual(("failed", 3, None, "ctl", 1, 2),
                         tuple(job[key] for key in ("outcome", "exit_code", "signal", "trigger", "attempt",
                                                    "log_lines")))
        self.assertIsInstance(job["reason"], str)
        self.assertLess(parse_time(job["begin"]), parse_time(job["end"]))
        self.assertAlmostEqual((parse_time(job["end"]) - parse_time(job["begin"])).total_seconds(), job["duration"],
                               places=4)
        self.assertGreater(job["peak_memory_bytes"], 100_000)
        self.assertGreaterEqual(job["cpu_seconds"], 0)
        web = next(run for run in runs if run["service"] == "web")
        self.assertEqual((None, None, "start"), (web["end"], web["outcome"], web["trigger"]))
        self.assertEqual(1, len(self.host.ok("runs", "--limit", "1", "--json").json))
        self.assertEqual({"job"}, {run["service"] for run in self.host.ok("runs", "job", "--json").json})

    def test_usage_is_sampled_while_somebody_looks(self):
        client = self.host.spawn_ctl("events", "-f")
        row = wait_until(lambda: (lambda row: row if None not in (row["memory_bytes"], row["cpu_percent"]) else None)(self.host.one("web")),
                         "a sample", 30)
        self.assertGreater(row["memory_bytes"], 100_000)
        self.assertGreaterEqual(row["cpu_percent"], 0)
        self.assertIsNone(client.poll())

    def test_next_is_earliest_first(self):
        rows = self.host.ok("next", "--json", "--count", "3").json
        self.assertEqual(3, len(rows))
        for row in rows:
            self.assertEqual(["at", "service"], sorted(row))
        self.assertEqual(sorted(row["at"] for row in rows), [row["at"] for row in rows])
        mine = [row["at"] for row in self.host.ok("next", "--json", "--count", "50").json if row["service"] == "tick"]
        self.assertEqual(self.host.one("tick")["next_run"], mine[0])

    def test_unknown_names_are_4_and_nothing_is_done(self):
        for command in (["status"], ["show"], ["start"], ["stop"], ["kill"], ["restart"], ["hold"], ["resume"],
                        ["enable"], ["disable"], ["logs"], ["runs"], ["remove"]):
            result = self.assertCode(4, self.host.ctl(*command, "nobody"), "nobody")
            self.assertEqual("", result.out, repr(result))
        self.assertCode(4, self.host.ctl("wait", "nobody", "--state", "running"), "nobody")
        self.assertCode(4, self.host.ctl("edit", "nobody", "group=x"), "nobody")
        self.assertCode(125, self.host.ctl("run", "nobody"), "nobody")
        pid = self.host.one("web")["pid"]
        self.assertCode(4, self.host.ctl("stop", "web", "nobody"), "nobody")
        self.assertEqual(("running", pid), (self.host.one("web")["state"], self.host.one("web")["pid"]))
        self.assertCode(4, self.host.ctl("disable", "web", "nobody", "--json"), "nobody")
        self.assertNotIn("disabled", open(self.host.service_file("web"), encoding="utf-8").read())

    def test_errors_are_text_on_stderr_with_json_too(self):
        result = self.assertCode(1, self.host.ctl("hold", "web", "--json"))
        self.assertNotEqual("", result.err)
        self.assertFalse(result.err.lstrip().startswith(("{", "[")), result.err)


class Acting(Case):
    """start, stop, kill, restart, hold, resume, enable, disable."""

    def action(self, *arguments, code=0):
        result = self.host.ctl(*arguments, "--json")
        self.assertEqual(code, result.code, repr(result))
        for row in result.json:
            self.assertEqual(["error", "name", "ok", "state"], sorted(row))
        return {row["name"]: row for row in result.json}

    def test_stop_and_start_of_a_kept_service(self):
        self.host.service("web", SLEEPER)
        self.host.start()
        pid = self.host.wait_for("web", "running")["pid"]
        self.assertEqual({"name": "web", "ok": True, "state": "stopped", "error": None},
                         self.action("stop", "web")["web"])
        self.assertFalse(alive(pid))
        row = self.host.one("web")
        self.assertEqual(("stopped", None, "stopped", "SIGTERM"),
                         tuple(row[key] for key in ("state", "pid", "last_outcome", "signal")))
        self.assertEqual(0, self.host.ctl("stop", "web").code, "already so: exit 0")
        self.assertEqual("running", self.action("start", "web")["web"]["state"])
        again = self.host.one("web")["pid"]
        self.assertTrue(alive(again))
        self.assertEqual(0, self.host.ctl("start", "web").code, "already so: exit 0")
        self.assertEqual(again, self.host.one("web")["pid"])
        self.assertEqual(["ctl", "start"], [run["trigger"] for run in self.host.runs("web")])

    def test_start_of_a_program_that_is_not_there_is_1_with_the_reason(self):
        self.host.service("gone", ["no-such-program-here"], autostart=False, restart={"policy": "never"})
        self.host.start()
        self.assertCode(1, self.host.ctl("start", "gone"), "no-such-program-here")
        row = self.host.one("gone")
        self.assertEqual(("failed", 127), (row["state"], row["exit_code"]))

    def test_start_that_ends_well_at_once_is_0(self):
        self.host.service("short", ["true"], autostart=False)
        self.host.start()
        self.assertEqual(0, self.host.ctl("start", "short").code)
        self.assertEqual("completed", self.host.wait_for("short", ("completed", "failed"))["state"])

    def test_start_of_a_manual_service_waits_for_running(self):
        self.host.service("hand", SLEEPER, manual=True)
        self.host.start()
        self.assertEqual("running", self.action("start", "hand")["hand"]["state"])
        self.assertEqual(0, self.host.ctl("stop", "hand").code)

    def test_start_arms_a_scheduled_service_and_stop_disarms_it(self):
        self.host.service("tick", sh("echo ran"), schedule={"every": "1h"}, autostart=False)
        self.host.start()
        self.assertEqual("stopped", self.host.one("tick")["state"])
        self.assertEqual("waiting", self.action("start", "tick")["tick"]["state"])
        self.assertIsNotNone(self.host.one("tick")["next_run"])
        self.assertEqual([], self.host.runs("tick"), "does not run now")
        self.assertEqual("stopped", self.action("stop", "tick")["tick"]["state"])
        self.assertIsNone(self.host.one("tick")["next_run"])

    def test_start_of_a_disabled_service_names_enable(self):
        self.host.service("off", SLEEPER, disabled=True)
        self.host.start()
        self.assertCode(1, self.host.ctl("start", "off"), "enable")
        self.assertEqual("disabled", self.host.one("off")["state"])
        self.assertEqual(0, self.host.ctl("enable", "off").code)
        self.assertNotEqual("disabled", self.host.one("off")["state"])
        self.assertEqual(0, self.host.ctl("start", "off").code)
        self.assertEqual("running", self.host.one("off")["state"])

    def test_disable_edits_the_file_and_what_runs_goes_on(self):
        self.host.write("web", "# mine\ncommand = ['sleep', '3600'] # stays\n")
        self.host.start()
        pid = self.host.wait_for("web", "running")["pid"]
        self.assertEqual(0, self.host.ctl("disable", "web").code)
        text = open(self.host.service_file("web"), encoding="utf-8").read()
        self.assertIn("# mine\ncommand = ['sleep', '3600'] # stays\n", text)
        self.assertIn("disabled = true", text)
        self.assertEqual(("running", pid), (self.host.one("web")["state"], self.host.one("web")["pid"]))
        self.assertEqual(0, self.host.ctl("stop", "web").code)
        self.assertEqual("disabled", self.host.one("web")["state"])

    def test_a_stop_that_had_to_kill_is_0_and_says_so(self):
        self.host.service("deaf", sh("trap '' TERM; echo ready; while :; do sleep 1; done"), stop={"timeout": "1s"})
        self.host.start()
        self.host.wait_text("deaf", "ready")
        began = time.monotonic()
        result = self.host.ok("stop", "deaf")
        self.assertGreaterEqual(time.monotonic() - began, 0.9)
        self.assertIn("kill", (result.out + result.err).lower())
        row = self.host.one("deaf")
        self.assertEqual(("stopped", "killed", "did not stop within 1s; killed"),
                         (row["state"], row["last_outcome"], row["reason"]))
        self.assertEqual("did not stop within 1s; killed", self.host.runs("deaf")[0]["reason"])
        marks = self.host.marks("deaf")
        self.assertIn("sent SIGTERM, 1s to SIGKILL", marks)
        self.assertIn("killed: " + row["reason"], marks)
        self.assertEqual([], self.host.of_service("deaf"))

    def test_stop_timeout_replaces_the_files_this_once(self):
        self.host.service("deaf", sh("trap '' TERM; echo ready; while :; do sleep 1; done"), stop={"timeout": "60s"})
        self.host.start()
        self.host.wait_text("deaf", "ready")
        began = time.monotonic()
        self.host.ok("stop", "deaf", "--timeout", "500ms")
        self.assertLess(time.monotonic() - began, 30)
        self.assertEqual("did not stop within 500ms; killed", self.host.one("deaf")["reason"])

    def test_kill_is_at_once_and_remembered(self):
        self.host.service("deaf", sh("trap '' TERM; echo ready; while :; do sleep 1; done"), stop={"timeout": "60s"})
        self.host.start()
        self.host.wait_text("deaf", "ready")
        began = time.monotonic()
        self.assertEqual("stopped", self.action("kill", "deaf")["deaf"]["state"])
        self.assertLess(time.monotonic() - began, 30)
        self.assertEqual("killed", self.host.one("deaf")["last_outcome"])
        self.host.restart()
        self.assertEqual("stopped", self.host.one("deaf")["state"])

    def test_restart_uses_the_files_present_settings(self):
        self.host.service("web", sh("echo first; sleep 3600"))
        self.host.start()
        self.host.wait_text("web", "first")
        before = self.host.one("web")["pid"]
        self.host.service("web", sh("echo second; sleep 3600"))
        self.assertEqual("running", self.action("restart", "web")["web"]["state"])
        self.host.wait_text("web", "second")
        self.assertNotEqual(before, self.host.one("web")["pid"])
        self.assertEqual([], self.host.one("web")["flags"])
        self.assertFalse(alive(before))

    def test_restart_clears_a_remembered_stop(self):
        self.host.service("web", SLEEPER)
        self.host.start()
        self.host.ok("stop", "web")
        self.host.ok("restart", "web")
        self.assertEqual("running", self.host.one("web")["state"])
        self.host.restart()
        self.host.wait_for("web", "running")

    def test_a_persons_stop_is_remembered_and_shutdown_is_none(self):
        self.host.service("stays", SLEEPER)
        self.host.service("goes", SLEEPER)
        self.host.start()
        self.host.wait_for("goes", "running")
        self.host.ok("stop", "goes")
        self.host.restart()
        self.host.wait_for("stays", "running")
        self.assertEqual("stopped", self.host.one("goes")["state"])
        self.host.kill9()
        self.host.start()
        self.host.wait_for("stays", "running")
        self.assertEqual("stopped", self.host.one("goes")["state"])
        self.host.ok("start", "goes")
        self.host.restart()
        self.host.wait_for("goes", "running")

    def test_stop_is_undone_by_no_policy(self):
        self.host.service("eager", sh("trap 'exit 1' TERM; echo up; while :; do sleep 0.1; done"),
                          restart={"policy": "always", "delay": "0s"})
        self.host.start()
        self.host.wait_text("eager", "up")
        self.host.ok("stop", "eager")
        time.sleep(0.5)
        self.assertEqual("stopped", self.host.one("eager")["state"])
        self.assertEqual(1, len(self.host.runs("eager")))
        self.assertEqual("stopped", self.host.runs("eager")[0]["outcome"])

    def test_stop_while_backing_off_cancels_the_restart(self):
        self.host.service("crash", sh("exit 1"), restart={"delay": "1h", "max_delay": "1h"})
        self.host.start()
        row = self.host.wait_for("crash", "backing-off")
        self.assertRegex(row["next_run"], TIME)
        self.host.ok("stop", "crash")
        row = self.host.one("crash")
        self.assertEqual(("stopped", None), (row["state"], row["next_run"]))

    def test_hold_and_resume(self):
        self.host.service("tick", sh("echo tick"), schedule={"every": "300ms"})
        self.host.start()
        self.host.wait_text("tick", "tick")
        self.action("hold", "tick")
        row = self.host.wait_for("tick", "waiting")
        self.assertEqual((["held"], None), (row["flags"], row["next_run"]))
        count = len(self.host.texts("tick"))
        time.sleep(1)
        self.assertEqual(count, len(self.host.texts("tick")), "no ticks while held")
        self.host.restart()
        row = self.host.one("tick")
        self.assertEqual((["held"], "waiting", None), (row["flags"], row["state"], row["next_run"]))
        self.action("resume", "tick")
        self.assertEqual([], self.host.one("tick")["flags"])
        wait_until(lambda: len(self.host.texts("tick")) > count, "a tick after resume")
        self.assertNotIn("catch-up", {run["trigger"] for run in self.host.runs("tick")})

    def test_hold_of_what_does_not_tick_is_1(self):
        self.host.service("web", SLEEPER)
        self.host.service("hand", SLEEPER, manual=True)
        self.host.start()
        self.assertCode(1, self.host.ctl("hold", "web"), "web")
        self.assertCode(1, self.host.ctl("hold", "hand"), "hand")
        self.assertCode(1, self.host.ctl("resume", "web"), "web")

    def test_several_names_groups_and_all(self):
        for name, group in (("a1", "a"), ("a2", "a"), ("b1", "b")):
            self.host.service(name, SLEEPER, group=group)
        self.host.start()
        for name in ("a1", "a2", "b1"):
            self.host.wait_for(name, "running")
        self.assertEqual({"a1", "a2"}, set(self.action("stop", "--group", "a")))
        self.assertEqual("running", self.host.one("b1")["state"])
        self.assertEqual({"a1", "a2"}, set(self.action("start", "a1", "a2")))
        rows = self.action("stop", "--all")
        self.assertLessEqual({"a1", "a2", "b1"}, set(rows))
        for name in ("a1", "a2", "b1"):
            self.assertEqual("stopped", self.host.one(name)["state"])
        self.host.ok("start", "--group", "a")
        self.assertEqual(("running", "stopped"), (self.host.one("a1")["state"], self.host.one("b1")["state"]))

    def test_one_failure_among_several_is_1_and_the_others_are_done(self):
        self.host.service("good", SLEEPER, autostart=False)
        self.host.service("off", SLEEPER, disabled=True)
        self.host.start()
        rows = self.action("start", "good", "off", code=1)
        self.assertEqual((True, "running"), (rows["good"]["ok"], rows["good"]["state"]))
        self.assertEqual((False, "disabled"), (rows["off"]["ok"], rows["off"]["state"]))
        self.assertIn("enable", rows["off"]["error"])

    def test_no_wait_returns_before_the_end(self):
        self.host.service("deaf", sh("trap '' TERM; echo ready; while :; do sleep 1; done"), stop={"timeout": "3s"})
        self.host.start()
        self.host.wait_text("deaf", "ready")
        self.host.ok("stop", "deaf", "--no-wait")
        self.assertEqual("stopping", self.host.one("deaf")["state"])
        self.host.wait_for("deaf", "stopped")

    def test_when_a_command_returns_list_runs_and_logs_show_it(self):
        self.host.service("web", sh("echo up; trap 'echo last words; exit 0' TERM; while :; do sleep 0.05; done"),
                          autostart=False)
        self.host.start()
        for round_ in range(1, 6):
            self.host.ok("start", "web")
            self.assertEqual("running", self.host.one("web")["state"])
            self.assertIsNone(self.host.runs("web")[0]["end"])
            wait_until(lambda: self.host.ok("logs", "web", "--raw").out == "up\n", "the line `up`")
            self.host.ok("stop", "web")
            self.assertEqual("stopped", self.host.one("web")["state"])
            runs = self.host.runs("web")
            self.assertEqual((round_, "stopped"), (len(runs), runs[0]["outcome"]))
            self.assertEqual("up\nlast words\n", self.host.ok("logs", "web", "--raw", "--stream", "o").out)


class Running(Case):
    """run"""

    def test_output_separate_and_exit_code_passed_on(self):
        self.host.service("job", sh("echo out; echo err >&2; printf 'no newline'; exit 7"), manual=True)
        self.host.start()
        result = self.host.ctl("run", "job")
        # The log's format ends every entry with a newline; the last line gets its own by that.
        self.assertEqual((7, b"out\nno newline\n"), (result.code, result.raw), repr(result))
        self.assertEqual("err\n", result.err)
        run = self.host.runs("job")[0]
        self.assertEqual(("failed", 7, "ctl"), (run["outcome"], run["exit_code"], run["trigger"]))
        self.assertEqual("failed", self.host.one("job")["state"])

    def test_zero(self):
        self.host.service("job", ["true"], manual=True)
        self.host.start()
        self.assertEqual(0, self.host.ctl("run", "job").code)
        self.assertEqual("completed", self.host.one("job")["state"])

    def test_binary_output_comes_through_unchanged(self):
        self.host.service("job", py("import os\nos.write(1, bytes(range(256)) * 1000 + b'\\n')"), manual=True)
        self.host.start()
        result = self.host.ctl("run", "job")
        self.assertEqual(0, result.code, result.err)
        self.assertBytes(bytes(range(256)) * 1000 + b"\n", result.raw)

    def test_much_output_comes_through_complete(self):
        self.host.service("job", counter("n", 200_000, 1000, 0), manual=True)
        self.host.start()
        result = self.host.ctl("run", "job")
        self.assertEqual(0, result.code, result.err)
        self.assertInOrder(result.lines, "n", last=200_000)

    def test_a_signal_is_128_plus_n(self):
        self.host.service("job", sh("kill -SEGV $$"), manual=True)
        self.host.start()
        self.assertEqual(128 + signal.SIGSEGV, self.host.ctl("run", "job").code)
        run = self.host.runs("job")[0]
        self.assertEqual((None, "SIGSEGV", "failed"), (run["exit_code"], run["signal"], run["outcome"]))

    def test_125_when_turnspit_itself_failed(self):
        self.host.service("kept", SLEEPER)
        self.host.service("slow", sh("echo begun; sleep 3600"), schedule={"every": "1h", "overlap": "skip"})
        self.host.start()
        self.assertCode(125, self.host.ctl("run", "kept"))
        self.host.ok("run", "slow", "--no-wait")
        self.host.wait_text("slow", "begun")
        self.assertCode(125, self.host.ctl("run", "slow"))
        self.host.ok("stop", "slow")

    def test_a_program_that_is_not_there_is_127(self):
        self.host.service("job", ["no-such-program-here"], manual=True)
        self.host.service("dir", [self.host.files], manual=True)
        self.host.start()
        self.assertEqual(127, self.host.ctl("run", "job").code)
        self.assertEqual(126, self.host.ctl("run", "dir").code)

    def test_run_of_a_scheduled_service_does_not_arm(self):
        self.host.service("tick", sh("echo ran"), schedule={"every": "1h"}, autostart=False)
        self.host.start()
        self.assertEqual("ran\n", self.host.ok("run", "tick").out)
        row = self.host.one("tick")
        self.assertEqual(("stopped", None), (row["state"], row["next_run"]))

    def test_run_of_an_armed_service_leaves_its_series(self):
        self.host.service("tick", sh("echo ran"), schedule={"every": "1h"})
        self.host.start()
        planned = self.host.wait_for("tick", "waiting")["next_run"]
        self.host.ok("run", "tick")
        row = self.host.wait_for("tick", "waiting")
        self.assertEqual(planned, row["next_run"])

    def test_built_in_periodic_service(self):
        self.host.start()
        self.assertEqual(0, self.host.ctl("run", "housekeeping").code)

    def test_no_wait(self):
        self.host.service("job", sh("echo begun; sleep 3600"), manual=True)
        self.host.start()
        self.host.ok("run", "job", "--no-wait")
        self.assertIsNone(self.host.runs("job")[0]["end"])
        self.host.ok("stop", "job")

    def test_interrupt_stops_the_run(self):
        self.host.service("job", sh("trap 'echo bye; exit 9' TERM; echo begun; while :; do sleep 0.1; done"),
                          manual=True)
        self.host.start()
        client = self.host.spawn_ctl("run", "job")
        self.assertEqual(b"begun\n", client.stdout.readline())
        client.send_signal(signal.SIGINT)
        out, err = client.communicate(timeout=60)
        self.assertEqual((b"bye\n", 9), (out, client.returncode), err)
        self.assertEqual("stopped", self.host.runs("job")[0]["outcome"])

    def test_interrupted_twice_it_is_left(self):
        self.host.service("job", sh("trap '' TERM; echo begun; while :; do sleep 0.1; done"), manual=True,
                          stop={"timeout": "3s"})
        self.host.start()
        client = self.host.spawn_ctl("run", "job")
        self.assertEqual(b"begun\n", client.stdout.readline())
        client.send_signal(signal.SIGINT)
        self.host.wait_for("job", "stopping")
        client.send_signal(signal.SIGINT)
        client.communicate(timeout=60)
        self.assertNotEqual(0, client.returncode)
        self.host.wait_for("job", ("stopped", "failed"))


class Logs(Case):
    """logs"""

    def setUp(self):
        super().setUp()
        self.host.service("job", sh("for i in 1 2 3; do echo out $i; done; echo oops >&2"), manual=True)
        self.host.start()
        for _ in range(2):
            self.host.ok("run", "job")
        self.first, self.second = sorted(run["id"] for run in self.host.runs("job"))

    def texts(self, *arguments):
        return [row["text"] for row in self.host.ok("logs", *arguments, "--json").objects]

    def test_the_last_run_where_none_is_live(self):
        texts = self.texts("job")
        self.assertTrue(texts[0].startswith(f"run {self.second} began pid "), texts)
        self.assertEqual(f"run {self.second} ended succeeded exit 0", texts[-1])
        self.assertEqual({"out 1", "out 2", "out 3", "oops"}, set(texts[1:-1]))

    def test_the_live_run_only(self):
        self.host.service("live", sh("echo now; sleep 3600"))
        self.host.ok("reload")
        self.host.wait_text("live", "now")
        self.host.ok("restart", "live")
        wait_until(lambda: "now" in self.texts("live"), "the line of the second run")
        self.assertEqual(1, self.texts("live").count("now"))

    def test_lines_are_the_entries_as_on_disk(self):
        with open(os.path.join(self.host.log_folder("job"), "00000001.log"), encoding="utf-8") as file:
            disk = file.read()
        self.assertEqual(disk, self.host.ok("logs", "job", "--run", self.first).out
                         + self.host.ok("logs", "job", "--run", self.second).out)

    def test_json_lines(self):
        for row in self.host.ok("logs", "job", "--json").objects:
            self.assertEqual(["service", "stream", "text", "time"], sorted(row))
            self.assertEqual("job", row["service"])
            self.assertIn(row["stream"], "oeh")
            self.assertRegex(row["time"], TIME)

    def test_last_n(self):
        self.assertEqual(self.texts("job")[-2:], self.texts("job", "-n", "2"))
        self.assertEqual([], self.texts("job", "-n", "0"))
        self.assertEqual(self.texts("job"), self.texts("job", "-n", "1000"))

    def test_one_run(self):
        self.assertIn(f"run {self.first} ended succeeded exit 0", self.texts("job", "--run", self.first))
        self.assertNotIn(f"run {self.second} ended succeeded exit 0", self.texts("job", "--run", self.first))
        unknown = self.host.ctl("logs", "job", "--run", "999999")
        self.assertNotIn("out 1", unknown.out)

    def test_streams(self):
        self.assertEqual(["oops"], self.texts("job", "--stream", "e"))
        self.assertEqual(["out 1", "out 2", "out 3"], self.texts("job", "--stream", "o"))
        self.assertEqual(2, len(self.texts("job", "--stream", "h")))
        self.assertEqual(4, len(self.texts("job", "--stream", "o,e")))

    def test_grep_searches_all_segments(self):
        self.assertEqual(["out 2", "out 2"], self.texts("job", "--grep", "^out [2]$"))
        self.assertEqual([], self.texts("job", "--grep", "nothing such"))
        self.assertCode(2, self.host.ctl("logs", "job", "--grep", "("))

    def test_since_and_until(self):
        rows = self.host.ok("logs", "job", "--run", self.second, "--json").objects
        begin = rows[0]["time"]
        later = self.texts("job", "--since", begin)
        self.assertNotIn(f"run {self.first} ended succeeded exit 0", later)
        self.assertIn("out 1", later)
        self.assertEqual(12, len(self.texts("job", "--since", "1h")))
        self.assertEqual([], self.texts("job", "--since", "2099-01-01"))
        self.assertEqual([], self.texts("job", "--until", "2000-01-01T00:00:00Z"))
        self.assertEqual(12, len(self.texts("job", "--until", "2099-01-01 00:00")))

    def test_raw_is_the_services_own_bytes(self):
        self.assertEqual(b"out 1\nout 2\nout 3\n", self.host.ok("logs", "job", "--raw", "--stream", "o").raw)
        raw = self.host.ok("logs", "job", "--raw").out
        self.assertNotIn(" began pid ", raw)
        self.assertEqual({"out 1", "out 2", "out 3", "oops"}, set(raw.splitlines()))

    def test_raw_joins_long_lines(self):
        self.host.service("long", py("import os\nos.write(1, b'x' * 200000 + b'\\nshort\\n')"), manual=True)
        self.host.ok("reload")
        self.host.ok("run", "long")
        self.assertBytes(b"x" * 200000 + b"\nshort\n", self.host.ok("logs", "long", "--raw").raw)
        self.assertEqual([200000, 5], [len(text) for text in self.host.texts("long")])

    def test_several_names_are_merged_by_time(self):
        self.host.service("other", sh("echo other"), manual=True)
        self.host.ok("reload")
        self.host.ok("run", "other")
        lines = self.host.ok("logs", "job", "other").lines
        self.assertTrue(all(line.startswith(("job | ", "other | ")) for line in lines), lines)
        times = [line.split(" | ", 1)[1][:27] for line in lines]
        self.assertEqual(sorted(times), times)
        self.assertEqual(9, len(lines))
        rows = self.host.ok("logs", "job", "other", "--json").objects
        self.assertEqual({"job", "other"}, {row["service"] for row in rows})

    def test_follow_goes_over_run_ends(self):
        client = self.host.spawn_ctl("logs", "job", "-f", "--json")
        seen = []

        def until(text):
            while not seen or text not in seen[-1]:
                line = client.stdout.readline()
                self.assertNotEqual(b"", line, f"the follower ended: {seen}")
                seen.append(json.loads(line)["text"])
        until(f"run {self.second} ended")
        self.host.ok("run", "job")
        until(f"run {self.second + 1} ended")
        self.host.ok("run", "job")
        until(f"run {self.second + 2} ended")
        self.assertIsNone(client.poll())
        client.send_signal(signal.SIGINT)
        client.communicate(timeout=30)
        self.assertEqual(3, seen.count("out 3"))

    def test_follow_with_n(self):
        client = self.host.spawn_ctl("logs", "job", "-f", "-n", "1", "--json")
        self.assertEqual(f"run {self.second} ended succeeded exit 0", json.loads(client.stdout.readline())["text"])
        self.host.ok("run", "job")
        self.assertIn(" began pid ", json.loads(client.stdout.readline())["text"])
        client.send_signal(signal.SIGINT)
        client.communicate(timeout=30)

    def test_a_service_that_never_ran_has_an_empty_log(self):
        self.host.service("never", SLEEPER, manual=True)
        self.host.ok("reload")
        self.assertEqual("", self.host.ok("logs", "never", "--json").out)


class Files(Case):
    """add, edit, remove, undo, check, reload"""

    def text(self, name):
        with open(self.host.service_file(name), encoding="utf-8") as file:
            return file.read()

    def test_add_writes_the_file_and_starts(self):
        self.host.start()
        result = self.host.ok("add", "web", "--group", "shop", "--cwd", self.host.files, "--env", "A=1", "--env",
                              "B=two words", "--restart", "always", "--json", "--",
                              "sh", "-c", "echo $A $B; pwd; exec sleep 3600")
        self.assertEqual("web", result.json[0]["name"] if isinstance(result.json, list) else result.json["name"])
        self.assertEqual("running", self.host.one("web")["state"])
        self.host.wait_text("web", "1 two words")
        self.host.wait_text("web", self.host.files)
        shown = self.host.ok("show", "web", "--json").json["definition"]
        self.assertEqual(("shop", "always", self.host.files),
                         (shown["group"], shown["restart"]["policy"], shown["working_directory"]))
        self.assertEqual(0, self.host.ctl("check").code)

    def test_add_kinds(self):
        self.host.start()
        self.host.ok("add", "tick", "--every", "1h", "--", "true")
        self.host.ok("add", "cron", "--cron", "0 3 * * *", "--", "true")
        self.host.ok("add", "hand", "--manual", "--", "true")
        self.host.ok("add", "idle", "--no-start", "--", "sleep", "3600")
        self.host.ok("add", "lazy", "--no-autostart", "--", "sleep", "3600")
        rows = self.host.list()
        self.assertEqual(("scheduled", "waiting"), (rows["tick"]["kind"], rows["tick"]["state"]))
        self.assertEqual(("scheduled", "waiting"), (rows["cron"]["kind"], rows["cron"]["state"]))
        self.assertEqual("manual", rows["hand"]["kind"])
        self.assertEqual("stopped", rows["idle"]["state"])
        self.assertEqual("running", rows["lazy"]["state"])
        self.host.restart()
        self.assertEqual("stopped", self.host.one("lazy")["state"])

    def test_add_refuses_a_taken_or_wrong_name_and_a_wrong_definition(self):
        self.host.service("web", SLEEPER)
        self.host.start()
        before = self.text("web")
        self.assertCode(1, self.host.ctl("add", "web", "--", "true"), "web")
        self.assertEqual(before, self.text("web"))
        for name in ("-x", "a b", "a/b", "x" * 65, "."):
            result = self.host.ctl("add", "--", name, "true") if name == "-x" else self.host.ctl("add", name, "--",
                                                                                                 "true")
            self.assertIn(result.code, (1, 2), repr(result))
        self.assertIn(self.host.ctl("add", "bad", "--every", "5", "--", "true").code, (1, 2))
        self.assertIn(self.host.ctl("add", "bad", "--cron", "99 * * * *", "--", "true").code, (1, 2))
        self.assertFalse(os.path.exists(self.host.service_file("bad")))
        self.assertEqual(["web.toml"], [name for name in os.listdir(self.host.services) if not name.startswith(".")])

    def test_edit_keeps_comments_order_and_formatting(self):
        text = ("# head\ngroup   =  'old'   # why\ncommand = [ 'sleep',\n  '3600' ] # long\n\n"
                "[restart] # table\n# inside\ndelay = \"1s\"\n")
        self.host.write("web", text)
        self.host.start()
        self.host.wait_for("web", "running")
        self.host.ok("edit", "web", "group=new", "restart.delay=5s")
        self.assertEqual(text.replace("'old'", '"new"').replace('"1s"', '"5s"').replace("'new'", '"new"'),
                         self.text("web").replace("'new'", '"new"'))
        self.host.ok("edit", "web", "restart.max_delay=2m")
        self.assertIn('delay = "5s"\nmax_delay = "2m"\n', self.text("web"))
        self.host.ok("edit", "web", "restart.max_delay=")
        self.assertNotIn("max_delay", self.text("web"))
        self.assertEqual("5s", self.host.ok("show", "web", "--json").json["definition"]["restart"]["delay"])
        self.assertEqual("new", self.host.one("web")["group"])

    def test_a_wrong_edit_changes_nothing(self):
        self.host.service("web", SLEEPER)
        self.host.start()
        before = self.text("web")
        for change in ("restart.delay=soon", "nonsense=1", "instances=3", "command=", "restart.limit=many",
                       "manual=perhaps", "ready.log=x"):
            self.assertCode(1, self.host.ctl("edit", "web", change))
            self.assertEqual(before, self.text("web"), change)
        self.assertCode(1, self.host.ctl("edit", "web", "group=fine", "restart.delay=soon"))
        self.assertEqual(before, self.text("web"), "all or nothing")

    def test_undo_takes_back_edit_and_remove_in_order(self):
        self.host.service("web", SLEEPER, group="one")
        self.host.start()
        original = self.text("web")
        self.host.ok("edit", "web", "group=two")
        edited = self.text("web")
        self.host.ok("remove", "web")
        self.assertFalse(os.path.exists(self.host.service_file("web")))
        self.assertIsNone(self.host.one("web"))
        self.host.ok("undo")
        self.assertEqual(edited, self.text("web"))
        self.assertEqual("two", self.host.one("web")["group"])
        self.host.ok("undo")
        self.assertEqual(original, self.text("web"))
        self.assertCode(1, self.host.ctl("undo"))

    def test_remove_stops_and_keeps_log_and_history(self):
        self.host.service("web", sh("echo words; sleep 3600"))
        self.host.start()
        self.host.wait_text("web", "words")
        pid = self.host.one("web")["pid"]
        self.host.ok("remove", "web")
        self.assertFalse(alive(pid))
        self.assertIsNone(self.host.one("web"))
        self.assertIn("words", self.host.texts("web"))
        self.assertTrue(any(run["service"] == "web" for run in self.host.runs()))
        self.host.ok("undo")
        self.assertIsNotNone(self.host.one("web"))
        self.assertEqual(1, len([run for run in self.host.runs("web") if run["outcome"] == "stopped"]))

    def test_the_last_ten_versions_are_kept(self):
        self.host.service("web", SLEEPER, group="g0")
        self.host.start()
        for number in range(1, 14):
            self.host.ok("edit", "web", f"group=g{number}")
        backups = os.path.join(self.host.state, "backups", "web")
        self.assertEqual(10, len([name for name in os.listdir(backups) if name.endswith(".toml")]))

    def test_check_needs_no_host_and_names_file_line_column(self):
        self.host.service("good", SLEEPER)
        self.assertEqual(0, self.host.ctl("check").code)
        self.host.write("bad", "command = ['true']\ngroup = 5\n[restart]\npolcy = 'never'\n")
        result = self.host.ctl("check")
        self.assertEqual(1, result.code)
        said = result.out + result.err
        self.assertIn(self.host.service_file("bad") + ":2:9: ", said)
        self.assertIn(self.host.service_file("bad") + ":4:1: ", said)
        self.assertIn("polcy", said)
        self.assertNotIn("good", said)
        self.assertEqual(0, self.host.ctl("check", self.host.service_file("good")).code)
        self.assertEqual(1, self.host.ctl("check", self.host.service_file("bad")).code)
        missing = self.host.ctl("check", "/nonexistent/x.toml")
        self.assertEqual(1, missing.code)
        self.host.settings("[host]\nshutdown_timeout = 5\n")
        result = self.host.ctl("check")
        self.assertIn("turnspit.toml:2:", result.out + result.err)
        diagnostics = self.host.ctl("check", "--json")
        self.assertIsInstance(diagnostics.json, list)

    def test_check_changes_nothing(self):
        self.host.start()
        self.host.service("new", SLEEPER, autostart=False)
        self.host.ok("check")

    def test_reload_applies_now_and_prints_the_differences(self):
        self.host.service("old", SLEEPER)
        self.host.service("same", SLEEPER)
        self.host.start()
        self.host.wait_for("old", "running")
        os.unlink(self.host.service_file("old"))
        self.host.service("new", SLEEPER)
        self.host.service("same", SLEEPER, environment={"A": "1"})
        out = self.host.ok("reload").out
        rows = self.host.list()
        self.assertIn(rows.get("old", {}).get("state"), ("stopping", None)) # shown until nothing of it is left
        self.assertIn("new", rows)
        self.assertEqual(["changed"], rows["same"]["flags"])
        for name in ("old", "new", "same"):
            self.assertIn(name, out)
        self.host.wait_for("new", "running")
        wait_until(lambda: "old" not in self.host.list(), "the end of the one whose file was removed")
        self.assertIsInstance(self.host.ok("reload", "--json").json, list)


class LostHost(Case):
    """Clients whose host goes away."""

    def test_waiting_clients_end_with_3(self):
        self.host.service("web", sh("echo up; sleep 3600"))
        self.host.service("job", sh("echo begun; sleep 3600"), manual=True)
        self.host.start()
        self.host.wait_text("web", "up")
        clients = [self.host.spawn_ctl("wait", "web", "--state", "failed"), self.host.spawn_ctl("events", "-f"),
                   self.host.spawn_ctl("logs", "-f", "web")]
        runner = self.host.spawn_ctl("run", "job")
        self.assertEqual(b"begun\n", runner.stdout.readline())
        self.assertNotEqual(b"", clients[2].stdout.readline())
        self.host.kill9()
        for client in clients:
            _, err = client.communicate(timeout=60)
            self.assertEqual(3, client.returncode, err)
            self.assertNotEqual(b"", err)
        _, err = runner.communicate(timeout=60)
        self.assertEqual(125, runner.returncode, err)
        self.host.start()
        self.assertEqual("running", self.host.one("job")["state"])


class Waiting(Case):
    """wait, events, shutdown"""

    def test_wait(self):
        self.host.service("web", SLEEPER)
        self.host.service("later", sh(f"while [ ! -e {self.host.path('go')} ]; do sleep 0.05; done; exit 3"),
                          restart={"policy": "never"})
        self.host.start()
        self.host.ok("wait", "web", "--state", "running", "--timeout", "30s")
        self.assertCode(5, self.host.ctl("wait", "web", "--state", "stopped", "--timeout", "300ms"))
        client = self.host.spawn_ctl("wait", "later", "--state", "ended")
        self.host.wait_for("later", "running")
        self.assertIsNone(client.poll())
        self.host.touch("go")
        client.communicate(timeout=60)
        self.assertEqual(0, client.returncode)
        self.assertEqual("failed", self.host.one("later")["state"])
        self.host.ok("wait", "later", "--state", "failed")

    def test_wait_is_satisfied_by_a_state_passed_through(self):
        self.host.service("flap", sh("sleep 0.05; exit 1"), autostart=False,
                          restart={"delay": "50ms", "max_delay": "50ms", "limit": 0})
        self.host.start()
        client = self.host.spawn_ctl("wait", "flap", "--state", "backing-off", "--timeout", "60s")
        self.host.ok("start", "flap")
        client.communicate(timeout=90)
        self.assertEqual(0, client.returncode)
        self.host.ok("stop", "flap")

    def test_events(self):
        self.host.service("crash", sh("exit 3"), restart={"policy": "never"})
        self.host.start()
        self.host.wait_for("crash", "failed")

        def look():
            return [event for event in self.host.ok("events", "--json").objects if event["service"] == "crash"]
        event = wait_until(look, "an event of the failure")[0]
        self.assertEqual(["kind", "service", "text", "time"], sorted(event))
        self.assertRegex(event["time"], TIME)
        self.assertLess(abs((now() - parse_time(event["time"])).total_seconds()), 120)
        self.assertIn("crash", self.host.ok("events").out)

    def test_events_follow(self):
        self.host.service("hand", SLEEPER, manual=True)
        self.host.start()
        client = self.host.spawn_ctl("events", "-f", "--json")
        self.assertNotEqual(b"", client.stdout.readline(), "the stored ones first")
        self.host.ok("start", "hand")
        while True:
            line = client.stdout.readline()
            self.assertNotEqual(b"", line)
            if b'"hand"' in line:
                json.loads(line)
                break
        client.send_signal(signal.SIGINT)
        client.communicate(timeout=30)

    def test_shutdown_stops_all_and_ends_the_host(self):
        for number in range(5):
            self.host.service(f"s{number}", SLEEPER)
        self.host.start()
        for number in range(5):
            self.host.wait_for(f"s{number}", "running")
        self.host.ok("shutdown")
        self.assertEqual(0, self.host.daemon.wait(30))
        self.host.wait_nothing_left()
        self.assertCode(3, self.host.ctl("list"))
        self.host.start()
        for number in range(5):
            self.host.wait_for(f"s{number}", "running")

    def test_sigterm_and_sigint_end_the_host_with_0_kills_included(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            self.host.service("deaf", sh("trap '' TERM INT; echo ready; while :; do sleep 1; done"),
                              stop={"timeout": "500ms"})
            self.host.start()
            self.host.wait_for("deaf", "running")
            self.assertEqual(0, self.host.terminate(number))
            self.host.wait_nothing_left()

    def test_a_second_sigterm_ends_the_wait_at_once_and_the_keeper_finishes_the_stop(self):
        self.host.service("deaf", sh("trap '' TERM; echo ready; while :; do sleep 1; done"), stop={"timeout": "15s"})
        self.host.start("--host.shutdown-timeout=60s")
        self.host.wait_text("deaf", "ready")
        self.host.daemon.send_signal(signal.SIGTERM)
        wait_until(lambda: "sent SIGTERM, 15s to SIGKILL" in self.host.marks("deaf"), "the first SIGTERM")
        time.sleep(0.04)  # what comes within 20 ms of the first one is the same signal
        began = time.monotonic()
        self.assertEqual(6, self.host.terminate(signal.SIGTERM))
        self.assertLess(time.monotonic() - began, 10)
        self.assertNotEqual([], self.host.of_service("deaf"))
        self.host.wait_nothing_left(40)
        self.assertTrue(self.host.marks("deaf")[-1].startswith("run 1 ended killed"), self.host.marks("deaf"))

    def test_shutdown_timeout_bounds_the_stops(self):
        self.host.service("deaf", sh("trap '' TERM; echo ready; while :; do sleep 1; done"), stop={"timeout": "120s"})
        self.host.start("--host.shutdown-timeout=1s")
        self.host.wait_text("deaf", "ready")
        began = time.monotonic()
        self.assertEqual(0, self.host.terminate())
        self.assertLess(time.monotonic() - began, 30)
        self.host.wait_nothing_left()


if __name__ == "__main__":
    main()
