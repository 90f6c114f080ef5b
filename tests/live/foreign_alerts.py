#!/usr/bin/env python3
"""Alerts of a real Prometheus' own rules and of the real Alertmanager it tells, as tocsin's sources report
them; silences made and ended there.

usage: foreign_alerts.py DUMP_FOREIGN
"""
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from console import WAIT_S, Server, expect, run_cases, wait_for  # noqa: E402
from servers import ask, at_a_free_port, program  # noqa: E402

DUMP = sys.argv[1]
PROMETHEUS_PROGRAM = program("prometheus")
ALERTMANAGER_PROGRAM = program("prometheus-alertmanager", "alertmanager")
FOLDER = tempfile.mkdtemp(prefix="tocsin-live-")

RULES = """
groups:
  - name: live
    rules:
      - alert: Loud
        expr: up + 41
        labels: { severity: critical, text: 'a"b\\\\c <ü>' }
        annotations: { summary: 'value {{ $value }} of {{ $labels.job }}' }
      - alert: Quiet
        expr: up == 1
        labels: { severity: warning }
      - alert: Waiting
        expr: vector(0.5)
        for: 90m
      - alert: Never
        expr: up == 7
      - record: job:up:sum
        expr: sum by (job) (up)
"""
INHIBIT = """
route: { receiver: nobody, group_wait: 1s }
receivers: [ { name: nobody } ]
inhibit_rules:
  - { source_matchers: [severity = critical], target_matchers: [severity = warning], equal: [instance] }
"""


