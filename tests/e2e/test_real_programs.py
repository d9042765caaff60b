"""Programs that people really run, killed and stopped in the ways that really happen, and many of them at once."""

import http.client
import os
import shutil
import signal
import socket
import time
import unittest

from harness import (Case, DEADLINE, Process, alive, children_of, definition, descendants_of, holds_for, main, py, sh,
                     wait_until)


def program(name):
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/local/sbin")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def http_status(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def redis_says(port, command):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(command + b"\r\n")
            return connection.recv(100)
    except OSError:
        return b""


class Agreement(Case):
    """Asks all four witnesses."""

    def assertAgreement(self):
        """What list, history, logs and /proc say of every service is the same."""
        rows = self.host.list()
        for name, row in rows.items():
            runs = self.host.runs(name)
            live = [run for run in runs if run["end"] is None]
            if row["state"] in ("running", "stopping"):
                if row["kind"] == "built-in":
                    continue
                self.assertEqual(1, len(live), f"{name}: {runs[:3]}")
                self.assertTrue(alive(row["pid"]), row)
                self.assertIn(f"run {live[0]['id']} began pid {row['pid']} trigger {live[0]['trigger']} "
                              f"attempt {live[0]['attempt']}", self.host.marks(name))
            elif row["state"] in ("stopped", "failed", "completed", "disabled", "waiting", "backing-off"):
                self.assertEqual([], live, f"{name} is {row['state']}")
                self.assertIsNone(row["pid"], row)
                self.assertEqual([], self.host.of_service(name), f"{name} is {row['state']}")
            ended = [run for run in runs if run["end"]]
            if ended and row["kind"] != "built-in":
                newest = ended[0]
                self.assertEqual((newest["outcome"], newest["exit_code"], newest["signal"]),
                                 (row["last_outcome"], row["exit_code"], row["signal"]), name)
                self.assertTrue([mark for mark in self.host.marks(name)
                                 if mark.startswith(f"run {newest['id']} ended {newest['outcome']}")],
                                f"{name}: no mark of the end of run {newest['id']}: {self.host.marks(name)[-5:]}")


