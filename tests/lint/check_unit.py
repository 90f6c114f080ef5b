#!/usr/bin/env python3
"""Has systemd look at the service: that it is understood, how exposed it is, and that nothing hides from
the source `host` what it reads.

    check_unit.py SYSTEMD-ANALYZE UNIT TOCSIN
"""
import os
import re
import subprocess
import sys
import tempfile

# What systemd-analyze calls "OK" ends at 4.9; the best that this program can have is near 1.
MAX_EXPOSURE = 1.9
# setting: why it stays away
FORBIDDEN = {
    "ProtectProc": "the mounts of process 1 are read",
    "ProcSubset": "the counters of the whole system are read",
    "PrivateNetwork": "sources are asked over the network",
}
analyze, unit, tocsin = sys.argv[1:]
problems = []


def run(*words):
    env = dict(os.environ, SYSTEMD_PAGER="cat", SYSTEMD_COLORS="0", LC_ALL="C")
    done = subprocess.run((analyze,) + words, check=False, env=env, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, encoding="utf-8", timeout=250)
    return done.returncode, done.stdout


with open(unit, encoding="utf-8") as file:
    text = file.read()
for line in text.splitlines():
    setting = line.split("=")[0]
    if setting in FORBIDDEN:
        problems.append("%s: %s" % (setting, FORBIDDEN[setting]))

with tempfile.TemporaryDirectory(prefix="tocsin-unit-") as folder:
    # It is not installed where it says.
    here = os.path.join(folder, "tocsin.service")
    with open(here, "w", encoding="utf-8") as file:
        file.write(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=" + os.path.abspath(tocsin), text))
    status, said = run("verify", "--man=no", "--recursive-errors=no", here)
    about_it = [line for line in said.splitlines() if "tocsin" in line]
    if status != 0 or about_it:
        problems.append("verify: status %d\n%s" % (status, said))
    status, said = run("security", "--offline=true", "--no-pager", here)
    exposure = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)
    if exposure is None:
        problems.append("security: status %d\n%s" % (status, said))
    elif float(exposure.group(1)) > MAX_EXPOSURE:
        problems.append("exposure %s, more than %s\n%s" % (exposure.group(1), MAX_EXPOSURE, said))
    else:
        print("exposure " + exposure.group(1))

for problem in problems:
    print(problem)
sys.exit(1 if problems else 0)
