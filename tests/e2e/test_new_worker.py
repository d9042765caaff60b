#!/usr/bin/env python3
"""`turnspitctl new worker`: the project builds on the installed library as it comes out, its test passes, its program runs."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import unittest

from harness import BIN, SANITIZED, main, wait_until

BUILD = os.path.dirname(BIN)


def run(*command, cwd=None, environment=None, code=0):
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == code, f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def text(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


class NewWorker(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="ts-new-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def make(self, name, *options, code=0):
        return run(f"{BIN}/turnspitctl", *options, "new", "worker", name, cwd=self.folder, code=code)

    @unittest.skipIf(SANITIZED, "a library that is built with a sanitizer cannot be linked without")
    def test_it_builds_passes_its_test_and_runs_on_the_installed_library(self):
        prefix = os.path.join(self.folder, "prefix")
        run("cmake", "--install", BUILD, "--component", "dev", "--prefix", prefix)
        self.make("photo-sync")
        project = os.path.join(self.folder, "photo-sync")
        environment = {**os.environ, "CMAKE_PREFIX_PATH": prefix}
        for tool in ("CC", "CXX"):
            environment.pop(tool, None)
        run("cmake", "--preset", "dev", cwd=project, environment=environment)
        # A project named `time` has a src/time.h, which nobody may take for <time.h>.
        self.assertNotRegex(text(project, "build", "dev", "build.ninja"), r"-I\S*/src\s")
        run("cmake", "--build", "--preset", "dev", cwd=project, environment=environment)
        tested = run("ctest", "--preset", "dev", cwd=project)
        self.assertIn("100% tests passed, 0 tests failed out of 1", tested.stdout)

        folders = {f"TURNSPIT_{what}_DIR": os.path.join(self.folder, what[0].lower()) for what in ("CONFIG", "STATE", "RUNTIME")}
        environment = {**os.environ, **folders}
        log = os.path.join(self.folder, "log")
        with open(log, "wb") as out:
            program = subprocess.Popen([f"{project}/build/dev/photo-sync"], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                       env=environment)
        self.addCleanup(program.wait)
        self.addCleanup(program.kill)
        wait_until(lambda: "piece of work 1" in text(log), lambda: text(log))
        hosts = json.loads(run(f"{BIN}/turnspitctl", "hosts", "--json", environment=environment).stdout)
        self.assertEqual([("photo-sync", "worker", "answers", 1)],
                         [tuple(host[key] for key in ("name", "what", "state", "services")) for host in hosts])
        program.send_signal(signal.SIGTERM)
        self.assertEqual(0, program.wait(30), text(log))

        # The unit is where systemd looks for those of a person, and names the program where that is, wherever it was installed.
        for home in ("home", "100 % elsewhere"):
            run("cmake", "--install", f"{project}/build/dev", "--prefix", os.path.join(self.folder, home, ".local"))
            unit = text(self.folder, home, ".local", "share", "systemd", "user", "photo-sync.service")
            self.assertNotRegex(unit, r"@\w+@")
            started = re.search(r'(?m)^ExecStart="(.+)"$', unit)[1].replace("%%", "%")
            self.assertEqual(os.path.join(self.folder, home, ".local", "bin", "photo-sync"), started)
            self.assertTrue(os.access(started, os.X_OK))

    def test_nothing_is_overwritten_and_nothing_is_left_half(self):
        told = json.loads(self.make("mail", "--json").stdout)
        self.assertEqual(("mail", os.path.join(self.folder, "mail")), (told["name"], told["folder"]))
        self.assertEqual(sorted(told["files"]), sorted(os.path.relpath(os.path.join(where, name), told["folder"])
                                                       for where, _, names in os.walk(told["folder"]) for name in names))
        with open(os.path.join(told["folder"], "src", "main.cpp"), "a", encoding="utf-8") as file:
            file.write("// mine\n")
        refused = self.make("mail", code=1)
        self.assertIn("is there already", refused.stderr)
        self.assertTrue(text(told["folder"], "src", "main.cpp").endswith("// mine\n"))
        os.symlink("nowhere", os.path.join(self.folder, "link"))
        self.make("link", code=1)
        self.assertEqual({"mail", "link"}, set(os.listdir(self.folder)))

    def test_names_that_cannot_be_are_refused_in_words(self):
        for name in ("", "9lives", "a b", "../x", "x" * 65, "test", "install", "Periodic-service", "turnspit", "control", "Main", "Q-object",
                     "Remembers"):
            refused = self.make(name, code=2)
            self.assertTrue(refused.stderr.startswith("turnspitctl: "), refused.stderr)
        self.assertEqual([], os.listdir(self.folder))

    def test_words_of_any_shape_become_names_of_the_language(self):
        told = json.loads(self.make("My_mail-2-queue", "--json").stdout)
        self.assertIn("src/mymail2queue.h", told["files"])
        self.assertIn("My_mail-2-queue.service.in", told["files"])
        header = text(told["folder"], "src", "mymail2queue.h")
        self.assertIn("class MyMail2Queue final", header)


if __name__ == "__main__":
    main()
