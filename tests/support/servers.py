"""Real servers for the live tests: on free loopback ports, their data in the test's folder."""
import json
import os
import shutil
import urllib.error
import urllib.parse
import urllib.request

from console import Server, free_port, skip, wait_for


def program(*names):
    """The first of the names that is installed; otherwise the test is skipped."""
    for name in names:
        path = shutil.which(name)
        if path:
            return path
    return skip("'%s' is not installed" % names[0])


PORTS = 5  # tried where somebody takes a free one first


def at_a_free_port(start):
    for _ in range(PORTS - 1):
        try:
            return start(free_port())
        except AssertionError as error:
            if "address already in use" not in str(error):
                raise
    return start(free_port())


def start_exporter(folder, port=None):
    if port is None:
        return at_a_free_port(lambda chosen: start_exporter(folder, chosen))
    address = "127.0.0.1:%d" % port
    server = Server([program("prometheus-node-exporter", "node_exporter"), "--web.listen-address=" + address],
                    "http://%s/metrics" % address, folder, "exporter-%d" % port)
    server.port = port
    server.address = address
    return server


def start_prometheus(folder, targets):
    """A Prometheus that scrapes itself and `targets` (name to address) every second."""
    server = at_a_free_port(lambda port: start_prometheus_at(folder, targets, port))
    wait_for("Prometheus has data of all its targets", lambda: up(server) == 1 + len(targets))
    return server


def start_prometheus_at(folder, targets, port):
    address = "127.0.0.1:%d" % port
    config = "global: { scrape_interval: 1s, scrape_timeout: 1s }\nscrape_configs:\n"
    for name, target in {"prometheus": address, **targets}.items():
        config += "  - job_name: %s\n    static_configs: [{ targets: ['%s'] }]\n" % (name, target)
    return run_prometheus(folder, config, port)


def run_prometheus(folder, config, port):
    """One with this configuration. Its data stays, for the next one on this port."""
    address = "127.0.0.1:%d" % port
    path = os.path.join(folder, "prometheus-%d.yml" % port)
    with open(path, "w", encoding="utf-8") as file:
        file.write(config)
    server = Server([program("prometheus"), "--config.file=" + path, "--web.listen-address=" + address,
                     "--storage.tsdb.path=" + os.path.join(folder, "data-%d" % port)],
                    "http://%s/-/ready" % address, folder, "prometheus-%d" % port)
    server.port = port
    server.address = address
    server.root = "http://" + address
    return server


def ask(server, endpoint, **parameters):
    """The server's own answer, as it parses."""
    url = "%s/api/v1/%s?%s" % (server.root, endpoint, urllib.parse.urlencode(parameters))
    try:
        with urllib.request.urlopen(url, timeout=60) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        return json.load(error)


def up(server):
    """How many targets the server scrapes with success."""
    result = ask(server, "query", query="sum(up)")["data"]["result"]
    return int(float(result[0]["value"][1])) if result else 0
