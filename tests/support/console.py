"""A console in tmux: keys in, screen out. For end-to-end and live tests.

Every server is a tmux of its own on a socket in a temporary folder; configuration and state are there
too, so that nothing of the person running the tests is read or touched.
"""
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unicodedata
import urllib.request

SKIPPED = 77


def skip(reason):
    print("skipped: " + reason)
    sys.exit(SKIPPED)


def need(*programs):
    for program in programs:
        if shutil.which(program) is None:
            skip("'%s' is not installed" % program)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(what, seconds, check):
    """The first true answer of `check`, asked until `seconds` are over."""
    end = time.monotonic() + seconds
    while True:
        answer = check()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError("not within %g s: %s" % (seconds, what))
        time.sleep(0.1)


def width(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in line)


def clean_environment(home):
    env = {name: value for name, value in os.environ.items()
           if not name.startswith(("TOCSIN_CONFIG", "XDG_", "TMUX", "LC_"))}
    env.update(HOME=home, XDG_CONFIG_HOME=home, LC_ALL="C.UTF-8", LANG="C.UTF-8", TZ="UTC")
    env.pop("NO_COLOR", None)
    return env


class Server:
    """A program that listens, stopped by its process id."""

    def __init__(self, argv, url, folder, name):
        self.log = open(os.path.join(folder, name + ".log"), "wb")
        self.process = subprocess.Popen(argv, stdout=self.log, stderr=self.log, cwd=folder)
        self.url = url
        wait_for("%s answers at %s" % (name, url), 30, self.answers)

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError("the server ended with %s" % self.process.returncode)
        try:
            with urllib.request.urlopen(self.url, timeout=2) as response:
                return response.status == 200
        except OSError:
            return False

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()


class Console:
    def __init__(self, argv, size, home):
        self.folder = tempfile.mkdtemp(prefix="tocsin-tmux-")
        self.socket = os.path.join(self.folder, "socket")
        self.env = clean_environment(home)
        command = " ".join("'%s'" % word.replace("'", "'\\''") for word in argv)
        width, height = size
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(width), "-y", str(height),
                  command + "; echo \"ended with $?\"; exec sleep 600",
                  ";", "set", "-g", "status", "off",
                  ";", "set", "-s", "escape-time", "20")
        self.tmux("resize-window", "-x", str(width), "-y", str(height))

    def tmux(self, *words):
        return subprocess.run(("tmux", "-S", self.socket) + words, check=True, env=self.env,
                              stdout=subprocess.PIPE, encoding="utf-8").stdout

    def screen(self):
        return self.tmux("capture-pane", "-p")

    def keys(self, *keys):
        for key in keys:
            self.tmux("send-keys", key)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def resize(self, width, height):
        self.tmux("resize-window", "-x", str(width), "-y", str(height))

    def wait(self, pattern, seconds=10):
        """The screen once `pattern` (a regular expression) is on it."""
        last = [""]

        def check():
            last[0] = self.screen()
            return re.search(pattern, last[0], re.M)
        try:
            wait_for(pattern, seconds, check)
        except AssertionError as error:
            raise AssertionError("%s\n%s" % (error, last[0])) from None
        return last[0]

    def wait_gone(self, pattern, seconds=10):
        wait_for("gone: " + pattern, seconds, lambda: not re.search(pattern, self.screen(), re.M))

    def close(self):
        subprocess.run(("tmux", "-S", self.socket, "kill-server"), check=False, env=self.env,
                       stderr=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)


def expect(condition, message):
    if not condition:
        raise AssertionError(message)


def run_cases(cases):
    """Runs functions that raise AssertionError; prints a line each and the count; exits."""
    failed = 0
    for case in cases:
        began = time.monotonic()
        try:
            case()
            print("ok      %s (%.1f s)" % (case.__name__, time.monotonic() - began))
        except AssertionError as error:
            failed += 1
            print("FAILED  %s: %s" % (case.__name__, error))
        sys.stdout.flush()
    print("%d passed, %d failed" % (len(cases) - failed, failed))
    sys.exit(1 if failed else 0)
