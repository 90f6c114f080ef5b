#!/usr/bin/env python3
"""What the console costs: time to the first frame, bytes to the terminal, CPU, wake-ups, memory.

    bench_console.py TOCSIN [--seconds N] [--runs N] [--check] [-- TARGET...]

The program runs in a pseudo-terminal of 100x30. Beside it, where they are installed, htop and btop
run the same way in the same run, since only figures of one run can be compared. With --check the exit
status is 1 where a stated bound is not met.
"""
import argparse
import fcntl
import os
import pty
import select
import shutil
import signal
import socket
import statistics
import struct
import sys
import tempfile
import termios
import time

SIZE = (30, 100)
FRAME_END = b"\x1b[?2026l"


class Child:
    """A program in a pseudo-terminal."""

    def __init__(self, argv, env):
        self.began = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe(argv[0], argv, env)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
        self.bytes = 0

    def read(self, timeout):
        ready, _, _ = select.select([self.fd], [], [], timeout)
        if not ready:
            return b""
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return None
        self.bytes += len(data)
        return data

    def drain(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.read(end - time.monotonic()) is None:
                break

    def stop(self):
        try:
            os.kill(self.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline:
            self.read(0.05)
            pid, _ = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                break
        else:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)

    def cpu_seconds(self):
        total = 0
        for task in os.listdir("/proc/%d/task" % self.pid):
            with open("/proc/%d/task/%s/schedstat" % (self.pid, task), encoding="ascii") as file:
                total += int(file.read().split()[0])
        return total / 1e9

    def wakeups(self):
        total = 0
        for task in os.listdir("/proc/%d/task" % self.pid):
            with open("/proc/%d/task/%s/status" % (self.pid, task), encoding="ascii") as file:
                for line in file:
                    if line.startswith("voluntary_ctxt_switches"):
                        total += int(line.split()[1])
        return total

    def memory_kib(self):
        """Resident, and of that what is the program's own: written to. Clean pages of libraries count
        as private only where nobody else happens to use the same library."""
        resident = private = 0
        with open("/proc/%d/smaps_rollup" % self.pid, encoding="ascii") as file:
            for line in file:
                words = line.split()
                if words[0] == "Rss:":
                    resident = int(words[1])
                elif words[0] == "Private_Dirty:":
                    private = int(words[1])
        return resident, private


def environment(home):
    env = dict(os.environ)
    env.update(TERM="xterm-256color", HOME=home, XDG_CONFIG_HOME=home, LC_ALL="C.UTF-8")
    env.pop("TOCSIN_CONFIG", None)
    env.pop("TMUX", None)
    return env


def first_output(argv, env, done):
    """Milliseconds from the fork until `done` is in what the program wrote, and its CPU time then."""
    child = Child(argv, env)
    seen = b""
    while done not in seen:
        data = child.read(5)
        if not data:
            raise SystemExit("%s wrote nothing like a first frame" % argv[0])
        seen += data
    ms = (time.monotonic() - child.began) * 1000
    cpu_ms = child.cpu_seconds() * 1000
    child.stop()
    return ms, cpu_ms


def first_frame(argv, env, runs):
    """Medians of several runs, in turn with a program that only writes a word and waits: what the
    harness itself takes."""
    word = ["/bin/sh", "-c", "echo harness; exec sleep 5"]
    rows = [first_output(argv, env, FRAME_END) + first_output(word, env, b"harness")[:1]
            for _ in range(runs)]
    return [statistics.median(column) for column in zip(*rows)]


def steady(argv, env, warm_up, seconds):
    child = Child(argv, env)
    child.drain(warm_up)
    began, bytes_before = time.monotonic(), child.bytes
    cpu, wakeups = child.cpu_seconds(), child.wakeups()
    child.drain(seconds)
    took = time.monotonic() - began
    result = {
        "bytes/s": (child.bytes - bytes_before) / took,
        "cpu %": (child.cpu_seconds() - cpu) / took * 100,
        "wake-ups/s": (child.wakeups() - wakeups) / took,
    }
    result["rss MiB"], result["private MiB"] = (kib / 1024 for kib in child.memory_kib())
    child.stop()
    return result


class Silent:
    """Accepts connections on the loopback address and says nothing."""

    def __enter__(self):
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(64)
        return "http://127.0.0.1:%d" % self.socket.getsockname()[1]

    def __exit__(self, *ignored):
        self.socket.close()


def main():
    words, targets = sys.argv[1:], ["host:"]
    if "--" in words:
        at = words.index("--")
        words, targets = words[:at], words[at + 1:]
    parser = argparse.ArgumentParser()
    parser.add_argument("tocsin")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--warm-up", type=float, default=4)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args(words)
    failures = []

    def bound(name, value, limit, unit):
        verdict = "" if value <= limit else "  NOT MET"
        print("%-44s %8.2f %-5s (bound %g)%s" % (name, value, unit, limit, verdict))
        if value > limit:
            failures.append(name)

    with tempfile.TemporaryDirectory() as home, Silent() as silent:
        env = environment(home)
        env["HOME"] = home
        here = [args.tocsin, "host:"]
        ms, cpu_ms, harness = first_frame(here, env, args.runs)
        bound("first frame, this host, median of %d" % args.runs, ms, 25, "ms")
        print("  CPU time of the program until then         %8.2f ms" % cpu_ms)
        print("  a shell that writes a word, same harness   %8.2f ms" % harness)
        bad = [args.tocsin, "http://127.0.0.1:1", silent]
        ms, _, _ = first_frame(bad, env, args.runs)
        bound("first frame, sources refused and silent", ms, 50, "ms")
        figures = steady([args.tocsin] + targets, env, args.warm_up, args.seconds)
        print("console on %s, 100x30, %g s:" % (" ".join(targets), args.seconds))
        for name, limit in (("bytes/s", 1000), ("cpu %", 0.5), ("wake-ups/s", 1.1),
                            ("rss MiB", 16), ("private MiB", 4)):
            bound("  " + name, figures[name], limit, "")
        for peer in (["htop", "-d", "10"], ["btop"], ["top", "-d", "1"]):
            if shutil.which(peer[0]) is None:
                print("%s: not installed" % peer[0])
                continue
            peers = steady(peer, env, args.warm_up, args.seconds)
            print("%-10s" % peer[0] + "".join("  %s %.2f" % pair for pair in peers.items()))
    return 1 if failures and args.check else 0


sys.exit(main())
