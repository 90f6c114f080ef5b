"""A headless tocsin over a scripted exporter, asked over its socket; for tests of what it keeps."""
import http.client
import http.server
import json
import os
import socket
import subprocess
import threading
import time

from console import WAIT_S, clean_environment


class Exporter:
    """Serves `values` (series to number) as a page; with `silent`, an error."""

    def __init__(self):
        self.values = {}
        self.silent = False
        exporter = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = "".join("%s %s\n" % pair for pair in sorted(exporter.values.items())).encode()
                self.send_response(500 if exporter.silent else 200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                try:
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # whoever asked was killed

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = "http://127.0.0.1:%d/metrics" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Gone(Exception):
    """There is no answer: it is not there, or went while it was asked."""


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("tocsin", timeout=WAIT_S)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Engine:
    """One life of a tocsin: from its start until it is killed or stopped."""

    def __init__(self, tocsin, config, state, socket_path, log, environment=None, before=()):
        self.socket_path = socket_path
        self.log_path = log
        env = clean_environment(os.path.dirname(config))
        env.update(environment or {})
        with open(log, "ab") as out:
            self.process = subprocess.Popen([*before, tocsin, "--headless", "-c", config, "--state", state,
                                             "--socket", socket_path], env=env, stdout=out, stderr=out,
                                            stdin=subprocess.DEVNULL)

    def ask(self, method, path, body=None):
        """Status and answer; Gone where there is none."""
        connection = UnixConnection(self.socket_path)
        try:
            connection.request(method, path, None if body is None else json.dumps(body),
                               {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Gone(str(error)) from None
        finally:
            connection.close()

    def get(self, path):
        status, answer = self.ask("GET", path)
        if status != 200:
            raise AssertionError("GET %s: %d %s" % (path, status, answer))
        return answer

    def until_it_answers(self, path="/api/tocsin/v1/alerts"):
        end = time.monotonic() + WAIT_S
        while True:
            try:
                return self.get(path)
            except Gone:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise AssertionError("it does not answer (status %s):\n%s" %
                                         (self.process.poll(), self.log())) from None
            time.sleep(0.005)

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(WAIT_S)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.process.returncode
