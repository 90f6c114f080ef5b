#!/usr/bin/env python3
"""The console on this machine, in tmux: sizes, keys, quitting, what it leaves behind."""
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from console import Console, expect, need, run_cases, wait_for, width  # noqa: E402

TOCSIN = sys.argv[1]
HOME = tempfile.mkdtemp(prefix="tocsin-home-")


def with_console(size, act, *targets):
    console = Console([TOCSIN] + list(targets or ["host:"]), size, HOME)
    try:
        act(console)
    finally:
        console.close()


def shows_this_host_at_every_size():
    for columns, rows in ((40, 12), (80, 24), (100, 30), (200, 50)):
        def act(console):
            console.wait(r"cpu.*\d%")
            screen = console.wait("memory")
            for line in screen.splitlines():
                expect(width(line) <= columns, "a line is wider than %d: %r" % (columns, line))
        with_console((columns, rows), act)


def nothing_is_too_small():
    def act(console):
        console.wait(r"cpu")
        for columns, rows in ((1, 1), (3, 2), (10, 5), (39, 7), (80, 24)):
            console.resize(columns, rows)
        console.wait(r"cpu.*\d%")
    with_console((80, 24), act)


def values_move():
    def act(console):
        console.wait(r"cpu.*\d%")
        seen = set()

        def check():
            body = console.screen().split("\n", 1)[1]
            seen.add(re.sub(r"\s+", " ", body))
            return len(seen) >= 3
        wait_for("other values than at first", check)
    with_console((80, 24), act)


def rules_that_select_nothing_say_so():
    path = os.path.join(HOME, "rules.yaml")
    with open(path, "w", encoding="ascii") as file:
        file.write("global: {interval: 1s}\nsources: [{name: here, host: {}}]\nservices:\n  - name: shop\n"
                   "    match: {job: here}\n    alerts: [nothing_like_it > 5, node_load1 < -1]\n")

    def act(console):
        console.wait(r"cpu.*\d%")
        console.keys("2")
        console.wait(r"(?s)No alerts, but 1 of \d+ rules cannot see what they watch\..*1 rule matches nothing")
        console.keys("r")
        console.wait(r"(?s)Rules  \d+ in all: 1 rule matches nothing.*NO DATA +ShopNothingLikeIt.*ok +ShopNodeLoad1.*"
                     r"note +matches nothing at 'local': nothing_like_it")
    with_console((100, 30), act, "-c", path)


def keys_do_what_the_table_says():
    def act(console):
        console.wait(r"cpu.*\d%")
        console.keys("?")
        console.wait(r"Keys ─")
        console.keys("q")
        console.wait(r"cpu.*\d%")
        console.keys("8")
        console.wait(r"Sources  1 of 1 healthy")
        console.keys("2")
        console.wait(r"Alerts.*\n.*\n.*(rules|nothing is known)")
        console.keys("9")
        console.wait(r"Silences")
        console.keys("1")
        console.wait(r"Overview")
        console.keys("Enter")
        console.wait(r"Overview > ")
        console.keys("q")
        console.wait_gone(r"Overview > ")
        console.keys("p")
        console.wait(r"PAUSED")
        console.keys("p")
        console.wait(r"LIVE")
        console.keys("-")
        console.wait(r"LIVE 3h")
        console.keys("+")
        console.wait(r"LIVE 1h")
        console.keys("/")
        console.type("memory")
        console.keys("Enter")
        console.wait_gone(r"^.{0,12}\S+ +swap")
        console.wait(r"memory")
        console.keys("q")
        console.wait(r"swap")
    with_console((100, 30), act)


def quitting_gives_the_terminal_back():
    def act(console):
        console.wait(r"cpu.*\d%")
        console.keys("q")
        screen = console.wait(r"ended with 0")
        expect("cpu" not in screen, "the screen was left behind:\n" + screen)
    with_console((80, 24), act)


def a_signal_ends_it_and_gives_the_terminal_back():
    def act(console):
        console.wait(r"cpu.*\d%")
        shell = console.tmux("display", "-p", "#{pane_pid}").strip()
        with open("/proc/%s/task/%s/children" % (shell, shell), encoding="ascii") as file:
            child = int(file.read().split()[0])
        os.kill(child, 15)
        console.wait(r"ended with 0")
    with_console((80, 24), act)


def unreachable_addresses_leave_the_screen_at_once():
    def act(console):
        console.wait(r"127.0.0.1:1\b")
        console.keys("8")
        console.wait(r"0 of 1 healthy")
        console.wait(r"refused")
        console.keys("q")
        console.keys("q")
        console.wait(r"ended with 0")
    with_console((100, 30), act, "http://127.0.0.1:1")


RULES = """groups:
  - name: here
    interval: 1s
    rules:
      - alert: AlwaysHere
        expr: node_memory_MemTotal_bytes > 1
        labels: {severity: critical}
        annotations: {runbook_url: "https://runbooks.example.org/memory"}
      - alert: NeverThere
        expr: no_such_metric_at_all > 1
"""


def alerts_are_acknowledged_and_silenced():
    def act(console):
        console.wait(r"CRIT 1.*unacked 1")
        console.keys("2")
        console.wait(r">. AlwaysHere .*FIRING +nobody")
        console.wait(r"^. https://runbooks.example.org/memory")
        console.keys("a")
        console.wait(r"ack AlwaysHere as op1, note: _")
        console.type("mine, I think")
        console.keys("Enter")
        console.wait(r"AlwaysHere .*ACKED +op1: mine")
        console.wait(r"CRIT 1.*unacked 0")
        console.keys("u")
        console.wait(r"AlwaysHere .*FIRING +nobody")
        console.keys("s")
        console.wait(r"Silence AlwaysHere")
        console.keys("Enter")
        console.type("a test")
        console.keys("C-s")
        console.wait(r"AlwaysHere .*SILENCED +op1 until")
        console.wait(r"CRIT 0.*sil 1")
        console.keys("9")
        console.wait(r'ACTIVE alertname="AlwaysHere".*a test')
        console.keys("x")
        console.wait(r"end the silence .* now\?")
        console.keys("y")
        console.wait(r"CRIT 1.*unacked 1")
        console.keys("r")
        console.wait(r"1 rule matches nothing")
        console.wait(r"NO DATA +NeverThere ")
        console.wait(r"note +matches nothing at 'local': no_such_metric_at_all")
        console.keys("Q")
        console.wait(r"ended with 0")
    with tempfile.TemporaryDirectory(prefix="tocsin-rules-") as folder:
        config = os.path.join(folder, "tocsin.yaml")
        with open(os.path.join(folder, "rules.yml"), "w", encoding="utf-8") as file:
            file.write(RULES)
        with open(config, "w", encoding="utf-8") as file:
            file.write("sources:\n  - host: {}\n    name: here\n    interval: 1s\nrule_files: [rules.yml]\n")
        console = Console(["env", "TOCSIN_USER=op1", TOCSIN, "-c", config,
                           "--state", os.path.join(folder, "state"),
                           "--socket", os.path.join(folder, "socket")], (120, 30), HOME)
        try:
            act(console)
        finally:
            console.close()


need("tmux")
run_cases([shows_this_host_at_every_size, nothing_is_too_small, values_move, rules_that_select_nothing_say_so,
           keys_do_what_the_table_says, quitting_gives_the_terminal_back,
           a_signal_ends_it_and_gives_the_terminal_back,
           unreachable_addresses_leave_the_screen_at_once,
           alerts_are_acknowledged_and_silenced])
