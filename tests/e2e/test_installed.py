#!/usr/bin/env python3
"""The library as it is installed: other projects find its components by name, each header stands alone, nothing graphical comes along."""

import concurrent.futures
import glob
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

from harness import BIN, SANITIZED, Host, main, wait_until

BUILD = os.path.dirname(BIN)
CONSUMER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "package", "consumer")
EXAMPLES = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(CONSUMER))), "resources", "examples")
README = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(CONSUMER))), "README.md")
GRAPHICAL = re.compile(r"Qt6(Gui|Widgets|Svg|OpenGL)|libX11|libxcb")


def text(*path):
    with open(os.path.join(*path), encoding="utf-8", errors="replace") as file:
        return file.read()


def cached(build, name):
    found = re.search(rf"(?m)^{name}:\w+=(.*)$", text(build, "CMakeCache.txt"))
    return found[1] if found else None


COMPILER = [f"-DCMAKE_CXX_COMPILER={cached(BUILD, 'CMAKE_CXX_COMPILER')}"]


def attempt(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=900, check=False, **options)


def run(*command, **options):
    done = attempt(*command, **options)
    assert done.returncode == 0, f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


@unittest.skipIf(SANITIZED, "a library that is built with a sanitizer cannot be linked without")
class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="ts-installed-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.prefix = os.path.join(cls.folder, "prefix")
        run("cmake", "--install", BUILD, "--component", "dev", "--prefix", cls.prefix)
        cls.packages = os.path.dirname(glob.glob(f"{cls.prefix}/**/turnspit-hosting.pc", recursive=True)[0])
        cls.redis = os.path.exists(f"{cls.packages}/turnspit-redis.pc")

    def configure(self, source, build, *options):
        return attempt("cmake", "-S", source, "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={self.prefix}", *COMPILER, *options)

    def asks(self, find, *options):
        """What a project says that does no more than ask: its exit code and its words."""
        source = tempfile.mkdtemp(dir=self.folder)
        with open(f"{source}/CMakeLists.txt", "w", encoding="utf-8") as file:
            file.write(f"cmake_minimum_required(VERSION 3.25)\nproject(Asks LANGUAGES CXX)\n{find}\n")
        done = self.configure(source, f"{source}/build", *options)
        return done.returncode, " ".join((done.stdout + done.stderr).split()), f"{source}/build"

    def test_a_project_on_all_components_builds_and_runs_without_anything_graphical(self):
        if not self.redis:
            self.skipTest("there is no hiredis here")
        readme = re.search(r"(?ms)^```cpp\n(.*?)^```$", text(README))[1].replace("5min", "1s")
        with open(f"{self.folder}/twentylines.cpp", "w", encoding="utf-8") as file:
            file.write(readme + "turnspit::Task<> DataSync::syncData(std::stop_token) { co_return; }\n")
        build = f"{self.folder}/consumer"
        done = self.configure(CONSUMER, build, f"-DREADME_CODE={self.folder}/twentylines.cpp")
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        run("cmake", "--build", build, "--parallel", "2")

        for name in os.listdir(build):
            if name.startswith("CMakeCache") or name == "build.ninja":
                self.assertNotRegex(text(build, name), GRAPHICAL)
        for program in ("twentylines", "names", "orders"):
            self.assertNotRegex(run("ldd", f"{build}/{program}"), GRAPHICAL)

        self.assertIn("handled a loaf\n", run(f"{build}/orders", "sqlite", f"{self.folder}/orders.sqlite"))
        self.assertIn("handled a loaf\n", run(f"{build}/orders", "redis", str(self.start_redis())))

        host = Host()
        self.addCleanup(host.close)
        host.service("heart", ["/bin/sleep", "1000"])
        host.start()
        self.assertIn("heart\n", run(f"{build}/names", os.path.join(host.runtime, "host.sock")))

    def test_each_example_builds_by_itself_and_runs(self):
        """As somebody does who has copied its folder."""
        there = {name for name in os.listdir(EXAMPLES) if os.path.isdir(os.path.join(EXAMPLES, name))}
        self.assertEqual(there, {"checksums", "clockserver", "orders", "report", "sync", "window", "worker"})
        wanted = sorted(there - ({"orders"} if not self.redis else set()) - ({"window"} if not cached(BUILD, "Qt6Widgets_DIR") else set()))
        with concurrent.futures.ThreadPoolExecutor(2) as two:
            said = dict(zip(wanted, two.map(self.build_example, wanted)))
        wrong = [f"{name}: {words}" for name, words in said.items() if words]
        self.assertFalse(wrong, "\n".join(wrong))

        with open(f"{self.folder}/a.txt", "w", encoding="utf-8") as file:
            file.write("one")
        self.assertIn(hashlib.sha256(b"one").hexdigest() + "  a.txt\n", run(self.example("checksums"), "a.txt", cwd=self.folder))
        self.says("report", r"report 1 is written", "--report.every=50ms")
        os.makedirs(f"{self.folder}/from/deep")
        os.rename(f"{self.folder}/a.txt", f"{self.folder}/from/deep/a.txt")
        self.says("sync", r"copied deep/a\.txt", f"--sync.from={self.folder}/from", f"--sync.to={self.folder}/to", "--sync.every=50ms")
        self.says("clockserver", r"listens on port \d+", "--clock.port=0")
        if "window" in wanted:
            self.says("window", r"piece \d+ is done")
        if "orders" in wanted:
            self.says("orders", r"booked [1-4] teapots", f"--redis.port={self.start_redis()}", "--shop.every=10ms")
        self.says("worker", r"reading 1: ", "station", seen=self.station_is_seen)

    def build_example(self, name):
        """What went wrong, or nothing."""
        options = [f"-DCMAKE_CXX_COMPILER_LAUNCHER={shutil.which('ccache')}"] if shutil.which("ccache") else []
        done = self.configure(os.path.join(EXAMPLES, name), f"{self.folder}/{name}", *options)
        if done.returncode == 0:
            # The folders have other names the next time; what is compiled is the same.
            done = attempt("cmake", "--build", f"{self.folder}/{name}", "--parallel", "1",
                           env={**os.environ, "CCACHE_BASEDIR": self.folder, "CCACHE_NOHASHDIR": "1"})
        return done.stdout + done.stderr if done.returncode else ""

    def example(self, name):
        return f"{self.folder}/{name}/{'station' if name == 'worker' else name}"

    def says(self, name, pattern, *arguments, seen=lambda: None):
        """It runs until it has said this, and ends politely when it is asked to."""
        log = f"{self.folder}/{name}.out"
        with open(log, "wb") as out:
            program = subprocess.Popen([self.example(name), *arguments], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                       env={**os.environ, **self.places(), "QT_QPA_PLATFORM": "offscreen"})
        try:
            wait_until(lambda: re.search(pattern, text(log)), lambda: f"{pattern!r} in:\n{text(log)}")
            seen()
            program.send_signal(signal.SIGTERM)
            self.assertEqual(0, program.wait(60), text(log))
        finally:
            program.kill()
            program.wait()

    def places(self):
        return {f"TURNSPIT_{what}_DIR": f"{self.folder}/{what[0].lower()}" for what in ("CONFIG", "STATE", "RUNTIME")}

    def station_is_seen(self):
        hosts = json.loads(run(f"{BIN}/turnspitctl", "hosts", "--json", env={**os.environ, **self.places()}))
        self.assertEqual([("station", "answers", 3)], [tuple(host[key] for key in ("name", "state", "services")) for host in hosts])

    def start_redis(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = subprocess.Popen(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", self.folder],
                                  stdout=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.send_signal, signal.SIGTERM)

        def answers():
            with socket.socket() as client:
                return client.connect_ex(("127.0.0.1", port)) == 0
        wait_until(answers, "an answer of redis-server")
        return port

    def test_the_pages_are_installed_and_all_that_they_point_to(self):
        folder = os.path.join(self.prefix, "share", "doc", "libturnspit-dev")
        pages = sorted(name for name in os.listdir(folder) if name.endswith(".md"))
        self.assertEqual(["dotnet.md", "guide.md", "queues.md"], pages)
        for page in pages:
            targets = re.findall(r"\[[^\]]+\]\(([^)#:\s]+)\)", text(folder, page)) # not a lambda
            self.assertTrue(targets, page)
            for target in targets:
                self.assertTrue(os.path.exists(os.path.join(folder, target)), f"{page}: {target}")

    def test_pkg_config_has_the_same_components(self):
        if not self.redis:
            self.skipTest("there is no hiredis here")
        environment = {**os.environ, "PKG_CONFIG_PATH": self.packages}
        names = [f"turnspit-{name}" for name in ("hosting", "worker", "sqlite", "redis", "ipc", "systemd")]
        self.assertEqual(sorted(names), sorted(name[:-3] for name in os.listdir(self.packages)))
        for name in names:
            self.assertNotRegex(run("pkg-config", "--cflags", "--libs", name, env=environment), GRAPHICAL)
        flags = run("pkg-config", "--cflags", "--libs", "turnspit-hosting", "turnspit-sqlite", "turnspit-redis", env=environment).split()
        program = f"{self.folder}/with-pkg-config"
        run(cached(BUILD, "CMAKE_CXX_COMPILER"), "-std=c++23", "-fPIC", f"{CONSUMER}/orders.cpp", "-o", program, *flags)
        self.assertIn("handled a loaf\n", run(program, "sqlite", f"{self.folder}/pkg-config.sqlite"))

    def test_hosting_needs_no_database_and_who_asks_for_one_is_told_what_is_missing(self):
        without = ("-DCMAKE_DISABLE_FIND_PACKAGE_SQLite3=ON", "-DCMAKE_DISABLE_FIND_PACKAGE_PkgConfig=ON")
        code, words, build = self.asks("find_package(Turnspit REQUIRED COMPONENTS Hosting Ipc)\n"
                                       "file(WRITE main.cpp \"int main() {}\")\nadd_executable(main main.cpp)\n"
                                       "target_link_libraries(main PRIVATE Turnspit::Hosting Turnspit::Ipc)", *without)
        self.assertEqual(0, code, words)
        code, words, build = self.asks("find_package(Turnspit REQUIRED COMPONENTS Hosting Sqlite)", *without)
        self.assertNotEqual(0, code)
        self.assertIn("The component Sqlite of Turnspit needs SQLite3", words)
        code, words, build = self.asks("find_package(Turnspit REQUIRED COMPONENTS Hosting OPTIONAL_COMPONENTS Sqlite)\n"
                                       "message(STATUS \"sqlite: ${Turnspit_FOUND} [${Turnspit_Sqlite_FOUND}]\")", *without)
        self.assertEqual(0, code, words)
        self.assertRegex(words, r"sqlite: (1|TRUE) \[(FALSE)?\]")

    @unittest.skipUnless(shutil.which("g++-12"), "there is no g++ that is too old")
    def test_a_compiler_that_is_too_old_is_refused_in_words_and_only_where_the_library_is_needed(self):
        old = "-DCMAKE_CXX_COMPILER=g++-12"
        code, words, _ = self.asks("find_package(Turnspit REQUIRED)", old)
        self.assertNotEqual(0, code)
        self.assertRegex(words, r"Turnspit needs clang 19 or g\+\+ 14: g\+\+ 12\S+ silently drops coroutine bodies .* -DCMAKE_CXX_COMPILER=clang\+\+-19\.")
        code, words, _ = self.asks("find_package(Turnspit QUIET)\nmessage(STATUS \"found: [${Turnspit_FOUND}]\")", old)
        self.assertEqual(0, code, words)
        self.assertRegex(words, r"found: \[(0|FALSE)\]")

    def test_a_component_that_is_not_there_is_refused_in_words(self):
        code, words, _ = self.asks("find_package(Turnspit REQUIRED COMPONENTS Hosting Queues)")
        self.assertNotEqual(0, code)
        there = "Hosting, Worker, Sqlite, Redis, Ipc, Systemd" if self.redis else "Hosting, Worker, Sqlite, Ipc, Systemd"
        self.assertIn(f"Turnspit has no component Queues: there are {there}", words)


if __name__ == "__main__":
    main()
