#!/usr/bin/env python3
"""The program around the window, on a real screen: second launch, closing with and without a tray, quitting, signals, attaching."""

import json
import os
import signal
import subprocess
import time
import unittest

from desktop import Desktop, Panel, Screen, demo, missing
from harness import DEADLINE, Host, alive, holds_for, main, wait_until


class ShellCase(unittest.TestCase):
    def setUp(self):
        self.screen = Screen(bus=getattr(self, "bus", False))
        self.addCleanup(self.screen.close)
        self.desktop = Desktop(self.screen)
        self.addCleanup(self.desktop.close)

    def remember_close(self, what):
        os.makedirs(self.desktop.state, exist_ok=True)
        with open(os.path.join(self.desktop.state, "desktop.json"), "w", encoding="utf-8") as file:
            json.dump({"close": what}, file)

    def close_window(self, window):
        self.screen.x("wmctrl", "-i", "-c", window)


class SecondLaunch(ShellCase):
    def test_raises_the_window_and_ends_with_0(self):
        self.desktop.open().answers()
        window = self.desktop.window()
        self.screen.x("xdotool", "windowminimize", window)
        self.desktop.window("Iconic")
        second = subprocess.run(self.desktop.command()[:0] + [os.path.join(os.path.dirname(self.desktop.command()[0]), "turnspit")],
                                env=self.desktop.environment, capture_output=True, timeout=DEADLINE, check=False)
        self.assertEqual(0, second.returncode, second.stderr)
        self.assertEqual(window, self.desktop.window("Normal"))
        self.assertEqual(1, len([p for p in self.desktop.mine() if p.comm == "turnspit"]))

    def test_a_quiet_one_leaves_the_window_where_it_is(self):
        self.desktop.open().answers()
        window = self.desktop.window()
        self.screen.x("xdotool", "windowminimize", window)
        self.desktop.window("Iconic")
        second = self.desktop.launch("--minimized", program="turnspit")
        self.assertEqual(0, second.wait(DEADLINE))
        holds_for(lambda: self.screen.state(window) == "Iconic", 1, "the minimised window")

    def test_one_with_another_state_folder_is_refused(self):
        self.desktop.open().answers()
        second = self.desktop.launch("--state-dir", os.path.join(self.desktop.root, "other"), program="turnspit")
        self.assertEqual(1, second.wait(DEADLINE))
        self.assertIn("another state folder", self.desktop.said())
        self.assertTrue(self.desktop.alive)

    def test_after_a_kill_the_next_one_takes_over(self):
        self.desktop.service("beat", demo("beat", 1))
        self.desktop.open().answers()
        pid = self.desktop.wait_for("beat", "running")["pid"]
        self.desktop.program.kill()
        self.desktop.program.wait(DEADLINE)
        self.desktop.open().answers()
        self.desktop.window()
        self.assertEqual(pid, self.desktop.wait_for("beat", "running")["pid"])


class Closing(ShellCase):
    def test_without_a_tray_the_window_minimises(self):
        self.desktop.open().answers()
        self.close_window(self.desktop.window())
        self.desktop.window("Iconic")
        holds_for(lambda: self.desktop.alive, 1, "the program")

    def test_with_a_tray_the_first_close_asks_once(self):
        self.desktop.service("beat", demo("beat", 1))
        self.screen.tray()
        self.desktop.open().answers()
        self.desktop.wait_for("beat", "running")
        window = self.desktop.window()
        wait_until(lambda: self.screen.icons(), "the icon in the tray")
        self.close_window(window)
        question = self.desktop.dialog("Close Turnspit")
        self.screen.keys(question, "Return")
        self.desktop.window("Withdrawn")
        self.assertTrue(self.desktop.alive)
        self.assertEqual("running", self.desktop.one("beat")["state"])
        wait_until(lambda: os.path.exists(os.path.join(self.desktop.state, "desktop.json")), "what is remembered")
        self.desktop.launch(program="turnspit").wait(DEADLINE)
        self.close_window(self.desktop.window())
        self.desktop.window("Withdrawn")
        self.assertEqual([], self.screen.windows("Close Turnspit"))

    def test_a_tray_that_is_restarted_has_the_icon_again_within_5_seconds(self):
        self.remember_close("tray")
        tray = self.screen.tray()
        self.desktop.open().answers()
        wait_until(lambda: self.screen.icons(), "the icon in the tray")
        self.close_window(self.desktop.window())
        self.desktop.window("Withdrawn")
        self.screen.stop(tray)
        self.screen.tray()
        started = time.monotonic()
        wait_until(lambda: self.screen.icons(), "the icon in the new tray")
        self.assertLess(time.monotonic() - started, 5)
        self.assertEqual("Withdrawn", next(iter(self.desktop.states().values()), "Withdrawn"))

    def test_where_the_tray_goes_for_good_the_window_is_back(self):
        self.remember_close("tray")
        tray = self.screen.tray()
        self.desktop.open().answers()
        wait_until(lambda: self.screen.icons(), "the icon in the tray")
        self.close_window(self.desktop.window())
        self.desktop.window("Withdrawn")
        self.screen.stop(tray)
        self.desktop.window("Iconic")

    def test_minimized_comes_up_in_the_tray(self):
        self.screen.tray()
        self.desktop.open("--minimized").answers()
        wait_until(lambda: self.screen.icons(), "the icon in the tray")
        holds_for(lambda: "Normal" not in self.desktop.states().values(), 1, "no window")