def write(name, text):
    path = os.path.join(FOLDER, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def start_alertmanager(port):
    address = "127.0.0.1:%d" % port
    server = Server([ALERTMANAGER_PROGRAM, "--config.file=" + write("am.yml", INHIBIT),
                     "--web.listen-address=" + address, "--cluster.listen-address=",
                     "--storage.path=" + os.path.join(FOLDER, "am-%d" % port)],
                    "http://%s/-/ready" % address, FOLDER, "alertmanager-%d" % port)
    server.address = address
    server.root = "http://" + address
    return server


def start_prometheus(port):
    address = "127.0.0.1:%d" % port
    config = write("prometheus.yml", """
global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
rule_files: [ %s ]
alerting: { alertmanagers: [ { static_configs: [ { targets: ['%s'] } ] } ] }
scrape_configs: [ { job_name: self, static_configs: [ { targets: ['%s'] } ] } ]
""" % (write("rules.yml", RULES), ALERTMANAGER.address, address))
    server = Server([PROMETHEUS_PROGRAM, "--config.file=" + config, "--web.listen-address=" + address,
                     "--storage.tsdb.path=" + os.path.join(FOLDER, "data-%d" % port)],
                    "http://%s/-/ready" % address, FOLDER, "prometheus-%d" % port)
    server.root = "http://" + address
    return server


def dump(kind, server, *words):
    """What the source reports, and the line of a change before it."""
    done = subprocess.run([DUMP, kind, server.root, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8", timeout=WAIT_S)
    lines = done.stdout.splitlines()
    if done.returncode != 0:
        return None, done.stderr.strip()
    report = json.loads(lines[-1])
    expect(report["problem"] is None, "a problem: %s" % report["problem"])
    return report, lines[0] if len(lines) > 1 else None


def named(report, name):
    found = [alert for alert in report["alerts"] if alert["labels"]["alertname"] == name]
    return found[0] if found else None


def api(path):
    with urllib.request.urlopen(ALERTMANAGER.root + "/api/v2" + path, timeout=WAIT_S) as response:
        return json.load(response)


def milliseconds(text):
    """Of a time as servers write it, with more digits than ours."""
    head, _, digits = text.rstrip("Z").partition(".")
    return "%s.%sZ" % (head, (digits + "000")[:3])


def alerts_of_the_servers_own_rules():
    report, _ = dump("prometheus", PROMETHEUS)
    theirs = ask(PROMETHEUS, "alerts")["data"]["alerts"]
    expect(len(report["alerts"]) == len(theirs) == 3, "%s\n%s" % (report, theirs))
    for alert in theirs:
        mine = named(report, alert["labels"]["alertname"])
        expect(mine["labels"] == alert["labels"], "%s\n%s" % (mine, alert))
        expect(mine["annotations"] == alert["annotations"], "%s\n%s" % (mine, alert))
        expect(mine["state"] == alert["state"], "%s\n%s" % (mine, alert))
        expect(mine["value"] == float(alert["value"]), "%s\n%s" % (mine, alert))
        expect(mine["startsAt"] == milliseconds(alert["activeAt"]), "%s\n%s" % (mine, alert))
    waiting = named(report, "Waiting")
    expect(waiting["for"] == 90 * 60 * 1000 and waiting["state"] == "pending", str(waiting))
    expect(waiting["expr"] == "vector(0.5)" and waiting["group"] == "live", str(waiting))
    expect(report["silences"] == [], "silences of a server that has none")


def alerts_of_the_alertmanager():
    def both():
        report, problem = dump("alertmanager", ALERTMANAGER)
        expect(report, problem)
        quiet = named(report, "Quiet")
        return report if named(report, "Loud") and quiet and quiet["state"] == "suppressed" else None
    report = wait_for("both alerts are there, one inhibited", both)
    theirs = {alert["labels"]["alertname"]: alert for alert in api("/alerts")}
    expect(sorted(theirs) == ["Loud", "Quiet"], str(theirs))
    for name, alert in theirs.items():
        mine = named(report, name)
        expect(mine["labels"] == alert["labels"], "%s\n%s" % (mine, alert))
        expect(mine["annotations"] == alert["annotations"], "%s\n%s" % (mine, alert))
        expect(mine["fingerprint"] == alert["fingerprint"], "%s\n%s" % (mine, alert))
        expect(mine["startsAt"] == milliseconds(alert["startsAt"]), "%s\n%s" % (mine, alert))
        expect(mine["receivers"] == ["nobody"], str(mine))
    expect(named(report, "Loud")["state"] == "firing", str(report))
    expect(named(report, "Quiet")["inhibitedBy"] == [theirs["Loud"]["fingerprint"]], str(report))


def silence_is_made_and_ended_there():
    report, made = dump("alertmanager", ALERTMANAGER, "put", "alertname", "Loud", "3600")
    expect(report, made)
    there = api("/silence/" + made)
    expect(there["status"]["state"] == "active", str(there))
    expect(there["comment"] == "über <all>" and there["createdBy"] == 'live "test"', str(there))
    expect(there["matchers"] == [{"isEqual": True, "isRegex": False, "name": "alertname", "value": "Loud"}], str(there))
    starts, ends = (datetime.datetime.fromisoformat(milliseconds(there[key]).replace("Z", "+00:00"))
                    for key in ("startsAt", "endsAt"))
    expect(3590 <= (ends - starts).total_seconds() <= 3600, str(there))

    def silenced():
        now, problem = dump("alertmanager", ALERTMANAGER)
        expect(now, problem)
        return now if named(now, "Loud")["silencedBy"] == [made] else None
    report = wait_for("the alert is silenced", silenced)
    expect(named(report, "Loud")["state"] == "suppressed", str(report))
    mine = [silence for silence in report["silences"] if silence["id"] == made]
    expect(len(mine) == 1 and mine[0]["matchers"] == "alertname=Loud" and mine[0]["state"] == 1, str(report))
    expect(mine[0]["endsAt"] == milliseconds(there["endsAt"]), "%s\n%s" % (mine, there))

    report, ended = dump("alertmanager", ALERTMANAGER, "expire", made)
    expect(report and ended == made, ended)
    expect(api("/silence/" + made)["status"]["state"] == "expired", "it has not ended")
    mine = [silence for silence in report["silences"] if silence["id"] == made]
    expect(mine[0]["state"] == 2, str(report))
    wait_for("the alert is loud again", lambda: named(dump("alertmanager", ALERTMANAGER)[0], "Loud")["silencedBy"] == [])


def refusals_are_told():
    _, problem = dump("alertmanager", ALERTMANAGER, "expire", "00000000-0000-0000-0000-000000000000")
    expect("there is no silence '00000000" in problem, problem)
    _, problem = dump("alertmanager", ALERTMANAGER, "put", "alertname", "", "60")
    expect("400" in problem, problem)
    _, problem = dump("alertmanager", ALERTMANAGER, "put", "alertname", "x", "-60")
    expect("400" in problem and "end" in problem.lower(), problem)


def an_alertmanager_is_no_prometheus():
    report, problem = dump("alertmanager", PROMETHEUS)
    expect(report is None and "404" in problem, "%s %s" % (report, problem))


ALERTMANAGER = at_a_free_port(start_alertmanager)
PROMETHEUS = None
try:
    PROMETHEUS = at_a_free_port(start_prometheus)
    wait_for("three alerts are active", lambda: len(ask(PROMETHEUS, "alerts")["data"]["alerts"]) == 3)
    run_cases([alerts_of_the_servers_own_rules, alerts_of_the_alertmanager, silence_is_made_and_ended_there,
               refusals_are_told, an_alertmanager_is_no_prometheus])
finally:
    for server in (PROMETHEUS, ALERTMANAGER):
        if server:
            server.stop()
    shutil.rmtree(FOLDER, ignore_errors=True)