class Servers(Agreement):
    def returns_after_a_kill(self, name, works):
        """Killed from outside: seen, said why, back as another process."""
        wait_until(works, f"{name} to work")
        pid = self.host.one(name)["pid"]
        os.kill(pid, signal.SIGKILL)
        row = wait_until(lambda: (lambda row: row if row["state"] == "running" and row["pid"] != pid else None)
                         (self.host.one(name)), f"{name} to be back")
        wait_until(works, f"{name} to work again")
        newest, killed = self.host.runs(name)[:2]
        self.assertEqual(("failed", "SIGKILL", None, "killed by signal 9, perhaps out of memory"),
                         (killed["outcome"], killed["signal"], killed["exit_code"], killed["reason"]))
        self.assertEqual(("restart", killed["attempt"] + 1, None),
                         (newest["trigger"], newest["attempt"], newest["end"]))
        self.assertEqual(1, row["restarts"])
        self.assertIn(f"run {killed['id']} ended failed signal 9", self.host.marks(name))
        self.assertAgreement()

    def test_python_http_server(self):
        port = free_port()
        self.host.service("web", py("import runpy, sys; sys.argv = ['http.server', '--bind', '127.0.0.1', sys.argv[1]]; "
                                    "runpy.run_module('http.server', run_name='__main__')", str(port)),
                          working_directory=self.host.files)
        self.host.start()
        self.returns_after_a_kill("web", lambda: http_status(port) == 200)
        self.host.wait_text("web", '"GET / HTTP/1.1" 200', stream="e")
        self.host.ok("stop", "web")
        self.assertIsNone(http_status(port))
        self.assertAgreement()

    @unittest.skipUnless(program("redis-server"), "redis-server is not installed")
    def test_redis(self):
        port = free_port()
        self.host.service("redis", [program("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "",
                                    "--dir", self.host.files])
        self.host.start()
        self.returns_after_a_kill("redis", lambda: redis_says(port, b"PING") == b"+PONG\r\n")
        self.host.ok("stop", "redis")
        self.assertEqual("stopped", self.host.runs("redis")[0]["outcome"])
        self.assertTrue(self.host.wait_text("redis", "bye bye"))
        self.assertAgreement()

    @unittest.skipUnless(program("nginx"), "nginx is not installed")
    def test_nginx(self):
        port = free_port()
        with open(self.host.path("nginx.conf"), "w", encoding="utf-8") as file:
            file.write(f"daemon off;\nworker_processes 2;\npid {self.host.path('nginx.pid')};\n"
                       f"error_log /dev/stderr info;\nevents {{}}\nhttp {{\n access_log /dev/stdout;\n"
                       + "".join(f" {kind}_temp_path {self.host.path(kind)};\n"
                                 for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
                       + f" server {{ listen 127.0.0.1:{port}; location / {{ return 200 'hi'; }} }}\n}}\n")
        os.chmod(self.host.root, 0o755)
        self.host.service("nginx", [program("nginx"), "-p", self.host.files, "-c", self.host.path("nginx.conf")],
                          stop={"signal": "SIGQUIT"})
        self.host.start()

        def works():
            return http_status(port) == 200
        # The workers outlive a killed master and hold the port: they have to be gone before the next run.
        self.returns_after_a_kill("nginx", works)
        self.host.wait_text("nginx", '"GET / HTTP/1.1" 200')
        pid = self.host.one("nginx")["pid"]
        workers = [process.pid for process in children_of(pid)]
        self.assertEqual(2, len(workers))
        os.kill(workers[0], signal.SIGKILL)
        wait_until(lambda: len(children_of(pid)) == 2, "another worker")
        self.assertEqual(pid, self.host.one("nginx")["pid"], "a worker's death is nginx's own affair")
        workers = [process.pid for process in children_of(pid)]
        self.host.ok("stop", "nginx")
        self.assertEqual([], [worker for worker in workers if alive(worker)])
        self.assertAgreement()

    def test_a_shell_pipeline(self):
        self.host.service("pipe", "while :; do echo line; sleep 0.05; done | sed -u s/line/LINE/ | cat", shell=True)
        self.host.start()
        self.host.wait_text("pipe", "LINE")
        members = [process.pid for process in self.host.of_service("pipe")]
        self.assertGreaterEqual(len(members), 4)
        self.host.ok("stop", "pipe")
        self.assertEqual([], [pid for pid in members if alive(pid)])
        self.assertAgreement()

    def test_python_that_buffers_its_output_is_read_at_its_end(self):
        code = "import time, sys\nprint('kept in a buffer')\nsys.stderr.write('at once\\n')\n" \
               f"import os\nwhile not os.path.exists({self.host.path('end')!r}): time.sleep(0.05)\n"
        self.host.service("slow", [os.path.realpath("/usr/bin/python3"), "-c", code],
                          environment={"PYTHONUNBUFFERED": ""})
        self.host.start()
        self.host.wait_text("slow", "at once", stream="e")
        self.assertEqual([], self.host.texts("slow"))
        self.host.touch("end")
        self.host.wait_for("slow", "completed")
        self.assertEqual(["kept in a buffer"], self.host.texts("slow"))

    def test_every_ending_signal_is_seen(self):
        for number, name in ((signal.SIGSEGV, "SIGSEGV"), (signal.SIGABRT, "SIGABRT"), (signal.SIGTERM, "SIGTERM")):
            with self.subTest(name):
                self.host.service(name, ["sleep", "3600"], restart={"delay": "50ms"})
        self.host.start()
        for number, name in ((signal.SIGSEGV, "SIGSEGV"), (signal.SIGABRT, "SIGABRT"), (signal.SIGTERM, "SIGTERM")):
            pid = self.host.wait_for(name, "running")["pid"]
            os.kill(pid, number)
            run = self.host.wait_run(name, lambda run: run["end"])
            self.assertEqual(("failed", name), (run["outcome"], run["signal"]), "not by us: a failure")
            self.host.wait_run(name, lambda run: run["trigger"] == "restart")


DEAF = "import signal, time\nfor n in (15, 2, 1, 3): signal.signal(n, signal.SIG_IGN)\n"


class Trees(Agreement):
    """Nothing of a run may be left when it says stopped."""

    def stop_and_look(self, name, *extra):
        members = {process.pid for process in self.host.of_service(name)} | set(extra)
        self.host.ok("stop", name)
        self.assertEqual("stopped", self.host.one(name)["state"])
        self.assertEqual([], [Process(pid) for pid in members if alive(pid)])
        self.assertEqual([], self.host.of_service(name))
        self.assertAgreement()

    def pid_from(self, name):
        self.host.wait_file(name)
        return int(wait_until(lambda: self.host.read(name).strip(), f"a pid in {name}"))

    def test_deaf_child_with_a_deaf_grandchild(self):
        self.host.service("deaf", py(DEAF + f"""
import os
if os.fork() == 0:
    open({self.host.path('grandchild')!r}, 'w').write(str(os.getpid()))
while True: time.sleep(1)
"""), stop={"timeout": "1s"})
        self.host.start()
        grandchild = self.pid_from("grandchild")
        began = time.monotonic()
        self.stop_and_look("deaf", grandchild)
        self.assertGreaterEqual(time.monotonic() - began, 0.9)
        self.assertEqual(("killed", "did not stop within 1s; killed"),
                         tuple(self.host.runs("deaf")[0][key] for key in ("outcome", "reason")))

    def test_a_leader_that_exits_leaving_a_deaf_grandchild_in_the_group(self):
        self.host.service("leaver", py(DEAF + f"""
import os
if os.fork() == 0:
    open({self.host.path('grandchild')!r}, 'w').write(str(os.getpid()))
    while True: time.sleep(1)
signal.signal(15, lambda *_: os._exit(0))
while True: time.sleep(1)
"""), stop={"timeout": "1s"})
        self.host.start()
        self.stop_and_look("leaver", self.pid_from("grandchild"))
        self.assertEqual("killed", self.host.runs("leaver")[0]["outcome"])

    def test_double_fork_and_setsid(self):
        self.host.service("daemon", py(f"""
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open({self.host.path('daemon')!r}, 'w').write(str(os.getpid()))
        while True: time.sleep(1)
    os._exit(0)
os.wait()
while True: time.sleep(1)
"""), stop={"timeout": "1s"})
        self.host.start()
        daemon = self.pid_from("daemon")
        self.assertNotEqual(self.host.one("daemon")["pid"], Process(daemon).session)
        self.stop_and_look("daemon", daemon)

    def test_forks_while_being_killed(self):
        self.host.service("storm", py(DEAF + """
import os
def spread(depth):
    while True:
        try:
            if os.fork() == 0:
                if depth % 2: os.setsid()
                depth += 1
                if depth > 4:
                    time.sleep(0.3)
                    os._exit(0)
        except OSError:
            pass
        try:
            while os.waitpid(-1, os.WNOHANG)[0]: pass
        except ChildProcessError:
            pass
        time.sleep(0.15)
spread(0)
"""), stop={"timeout": "500ms"})
        self.host.start()
        wait_until(lambda: len(self.host.of_service("storm")) > 8, "a storm")
        began = time.monotonic()
        self.host.ok("stop", "storm")
        self.assertLess(time.monotonic() - began, 40)
        self.assertEqual([], self.host.of_service("storm"))
        self.assertEqual("killed", self.host.runs("storm")[0]["outcome"])

    def test_a_leader_that_exits_by_itself_leaving_children(self):
        # The run has ended only when nothing is left of it; until then nothing else of it is started.
        self.host.service("leaver", py(f"""
import os, time
if os.fork() == 0:
    mine = {self.host.path('child')!r} + str(os.getpid())
    with open(mine, 'w') as file:
        file.write(str(os.getpid()))
    os.rename(mine, {self.host.path('child')!r})  # whole at any time: the leader of a later run does not wait for its child
    while True:
        print('still here', flush=True)
        time.sleep(0.05)
while not os.path.exists({self.host.path('child')!r}): time.sleep(0.01)
os._exit(3)
"""), restart={"delay": "100ms", "limit": 3}, stop={"timeout": "1s"})
        self.host.start()
        self.pid_from("child")
        wait_until(lambda: len(self.host.runs("leaver")) >= 3, "three runs")
        self.host.wait_for("leaver", "failed")
        self.assertEqual([], self.host.of_service("leaver"))
        for run in self.host.runs("leaver"):
            self.assertEqual(("failed", 3), (run["outcome"], run["exit_code"]))
        runs = list(reversed(self.host.runs("leaver")))
        for earlier, later in zip(runs, runs[1:]):
            self.assertLessEqual(earlier["end"], later["begin"])
        self.assertAgreement()

    def test_a_grandchild_that_keeps_the_pipe_open_holds_nothing_up(self):
        self.host.service("holder", sh("echo begun; (setsid sleep 3600 &) ; sleep 0.3; echo last words"),
                          stop={"timeout": "1s"})
        self.host.start()
        self.host.wait_for("holder", ("completed", "failed"))
        self.assertEqual(["begun", "last words"], self.host.texts("holder"))
        self.assertEqual([], self.host.of_service("holder"))

    def test_empty_environment_and_renamed(self):
        self.host.service("clean", sh(f"echo up; exec env -i /bin/sh -c 'echo $$ > {self.host.path('pid')}; "
                                      "sleep 3600 & sleep 3600 & wait'"), stop={"timeout": "2s"})
        self.host.start()
        pid = self.pid_from("pid")
        wait_until(lambda: len(children_of(pid)) == 2, "its children")
        members = [pid] + [process.pid for process in children_of(pid)]
        self.stop_and_look("clean", *members)

    def test_a_stranger_is_never_touched(self):
        # Same program, same folder, no relation: stays.
        import subprocess
        stranger = subprocess.Popen(["sleep", "3600"], start_new_session=True)
        self.addCleanup(stranger.wait)
        self.addCleanup(stranger.kill)
        self.host.service("web", ["sleep", "3600"])
        self.host.start()
        self.host.wait_for("web", "running")
        self.host.ok("kill", "web")
        self.assertEqual(0, self.host.terminate())
        self.assertIsNone(stranger.poll())

    def test_a_stopped_process_is_ended_too(self):
        self.host.service("frozen", ["sleep", "3600"], stop={"timeout": "1s"})
        self.host.start()
        pid = self.host.wait_for("frozen", "running")["pid"]
        os.kill(pid, signal.SIGSTOP)
        wait_until(lambda: Process(pid).state == "T", "the stop")
        self.stop_and_look("frozen", pid)


class Many(Agreement):
    def test_200_services_at_once_and_stop_all(self):
        count = 200
        for number in range(count):
            self.host.service(f"s{number:03}", sh(f"echo hello {number}; exec sleep 3600"), group="many")
        self.host.start(deadline=DEADLINE)
        wait_until(lambda: sum(row["state"] == "running" for row in self.host.list().values()) >= count,
                   "all running", 120)
        for number in (0, 57, 199):
            self.host.wait_text(f"s{number:03}", f"hello {number}")
        self.assertAgreement()
        pids = [row["pid"] for row in self.host.list().values() if row["pid"]]
        self.assertEqual(count, len(set(pids)))
        began = time.monotonic()
        result = self.host.ok("stop", "--all", "--json")
        took = time.monotonic() - began
        self.assertLess(took, 60)
        self.assertEqual([], [pid for pid in pids if alive(pid)])
        self.assertEqual(set(), {row["state"] for row in result.json if row["name"].startswith("s")} - {"stopped"})
        self.assertAgreement()
        self.host.ok("start", "--group", "many")
        wait_until(lambda: sum(row["state"] == "running" for row in self.host.list().values()) >= count,
                   "all running again", 120)
        self.assertEqual(0, self.host.terminate())

    def test_ten_deaf_ones_are_stopped_at_the_same_time(self):
        for number in range(10):
            self.host.service(f"deaf{number}", py(DEAF + "print('ready', flush=True)\nwhile True: time.sleep(1)\n"),
                              stop={"timeout": "2s"})
        self.host.start()
        for number in range(10):
            self.host.wait_text(f"deaf{number}", "ready")
        began = time.monotonic()
        self.host.ok("stop", "--all")
        self.assertLess(time.monotonic() - began, 10, "one after another it were 20 s")

    def test_a_crash_loop_starves_nobody(self):
        for number in range(5):
            self.host.service(f"loop{number}", sh("exit 1"), restart={"delay": "0s", "limit": 0})
        self.host.service("calm", sh("while :; do echo beat; sleep 0.1; done"))
        self.host.start()
        wait_until(lambda: len(self.host.runs("loop0", 100)) >= 100, "a hundred runs")
        for _ in range(5):
            began = time.monotonic()
            self.host.list()
            self.assertLess(time.monotonic() - began, 5)
        beats = len(self.host.texts("calm"))
        wait_until(lambda: len(self.host.texts("calm")) > beats + 5, "the beat")
        self.host.ok("stop", "--all")
        self.assertAgreement()


if __name__ == "__main__":
    main()