class Quitting(ShellCase):
    def three(self):
        self.desktop.service("quick", demo("beat", 1))
        self.desktop.service("slow", demo("slowstop", 3), stop={"timeout": "10s"})
        self.desktop.service("deaf", demo("slowstop", 60), stop={"timeout": "5s"})
        self.desktop.open().answers()
        for name in ("quick", "slow", "deaf"):
            self.desktop.wait_for(name, "running")
        return {name: self.desktop.one(name)["pid"] for name in ("quick", "slow", "deaf")}

    def assert_ended(self, pids):
        self.assertEqual(0, self.desktop.wait_end(), self.desktop.said())
        self.assertEqual({}, {name: pid for name, pid in pids.items() if alive(pid)})
        self.desktop.wait_nothing_left()

    def outcomes(self):
        """Of the runs that the quit ended, as the next start knows them."""
        self.desktop.open().answers()
        found = {}
        for name in ("quick", "slow", "deaf"):
            self.desktop.wait_for(name, "running")  # a stop at quit was nobody's wish
            found[name] = next(run["outcome"] for run in self.desktop.runs(name) if run["end"])
        return found

    def test_ctrl_q_stops_all_by_name_and_ends_with_0(self):
        pids = self.three()
        self.screen.keys(self.desktop.window(), "ctrl+q")
        self.desktop.dialog("Quit Turnspit")
        wait_until(lambda: not alive(pids["quick"]), "the end of the quick one", 5)
        self.assertTrue(self.desktop.alive)
        self.assert_ended(pids)
        self.assertEqual({"quick": "succeeded", "slow": "succeeded", "deaf": "killed"},
                         {name: {"stopped": "succeeded"}.get(outcome, outcome) for name, outcome in self.outcomes().items()})

    def test_escape_means_dont_quit(self):
        pids = self.three()
        self.screen.keys(self.desktop.window(), "ctrl+q")
        dialog = self.desktop.dialog("Quit Turnspit")
        wait_until(lambda: not alive(pids["quick"]), "the end of the quick one")
        self.screen.keys(dialog, "Escape")
        self.screen.keys(self.desktop.dialog("Start again"), "Return")
        for name in ("quick", "slow", "deaf"):
            self.desktop.wait_for(name, "running")
        self.assertTrue(self.desktop.alive)

    def test_sigterm_takes_the_same_way_without_a_dialog(self):
        pids = self.three()
        self.desktop.window()
        self.desktop.program.send_signal(signal.SIGTERM)
        wait_until(lambda: not alive(pids["quick"]), "the end of the quick one")
        self.assertEqual([], self.screen.windows("Quit Turnspit"))
        self.assert_ended(pids)
        self.assertEqual("killed", self.outcomes()["deaf"])

    def test_shutdown_from_the_command_line_ends_the_desktop(self):
        self.desktop.service("beat", demo("beat", 1))
        self.desktop.open().answers()
        self.desktop.wait_for("beat", "running")
        self.desktop.ok("shutdown")
        self.assertEqual(0, self.desktop.wait_end())


class Attached(ShellCase):
    def test_quitting_stops_nothing_and_asks_nothing(self):
        self.desktop.service("beat", demo("beat", 1))
        self.desktop.start()
        pid = self.desktop.wait_for("beat", "running")["pid"]
        self.desktop.open()
        self.screen.keys(self.desktop.window(), "ctrl+q")
        self.assertEqual(0, self.desktop.wait_end())
        self.assertTrue(alive(pid))
        self.assertEqual("running", self.desktop.one("beat")["state"])

    def test_a_host_that_goes_and_comes_back_is_survived(self):
        self.desktop.service("beat", demo("beat", 1))
        self.desktop.start()
        self.desktop.open()
        self.desktop.window()
        self.desktop.kill9()
        holds_for(lambda: self.desktop.alive, 1, "the desktop")
        self.desktop.start()
        holds_for(lambda: self.desktop.alive, 1, "the desktop")


class NoDisplay(unittest.TestCase):
    def test_without_any_display_server_it_starts_offscreen_and_ends_when_told(self):
        host = Host(environment={"QT_QPA_PLATFORM": "offscreen"})
        self.addCleanup(host.close)
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"):
            host.environment.pop(name, None)
        program = host.launch(program="turnspit")
        wait_until(lambda: host.ctl("list", "--json").code == 0, lambda: f"an answer of the host: {host.said()}")
        program.send_signal(signal.SIGTERM)
        self.assertEqual(0, program.wait(DEADLINE), host.said())


