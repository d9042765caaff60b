"""The control socket with bytes of its own making: what a client that is hostile, broken or slow can and cannot do."""

import json
import os
import socket
import stat
import time

from harness import Case, LIST_KEYS, main, memory_limit, py, RUN_KEYS, sh, wait_until

MIB = 1024 * 1024
HELLO = {"jsonrpc": "2.0", "id": 0, "method": "hello", "params": {"protocol": 1, "client": "test"}}


class Client:
    """A connection that sends what it is told and reads lines."""

    def __init__(self, host, hello=True):
        self.socket = host.socket()
        self.buffer = b""
        self.notifications = []
        self.next_id = 1
        if hello:
            self.send_object(HELLO)
            self.greeting = self.answer(0)["result"]

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def send_object(self, value):
        self.send(json.dumps(value).encode() + b"\n")

    def line(self):
        """The next line, None at the end of the connection."""
        while b"\n" not in self.buffer:
            try:
                data = self.socket.recv(1 << 16)
            except ConnectionResetError:
                data = b""
            if not data:
                return None
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line

    def object(self):
        line = self.line()
        return None if line is None else json.loads(line)

    def answer(self, id_):
        while True:
            value = self.object()
            assert value is not None, "the connection was closed"
            assert value.get("jsonrpc") == "2.0", value
            if "method" in value:
                self.notifications.append(value)
            elif value.get("id") == id_:
                return value

    def call(self, method, **params):
        id_, self.next_id = self.next_id, self.next_id + 1
        self.send_object({"jsonrpc": "2.0", "id": id_, "method": method, "params": params})
        return self.answer(id_)

    def result(self, method, **params):
        answer = self.call(method, **params)
        assert "result" in answer and "error" not in answer, (method, answer)
        return answer["result"]

    def error(self, method, **params):
        answer = self.call(method, **params)
        assert "error" in answer and "result" not in answer, (method, answer)
        assert isinstance(answer["error"]["message"], str) and answer["error"]["message"], answer
        return answer["error"]["code"]


class Restore(Case):
    def test_a_file_that_was_emptied_while_no_host_lived_is_restored(self):
        self.host.service("web", ["sleep", "3600"])
        self.host.service("other", ["sleep", "3600"])
        self.host.start()
        self.host.wait_for("web", "running")
        self.host.terminate()
        file = os.path.join(self.host.config, "services", "web.toml")
        with open(file, encoding="utf-8") as stream:
            good = stream.read()
        os.truncate(file, 0)
        self.host.start()
        self.host.wait_for("web", "invalid")
        self.host.wait_for("other", "running")
        self.assertEqual(0, os.path.getsize(file))  # nothing is restored by itself
        client = Client(self.host)
        self.addCleanup(client.close)
        self.assertEqual(-32002, client.error("service.restore", name="other"))
        told = client.result("service.restore", name="web", dry_run=True)
        self.assertEqual((good, 0), (told["text"], os.path.getsize(file)))
        client.result("service.restore", name="web")
        with open(file, encoding="utf-8") as stream:
            self.assertEqual(good, stream.read())
        self.assertNotEqual("invalid", self.host.one("web")["state"])
        client.result("service.undo")
        self.assertEqual(0, os.path.getsize(file))


