"""A console in tmux: keys in, screen out. For end-to-end and live tests.

Every server is a tmux of its own on a socket in a temporary folder; configuration and state are there
too, so that nothing of the person running the tests is read or touched.
"""
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import unicodedata
import urllib.request

SKIPPED = 77

# For anything that is to come: long beside any stall of a busy machine, and not measured.
WAIT_S = 60

# Where the system looks for ports that nobody named.
with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as ranges:
    EPHEMERAL = int(ranges.read().split()[0])


def end(number, frame):
    """Meson's end of a test that takes too long: servers are stopped on the way out."""
    sys.exit("ended by signal %d" % number)


signal.signal(signal.SIGTERM, end)


def skip(reason):
    print("skipped: " + reason)
    sys.exit(SKIPPED)


def need(*programs):
    for program in programs:
        if shutil.which(program) is None:
            skip("'%s' is not installed" % program)


def free_port():
    """A port nobody has, below those the system gives out by itself: what listens there may stop, and
    nothing else that asks for any port takes its place meanwhile."""
    while True:
        port = random.randrange(min(10000, EPHEMERAL // 2), EPHEMERAL)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


def wait_for(what, check, seconds=WAIT_S):
    """The first true answer of `check`, asked until `seconds` are over and at least twice: a machine
    that stands still for all that time is no answer."""
    last = time.monotonic() + seconds
    while True:
        late = time.monotonic() > last
        answer = check()
        if answer:
            return answer
        if late:
            raise AssertionError("not within %g s: %s" % (seconds, what))
        time.sleep(0.1)


def width(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in line)


def clean_environment(home):
    env = {name: value for name, value in os.environ.items()
           if not name.startswith(("TOCSIN_", "XDG_", "TMUX", "LC_")) or name == "TOCSIN_SHARED"}
    env.update(HOME=home, XDG_CONFIG_HOME=home, LC_ALL="C.UTF-8", LANG="C.UTF-8", TZ="UTC")
    env.pop("NO_COLOR", None)
    return env


class Server:
    """A program that listens, stopped by its process id."""

    def __init__(self, argv, url, folder, name):
        self.log = open(os.path.join(folder, name + ".log"), "wb")
        self.process = subprocess.Popen(argv, stdout=self.log, stderr=self.log, cwd=folder)
        self.url = url
        try:
            wait_for("%s answers at %s" % (name, url), self.answers)
        except AssertionError as error:
            self.stop()
            with open(self.log.name, encoding="utf-8", errors="replace") as log:
                raise AssertionError("%s; its log ends:\n%s" % (error, log.read()[-2000:])) from None

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError("the server ended with %s" % self.process.returncode)
        try:
            with urllib.request.urlopen(self.url, timeout=10) as response:
                return response.status == 200
        except OSError:
            return False

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()


class Console:
    def __init__(self, argv, size, home):
        self.folder = tempfile.mkdtemp(prefix="tocsin-tmux-")
        self.socket = os.path.join(self.folder, "socket")
        self.env = clean_environment(home)
        # Each one keeps its state to itself, unless the test says where.
        self.env["XDG_STATE_HOME"] = os.path.join(self.folder, "state")
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

    def until(self, check):
        """The screen once `check(screen)` raises no AssertionError; otherwise the one it raised last.
        For what is to be on one screen all together, however many frames it takes to get there."""
        found = [None, None]

        def passes():
            found[0] = self.screen()
            try:
                check(found[0])
                return True
            except AssertionError as error:
                found[1] = error
                return False
        try:
            wait_for("a screen that passes", passes)
        except AssertionError as error:
            raise AssertionError("%s; the last one: %s" % (error, found[1])) from None
        return found[0]

    def wait(self, pattern):
        """The screen once `pattern` (a regular expression) is on it."""
        return self.until(lambda screen: expect(re.search(pattern, screen, re.M), "no '%s' on\n%s" %
                                                (pattern, screen)))

    def wait_gone(self, pattern):
        return self.until(lambda screen: expect(not re.search(pattern, screen, re.M), "'%s' is still on\n%s" %
                                                (pattern, screen)))

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
            print("FAILED  %s (%.1f s): %s" % (case.__name__, time.monotonic() - began, error))
        except Exception:  # a test that breaks is one that fails; the others are run
            failed += 1
            print("FAILED  %s (%.1f s):\n%s" % (case.__name__, time.monotonic() - began, traceback.format_exc()))
        sys.stdout.flush()
    print("%d passed, %d failed" % (len(cases) - failed, failed))
    sys.exit(1 if failed else 0)