class OnTheBus(ShellCase):
    """With a message bus, a notification server and a panel."""
    bus = True

    def setUp(self):
        super().setUp()
        self.panel = Panel(self.screen)
        self.addCleanup(self.panel.close)

    def open(self):
        self.desktop.open("--minimized").answers()
        self.panel.wait(lambda said: "item" in said)

    def test_a_failure_is_told_and_run_again_from_the_tray(self):
        self.desktop.service("sync", ["/bin/sh", "-c", "echo secret >&2; test -e %s || exit 3" % self.desktop.path("good")],
                             restart={"policy": "never"}, autostart=False)
        self.open()
        self.desktop.ctl("start", "sync")
        notice = self.panel.notice("sync failed")
        self.assertEqual((1, ["log", "Show log", "again", "Run again"]), (notice["urgency"], notice["actions"][2:]))
        self.assertIn("exit 3", notice["body"])
        self.assertNotIn("secret", notice["body"])
        wait_until(lambda: self.panel.ask("status", "status") == "NeedsAttention", "the attention of the tray")
        self.assertTrue(self.panel.labels()[0].startswith("sync — failed"), self.panel.labels())

        self.desktop.touch("good")
        self.panel.ask("click sync/Run again", "clicked")
        run = self.desktop.wait_run("sync", lambda run: run["outcome"] == "succeeded")
        self.assertEqual("tray", run["trigger"])
        self.panel.notice("sync works again")
        wait_until(lambda: self.panel.ask("status", "status") == "Passive", "an end of the attention")
        self.assertEqual(2, len(self.panel.notices()), self.panel.said)

    def test_a_button_of_a_notice_runs_it_again(self):
        self.desktop.service("sync", ["/bin/sh", "-c", "exit 3"], restart={"policy": "never"}, autostart=False)
        self.open()
        self.desktop.ctl("start", "sync")
        notice = self.panel.notice("sync failed")
        self.panel.tell(f"invoke {notice['notice']} again")
        wait_until(lambda: len(self.desktop.runs("sync")) == 2, "a second run")

    def test_a_crash_loop_is_one_critical_notice(self):
        self.desktop.service("loop", demo("flaky", "always"), autostart=False,
                             restart={"limit": 3, "delay": "100ms", "window": "1m"})
        self.open()
        self.desktop.ctl("start", "--no-wait", "loop")
        self.desktop.wait_for("loop", "failed")
        notice = self.panel.notice("is not started again")
        self.assertEqual((2, ["log", "Show log", "start", "Start"]), (notice["urgency"], notice["actions"][2:]))
        self.assertEqual(1, len([said for said in self.panel.notices() if said["urgency"] == 2]))

    def test_a_panel_that_is_restarted_gets_the_icon_again(self):
        self.open()
        self.panel.tell("panel off")
        since = len(self.panel.said)
        self.panel.tell("panel on")
        self.panel.wait(lambda said: "item" in said, since)
        self.assertNotIn("Normal", self.desktop.states().values())

    def test_quit_from_the_tray_says_what_it_stops(self):
        self.desktop.service("beat", demo("beat", 1))
        self.open()
        pid = self.desktop.wait_for("beat", "running")["pid"]
        wait_until(lambda: self.panel.labels()[-1] == "Quit Turnspit (stops 1 service)…", lambda: self.panel.labels())
        self.panel.ask("click Quit", "clicked")
        self.assertEqual(0, self.desktop.wait_end())
        self.assertFalse(alive(pid))

    def test_a_host_that_goes_for_good_is_replaced_by_one_here(self):
        self.desktop.service("beat", demo("beat", 1))
        self.desktop.start()
        pid = self.desktop.wait_for("beat", "running")["pid"]
        self.open()
        wait_until(lambda: self.panel.labels()[-1] == "Quit Turnspit (services go on)", lambda: self.panel.labels())
        self.desktop.kill9()
        wait_until(lambda: "Start the services here" in self.panel.labels(), lambda: self.panel.labels())
        self.panel.ask("click Start the services here", "clicked")
        wait_until(lambda: self.desktop.ctl("list", "--json").code == 0, "the host in the desktop")
        self.assertEqual(pid, self.desktop.wait_for("beat", "running")["pid"])
        wait_until(lambda: self.panel.labels()[-1].startswith("Quit Turnspit (stops 1"), lambda: self.panel.labels())
        self.panel.ask("click Quit", "clicked")
        self.assertEqual(0, self.desktop.wait_end())
        self.assertFalse(alive(pid))

    def test_starting_at_login_is_switched_in_the_menu(self):
        self.open()
        entry = os.path.join(self.screen.folder, "config", "autostart", "org.turnspit.Turnspit.desktop")
        self.panel.ask("click Start at login", "clicked")
        wait_until(lambda: os.path.exists(entry), "the desktop entry")
        with open(entry, encoding="utf-8") as file:
            self.assertIn('"--minimized"', file.read())
        self.panel.ask("click Start at login", "clicked")
        wait_until(lambda: not os.path.exists(entry), "an end of the desktop entry")


if __name__ == "__main__":
    if missing():
        raise SystemExit(f"missing: {' '.join(missing())}")
    main()