class Wire(Case):
    def setUp(self):
        super().setUp()
        self.host.service("web", sh("echo up; sleep 3600"), group="g")
        self.host.service("job", sh("echo out; echo err >&2; exit 3"), manual=True)
        self.host.service("tick", ["true"], schedule={"every": "1h"})
        self.host.start()
        self.host.wait_text("web", "up")

    def client(self, **options):
        client = Client(self.host, **options)
        self.addCleanup(client.close)
        return client

    def assertHostAnswers(self):
        began = time.monotonic()
        self.assertEqual(0, self.host.ctl("list", "--json").code)
        self.assertLess(time.monotonic() - began, 10)

    def resident(self):
        with open(f"/proc/{self.host.daemon.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    # --- hello and malformed requests

    def test_the_socket_is_the_users_alone(self):
        path = os.path.join(self.host.runtime, "host.sock")
        self.assertEqual(0o700, stat.S_IMODE(os.stat(self.host.runtime).st_mode))
        self.assertTrue(stat.S_ISSOCK(os.stat(path).st_mode))
        self.assertEqual(0, os.stat(path).st_mode & 0o077)

    def test_hello(self):
        greeting = self.client().greeting
        self.assertLessEqual({"protocol", "host", "pid", "version", "features"}, set(greeting))
        self.assertEqual((1, self.host.daemon.pid), (greeting["protocol"], greeting["pid"]))

    def test_anything_before_hello_is_refused_and_closed(self):
        client = self.client(hello=False)
        client.send_object({"jsonrpc": "2.0", "id": 1, "method": "snapshot"})
        self.assertEqual((1, -32600), (lambda value: (value["id"], value["error"]["code"]))(client.object()))
        self.assertIsNone(client.line())

    def test_a_protocol_that_is_not_spoken(self):
        client = self.client(hello=False)
        client.send_object({**HELLO, "params": {"protocol": 99, "client": "test"}})
        self.assertEqual(-32600, client.object()["error"]["code"])

    def test_garbage_gets_an_error_and_is_closed(self):
        for garbage in (b"nonsense\n", b"{\n", b"[]\n", b"42\n", b"\xff\xfe\x00\x01\n", b"null\n", b'{"jsonrpc":"2.0"}\n',
                        b'{"id":1,"method":5}\n', b"\0" * 100 + b"\n", b"[" * 10000 + b"\n",
                        b'{"jsonrpc":"2.0","id":1,"method":"snapshot","params":7}\n'):
            for hello in (False, True):
                client = self.client(hello=hello)
                client.send(garbage)
                value = client.object()
                self.assertIsNotNone(value, f"no answer to {garbage[:40]!r}")
                self.assertIn(value["error"]["code"], (-32700, -32600, -32602), f"{garbage[:40]!r}: {value}")
                if value["error"]["code"] != -32602:
                    self.assertIsNone(client.line(), f"not closed after {garbage[:40]!r}")
                client.close()
        self.assertHostAnswers()

    def test_half_a_frame_and_then_the_rest(self):
        client = self.client()
        frame = json.dumps({"jsonrpc": "2.0", "id": 5, "method": "host.status"}).encode() + b"\n"
        for index in range(len(frame)):
            client.send(frame[index:index + 1])
        self.assertIn("result", client.answer(5))

    def test_half_a_frame_and_gone(self):
        for _ in range(20):
            client = self.client()
            client.send(b'{"jsonrpc":"2.0","id":5,"meth')
            client.close()
        self.assertHostAnswers()

    def test_many_frames_at_once(self):
        client = self.client()
        frames = b"".join(json.dumps({"jsonrpc": "2.0", "id": number, "method": "host.status"}).encode() + b"\n"
                          for number in range(1, 301))
        client.send(frames)
        seen = {client.object()["id"] for _ in range(300)}
        self.assertEqual(set(range(1, 301)), seen)

    def test_requests_up_to_a_mebibyte_are_taken(self):
        client = self.client()
        text = "command = ['true']\n# " + "x" * (900 * 1024) + "\n"
        self.assertEqual([], client.result("service.check", name="x", text=text))

    def test_a_request_over_a_mebibyte_gets_an_error_and_is_closed(self):
        client = self.client()
        try:
            client.send(b'{"jsonrpc":"2.0","id":1,"method":"snapshot","params":{"x":"' + b"x" * (MIB + 1000) + b'"}}\n')
        except (BrokenPipeError, ConnectionResetError):
            pass
        value = client.object()
        self.assertIsNotNone(value)
        self.assertEqual(-32600, value["error"]["code"])
        self.assertIsNone(client.line())
        self.assertHostAnswers()

    def test_an_endless_line_does_not_fill_the_hosts_memory(self):
        client = self.client()
        before = self.resident()
        end = time.monotonic() + 60
        with self.assertRaises(OSError, msg="the connection is closed some time"):
            while time.monotonic() < end:
                client.send(b"x" * 65536)
                self.assertLess(self.resident() - before, memory_limit(32 * MIB))
        self.assertHostAnswers()

    def test_unknown_methods_and_wrong_parameters(self):
        client = self.client()
        self.assertEqual(-32601, client.error("no.such.method"))
        self.assertEqual(-32602, client.error("service.definition"))
        self.assertEqual(-32602, client.error("service.definition", name=5))
        self.assertEqual(-32602, client.error("service.start"))
        self.assertEqual(-32602, client.error("service.start", names="web"))
        self.assertEqual(-32602, client.error("service.stop", name="web", timeout="1s"))
        self.assertEqual(-32602, client.error("service.stop", name="web", timeout=-1))
        self.assertEqual(-32602, client.error("runs.query", limit=0))
        self.assertEqual(-32602, client.error("runs.query", limit="many"))
        self.assertEqual(-32602, client.error("log.read", service="web", grep="("))
        self.assertEqual(-32602, client.error("log.read"))
        self.assertEqual(-32602, client.error("schedule.next", count=0))
        self.assertEqual(-32602, client.error("service.awaitState", name="web", state="nonsense"))
        self.assertEqual("running", self.host.one("web")["state"])

    def test_errors_of_the_contract(self):
        client = self.client()
        for method in ("start", "stop", "restart", "kill", "run", "hold", "resume", "enable", "disable", "definition",
                       "remove"):
            self.assertEqual(-32001, client.error("service." + method, name="nobody"), method)
        self.assertEqual(-32001, client.error("log.read", service="nobody"))
        self.assertEqual(-32001, client.error("service.update", name="nobody",
                                               edits=[{"key": "group", "value": "x"}]))
        self.assertEqual(-32002, client.error("service.run", name="web"))
        self.assertEqual(-32002, client.error("service.extendStop", name="web", by=5))
        self.assertEqual(-32002, client.error("service.add", name="web", text="command = ['true']\n"))
        self.assertEqual(-32003, client.error("service.awaitState", name="web", state="failed", timeout=0.2))
        answer = client.call("service.add", name="bad", text="command = ['true']\ngroup = 5\n")
        self.assertEqual(-32004, answer["error"]["code"])
        self.assertEqual((2, 9), (answer["error"]["data"]["line"], answer["error"]["data"]["column"]))
        self.assertIn("file", answer["error"]["data"])

    # --- one request of each kind

    def test_snapshot_and_subscribe(self):
        client = self.client()
        snapshot = client.result("snapshot")
        self.assertLessEqual({"revision", "host", "services"}, set(snapshot))
        self.assertEqual(sorted(row["name"] for row in snapshot["services"]),
                         [row["name"] for row in snapshot["services"]])
        for row in snapshot["services"]:
            self.assertEqual(LIST_KEYS, sorted(row))
        revision = client.result("subscribe")["revision"]
        self.host.ok("stop", "web")
        while True:
            delta = client.object()
            self.assertEqual("delta", delta["method"])
            self.assertLessEqual({"revision", "changed", "removed", "host"}, set(delta["params"]))
            self.assertGreater(delta["params"]["revision"], revision)
            revision = delta["params"]["revision"]
            if any(row["name"] == "web" and row["state"] == "stopped" for row in delta["params"]["changed"]):
                break

    def test_acting_methods(self):
        client = self.client()
        row = client.result("service.stop", name="web", timeout=5)[0]
        self.assertEqual(("web", True, "stopped", None), (row["name"], row["ok"], row["state"], row["error"]))
        self.assertEqual("running", client.result("service.start", names=["web"])[0]["state"])
        self.assertEqual("running", client.result("service.restart", group="g")[0]["state"])
        self.assertEqual("stopped", client.result("service.kill", name="web")[0]["state"])
        self.assertTrue(client.result("service.hold", name="tick")[0]["ok"])
        self.assertEqual(["held"], self.host.one("tick")["flags"])
        self.assertTrue(client.result("service.resume", name="tick")[0]["ok"])
        self.assertTrue(client.result("service.disable", name="web")[0]["ok"])
        self.assertEqual("disabled", self.host.one("web")["state"])
        self.assertTrue(client.result("service.enable", name="web")[0]["ok"])
        self.assertEqual("running", client.result("service.start", name="web", trigger="window")[0]["state"])
        self.assertEqual("window", self.host.runs("web")[0]["trigger"])
        self.assertFalse(client.result("service.hold", name="web")[0]["ok"])

    def test_the_deltas_of_a_command_come_before_its_answer(self):
        client = self.client()
        client.result("subscribe")
        client.notifications.clear()
        client.result("service.stop", name="web")
        changed = [row for note in client.notifications for row in note["params"]["changed"] if row["name"] == "web"]
        self.assertTrue(changed, "no delta before the answer")
        self.assertEqual("stopped", changed[-1]["state"])

    def test_runs_and_their_ends(self):
        client = self.client()
        run = client.result("service.run", name="job")
        self.assertEqual(RUN_KEYS, sorted(run))
        ended = client.result("run.await", id=run["id"])
        self.assertEqual(("failed", 3), (ended["outcome"], ended["exit_code"]))
        self.assertEqual([run["id"]], [row["id"] for row in client.result("runs.query", id=run["id"])])
        self.assertEqual({"job"}, {row["service"] for row in client.result("runs.query", service="job", limit=5)})
        older = client.result("runs.query", before=run["id"], limit=10)
        self.assertTrue(all(row["id"] < run["id"] for row in older))
        live = next(row for row in client.result("runs.query", service="web") if row["end"] is None)
        client.result("run.stop", id=live["id"])
        self.assertEqual("stopped", client.result("run.await", id=live["id"])["outcome"])

    def test_extend_stop(self):
        self.host.service("deaf", sh("trap '' TERM; echo ready; while :; do sleep 0.2; done"), stop={"timeout": "2s"})
        self.host.ok("reload")
        self.host.wait_text("deaf", "ready")
        client = self.client()
        began = time.monotonic()
        client.result("service.stop", name="deaf", wait=False)
        before = client.result("service.stopping")
        self.assertEqual([("deaf", "SIGTERM")], [(stop["name"], stop["sent"]) for stop in before])
        client.result("service.extendStop", name="deaf", by=4)
        after = client.result("service.stopping")
        self.assertGreater(after[0]["kill_at"], before[0]["kill_at"])
        self.assertEqual("stopped", client.result("service.awaitState", name="deaf", state="stopped",
                                                  timeout=60)["state"])
        self.assertGreaterEqual(time.monotonic() - began, 3.9)

    def test_a_hold_ends_at_its_time_whichever_host_is_there_then(self):
        def moment(after):
            return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + after)) + ".000000Z"

        for name in ("soon", "later"):
            self.host.service(name, ["true"], schedule={"every": "1s", "missed": "skip"})
        self.host.ok("reload")
        client = self.client()
        client.result("service.start", names=["soon", "later"])
        soon, later = moment(4), moment(3600)
        client.result("service.hold", name="soon", until=soon)
        client.result("service.hold", name="later", until=later)
        self.assertEqual([{"name": "later", "until": later}, {"name": "soon", "until": soon}], client.result("service.holds"))
        self.host.kill9()
        self.host.start()
        client = self.client()
        self.assertEqual(later, client.result("service.holds")[0]["until"])
        wait_until(lambda: "held" not in self.host.one("soon")["flags"], "the end of the hold")
        self.assertGreaterEqual(moment(0), soon)
        self.host.wait_run("soon", lambda run: run["trigger"] == "schedule" and run["outcome"] == "succeeded")
        skipped = [run for run in self.host.runs("soon") if run["outcome"] == "skipped"]
        self.assertTrue(skipped and skipped[-1]["reason"].endswith(": held"), skipped)
        self.assertEqual(["held"], self.host.one("later")["flags"])
        self.assertEqual([{"name": "later", "until": later}], client.result("service.holds"))
        client.result("service.resume", name="later")
        self.assertEqual([], client.result("service.holds"))

    def test_definitions(self):
        client = self.client()
        shown = client.result("service.definition", name="web")
        self.assertEqual(self.host.service_file("web"), shown["file"])
        with open(shown["file"], encoding="utf-8") as file:
            self.assertEqual(file.read(), shown["text"])
        self.assertIn("command", shown["values"])
        self.assertTrue(client.result("service.add", name="new", text="command = ['sleep', '3600']\n")["ok"])
        self.assertEqual("running", self.host.one("new")["state"])
        self.assertTrue(client.result("service.update", name="new",
                                      edits=[{"key": "group", "value": "edited"}])["ok"])
        self.assertEqual("edited", self.host.one("new")["group"])
        self.assertTrue(client.result("service.update", name="new",
                                      text="command = ['sleep', '3600']\ngroup = 'whole'\n")["ok"])
        self.assertEqual("whole", self.host.one("new")["group"])
        self.assertTrue(client.result("service.remove", name="new")["ok"])
        self.assertIsNone(self.host.one("new"))
        self.assertIn("new", client.result("service.undo")["text"])
        self.assertEqual("whole", self.host.one("new")["group"])
        diagnostics = client.result("service.check", name="x", text="comand = 'x'\n")
        self.assertLessEqual({"severity", "message", "line", "column"}, set(diagnostics[0]))
        self.assertFalse(os.path.exists(self.host.service_file("x")))

    def test_schedules_and_events(self):
        client = self.client()
        preview = client.result("schedule.preview", text="[schedule]\nevery = \"5m\"\n", count=3)
        self.assertEqual(3, len(preview["times"]))
        self.assertIn("tick", {row["service"] for row in client.result("schedule.next", count=20)})
        events = client.result("events.query", limit=10)
        self.assertLessEqual({"time", "kind", "service", "text"}, set(events[0]))

    def test_logs(self):
        client = self.client()
        page = client.result("log.read", service="web")
        self.assertLessEqual({"entries", "cursor", "at_end", "live"}, set(page))
        self.assertEqual(["h", "o"], [entry["stream"] for entry in page["entries"]])
        self.assertLess(page["entries"][0]["n"], page["entries"][1]["n"])
        self.assertTrue(page["live"])
        self.assertEqual(["up"], [entry["text"] for entry in
                                  client.result("log.search", service="web", grep="^u")["entries"]])
        self.assertEqual(-32602, client.error("log.search", service="web"))
        one = client.result("log.read", service="web", count=1)
        two = client.result("log.read", service="web", count=1, cursor=one["cursor"])
        self.assertEqual("up", two["entries"][0]["text"])
        id_ = client.next_id
        client.next_id += 1
        client.send_object({"jsonrpc": "2.0", "id": id_, "method": "log.follow",
                            "params": {"service": "web", "cursor": page["cursor"]}})
        self.host.ok("stop", "web")
        entries = client.answer(id_)["result"]["entries"]
        self.assertTrue(entries[0]["text"].startswith("sent SIGTERM"), entries)

    def test_bytes_that_are_no_utf8_come_in_base64(self):
        self.host.service("raw", py("import os\nos.write(1, b'\\xff\\xfe\\n')"), manual=True)
        self.host.ok("reload")
        self.host.ok("run", "raw")
        entries = self.client().result("log.read", service="raw", streams="o")["entries"]
        self.assertEqual("//4=", entries[0]["b64"])
        self.assertNotIn("text", entries[0])

    def test_host_methods(self):
        client = self.client()
        status = client.result("host.status")
        self.assertEqual((self.host.daemon.pid, self.host.state, self.host.config),
                         (status["pid"], status["state_dir"], status["config_dir"]))
        self.assertIsInstance(client.result("host.reload"), list)
        client.result("host.shutdown")
        self.assertEqual(0, self.host.daemon.wait(60))

    # --- figures, history, definitions

    def test_figures_of_the_last_ten_minutes_are_remembered(self):
        client = self.client()
        client.result("subscribe")
        samples = wait_until(lambda: [one for one in client.result("service.usage", name="web") if one["cpu_percent"] is not None],
                             "two samples of web", deadline=40)
        self.assertGreater(samples[-1]["memory_bytes"], 100_000)
        times = [one["time"] for one in client.result("service.usage", name="web")]
        self.assertEqual(sorted(times), times)
        self.assertEqual([], client.result("service.usage", name="tick"))
        self.host.ok("stop", "web")
        end = wait_until(lambda: (lambda last: last if last["memory_bytes"] is None else None)(client.result("service.usage", name="web")[-1]),
                         "the end of web's figures", deadline=40)
        self.assertIsNone(end["cpu_percent"])
        self.assertEqual(-32001, client.error("service.usage", name="nobody"))

    def test_runs_are_chosen_by_their_outcome(self):
        client = self.client()
        for _ in range(2):
            self.host.ctl("run", "job")
        self.host.ok("run", "tick")
        runs = client.result("runs.query", outcomes=["failed"])
        self.assertEqual(["job", "job"], [run["service"] for run in runs])
        self.assertEqual([], client.result("runs.query", service="tick", outcomes=["failed", "killed"]))
        self.assertEqual(1, len(client.result("runs.query", service="tick", outcomes=["succeeded"])))

    def test_what_a_live_run_does_not_know_yet_is_named(self):
        client = self.client()
        self.assertEqual([], client.result("service.definition", name="web")["changes"])
        client.result("service.update", name="web", edits=[{"key": "environment.A", "value": "one"}])
        self.assertEqual(["environment.A: (none) -> one"], client.result("service.definition", name="web")["changes"])
        self.host.ok("restart", "web")
        self.assertEqual([], client.result("service.definition", name="web")["changes"])
        work = client.result("service.definition", name="housekeeping")["values"]
        self.assertEqual({"ticks", "last_tick", "last_error"}, set(work))

    def test_the_next_runs_of_one_service(self):
        client = self.client()
        self.assertEqual({"tick"}, {run["service"] for run in client.result("schedule.next", service="tick", count=7)})
        self.assertEqual(7, len(client.result("schedule.next", service="tick", count=7)))
        self.assertEqual([], client.result("schedule.next", service="web"))
        self.assertEqual(-32001, client.error("schedule.next", service="nobody"))

    # --- slow and many

    def test_a_client_that_never_reads_hinders_nobody(self):
        deaf = [self.client() for _ in range(5)]
        before = self.resident()
        for client in deaf:
            client.send_object({"jsonrpc": "2.0", "id": 1, "method": "subscribe"})
            client.socket.setblocking(False)
            try:
                for number in range(20000):
                    client.send_object({"jsonrpc": "2.0", "id": number + 2, "method": "snapshot"})
            except (BlockingIOError, OSError):
                pass
        for _ in range(5):
            self.assertHostAnswers()
            self.host.ok("restart", "web")
        self.assertLess(self.resident() - before, memory_limit(160 * MIB))

    def test_200_connections_and_one_more(self):
        clients = [self.client() for _ in range(150)]
        self.assertHostAnswers()
        for client in clients[:-1]:
            client.close()
        self.assertIn("result", clients[-1].call("host.status"))

        def answers():
            # Closed ones are noticed one by one.
            more = [self.client() for _ in range(100)]
            for client in more:
                client.close()
            return True
        self.assertTrue(wait_until(answers, "room for new connections"))

    def test_connections_that_say_nothing(self):
        silent = []
        for _ in range(50):
            raw = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            raw.connect(os.path.join(self.host.runtime, "host.sock"))
            silent.append(raw)
        self.assertHostAnswers()
        for raw in silent:
            raw.close()
        self.assertHostAnswers()

    def test_a_half_closed_connection_is_a_closed_one(self):
        client = self.client()
        client.socket.shutdown(socket.SHUT_WR)
        self.assertIsNone(client.line())
        self.assertHostAnswers()


if __name__ == "__main__":
    main()
