"""Holds the source `host` against the real node_exporter on the same machine.

usage: host_against_node_exporter.py DUMP_HOST

The exporter is asked before and after our own poll. Every series of a family that both give must
be there in both, with the same labels; a value must lie between the two of the exporter, or, for a
gauge that wanders (free memory, load), near them. Exit status 77 where there is no node_exporter.
"""

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from console import WAIT_S, free_port  # noqa: E402

EXPORTER = shutil.which("prometheus-node-exporter") or shutil.which("node_exporter")

TRIES = 10

# What is ours alone or theirs alone on purpose, by version or by packager (Debian's build leaves out
# the loopback interface and mounts under /run, /mnt and /media; we do as the original does), and
# speeds that are unknown (-1), which later versions leave out.
OURS_ALONE = re.compile(
    r'node_network_(receive|transmit)_\w+\{device="lo"\}'
    r'|node_filesystem_\w+\{.*mountpoint="/(run|mnt|media)[/"]'
    r"|node_netstat_TcpExt_(TCPOFOQueue|TCPRcvQDrop) "
    r"|node_pressure_irq_stalled_seconds_total "
)
THEIRS_ALONE = re.compile(
    r'node_disk_\w+\{device="zram\d+"'
    r"|node_network_speed_bytes\S* -"
    r"|node_network_receive_nohandler_total"
)
# What the exporter gives of these collectors, we give, too.
PROMISED = re.compile(
    r"node_(cpu_(guest_)?seconds|load|memory|vmstat|disk|filesystem|netstat|sockstat|pressure|filefd)"
    r"|node_nf_conntrack_entries|node_network_(receive|transmit|up|mtu|speed)|node_uname_info"
    r"|node_(boot_time_seconds|context_switches_total|forks_total|intr_total|procs_|time_seconds)"
)
NOT_PROMISED = re.compile(r"node_disk_info|node_network_transmit_queue_length|node_network_receive_nohandler")
# Gauges that move with what the machine does; how far from the exporter's two values they may be.
WANDERING = re.compile(
    r"node_(memory|load|procs|filefd|sockstat|nf_conntrack|netstat_Tcp_CurrEstab|disk_io_now)"
    r"|node_filesystem_(free|avail|files_free)"
)


def fetch(port, deadline_s):
    end = time.monotonic() + deadline_s
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
                return answer.read().decode()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def parse(page):
    series = {}
    for line in page.splitlines():
        if line.startswith("node_"):
            name, value = line.rsplit(" ", 1)
            series[name] = float(value)
    return series


def family(name):
    return name.split("{")[0]


def agrees(name, ours, before, after):
    low, high = min(before, after), max(before, after)
    slack = abs(high) * 1e-12
    if WANDERING.match(name):
        slack = max(abs(high) * 0.25, 64, 256 * 1024 * 1024 if "bytes" in name else 0)
    return low - slack <= ours <= high + slack


def compare(ours, before, after):
    theirs = {name: value for name, value in after.items() if name in before}
    families = {family(n) for n in ours} & {family(n) for n in theirs}
    complaints = []
    both = 0
    for name in sorted(set(ours) | set(theirs)):
        if family(name) not in families:
            continue
        if name not in ours:
            if not THEIRS_ALONE.match(f"{name} {theirs[name]}"):
                complaints.append(f"only the exporter has {name} {theirs[name]}")
        elif name not in theirs:
            if not OURS_ALONE.match(f"{name} "):
                complaints.append(f"only we have {name} {ours[name]}")
        else:
            both += 1
            if not agrees(name, ours[name], before[name], after[name]):
                complaints.append(f"{name}: {ours[name]} here, {before[name]} .. {after[name]} there")
    given = {family(n) for n, v in theirs.items() if not THEIRS_ALONE.match(f"{n} {v}")}
    for missing in sorted(given - families):
        if PROMISED.match(missing) and not NOT_PROMISED.match(missing):
            complaints.append(f"we have no {missing}")
    extra = {family(n) for n in ours if not OURS_ALONE.match(n + " ")} - families
    complaints += [f"the exporter has no {f}" for f in sorted(extra)]
    return both, len(families), complaints


def main():
    if EXPORTER is None:
        print("skipped: no node_exporter is installed")
        return 77
    port = free_port()
    exporter = subprocess.Popen(
        [EXPORTER, f"--web.listen-address=127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        fetch(port, WAIT_S)
        # A device that comes or goes in between is not our fault, nor a machine under changing load.
        for _ in range(TRIES):
            before = parse(fetch(port, WAIT_S))
            dump = subprocess.run([sys.argv[1]], stdout=subprocess.PIPE, check=True, text=True)
            after = parse(fetch(port, WAIT_S))
            both, families, complaints = compare(parse(dump.stdout), before, after)
            if not complaints:
                break
    finally:
        exporter.terminate()
        exporter.wait()
    print(f"{both} series in {families} families agree but for {len(complaints)}")
    for line in complaints:
        print("  " + line)
    return 1 if complaints or both < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
