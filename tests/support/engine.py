"""The engine without a terminal, and its API over the unix socket."""
import calendar
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.parse

from console import clean_environment, expect, wait_for

PATIENCE_S = 60  # of one answer of the API


class Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("tocsin", timeout=PATIENCE_S)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(PATIENCE_S)
        self.sock.connect(self.path)


def seconds(text):
    """Of a time as the API writes it, or 0 where there is none."""
    if not text or text.startswith("0001-"):
        return 0
    head, _, part = text.rstrip("Z").partition(".")
    return calendar.timegm(time.strptime(head, "%Y-%m-%dT%H:%M:%S")) + float("0." + (part or "0"))


class Engine:
    """Its configuration, state and socket are in `folder`."""

    def __init__(self, tocsin, folder, config):
        self.tocsin = tocsin
        self.folder = folder
        self.config = os.path.join(folder, "tocsin.yaml")
        self.socket = os.path.join(folder, "tocsin.sock")
        self.log_path = os.path.join(folder, "tocsin.log")
        self.process = None
        self.write(config)
        self.start()

    def write(self, config):
        """In one step, as editors do it."""
        with open(self.config + ".new", "w", encoding="utf-8") as file:
            file.write(config)
        os.replace(self.config + ".new", self.config)

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [self.tocsin, "--headless", "-c", self.config, "--state", os.path.join(self.folder, "state"),
                 "--socket", self.socket], env=clean_environment(self.folder), stderr=log)
        wait_for("the engine answers", self.answers)

    def answers(self):
        expect(self.process.poll() is None, "the engine ended:\n" + self.log())
        try:
            return self.get("/api/tocsin/v1/status")
        except OSError:
            return None

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def ask(self, method, path, body=None, **parameters):
        connection = Connection(self.socket)
        try:
            if parameters:
                path += "?" + urllib.parse.urlencode(parameters)
            connection.request(method, path, json.dumps(body) if body is not None else None)
            answer = connection.getresponse()
            text = answer.read().decode()
            expect(answer.status < 300, "%s %s: %d %s" % (method, path, answer.status, text))
            return json.loads(text)
        finally:
            connection.close()

    def get(self, path, **parameters):
        return self.ask("GET", path, **parameters)

    def alerts(self, name=None, **labels):
        """As the API's own list has them; also those that are resolved."""
        wanted = dict(labels, **({"alertname": name} if name else {}))
        return [alert for alert in self.get("/api/tocsin/v1/alerts")["alerts"]
                if wanted.items() <= alert["labels"].items()]

    def alert(self, name, **labels):
        found = self.alerts(name, **labels)
        expect(len(found) <= 1, "more than one: %r" % found)
        return found[0] if found else None

    def state(self, name, **labels):
        found = self.alert(name, **labels)
        return found["state"] if found else "inactive"

    def transitions(self, name, **labels):
        """The oldest first; from one state to the next."""
        wanted = ['%s="%s"' % pair for pair in labels.items()]
        found = [t for t in self.get("/api/tocsin/v1/transitions", limit=10000)["transitions"]
                 if t["alertname"] == name and all(one in t["labels"] for one in wanted)]
        return found[::-1]

    def rules(self):
        return [dict(rule, group=group["name"]) for group in self.get("/api/v1/rules")["data"]["groups"]
                for rule in group["rules"]]

    def evaluated(self, name):
        return max(seconds(rule["lastEvaluation"]) for rule in self.rules() if rule["name"] == name)

    def evaluations(self, name, count):
        """Waits until so many more have ended, after the one that may be under way."""
        seen = {self.evaluated(name)}

        def more():
            seen.add(self.evaluated(name))
            return len(seen) > count + 1
        wait_for("%d evaluations of %s" % (count, name), more)

    def reload(self, config):
        before = len(re.findall("event=reload file=", self.log()))
        self.write(config)
        self.process.send_signal(signal.SIGHUP)
        wait_for("the configuration is read anew",
                 lambda: len(re.findall("event=reload file=", self.log())) > before)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
