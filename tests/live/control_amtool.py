#!/usr/bin/env python3
"""Alertmanager's own client against tocsin's API: amtool reads alerts and silences, makes one and is refused one.
Where $TOCSIN_SHARED has Alertmanager's description of its API, the answers are held against that, too.

usage: control_amtool.py FAKE_ENGINE
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from console import expect, run_cases  # noqa: E402
from servers import program  # noqa: E402

AMTOOL = program("amtool")
FOLDER = tempfile.mkdtemp(prefix="tocsin-live-")
RECORD = os.path.join(FOLDER, "record")
DESCRIPTION = os.path.join(os.environ.get("TOCSIN_SHARED", "../shared"), "conformance/alertmanager/openapi.yaml")


def amtool(*argv):
    done = subprocess.run([AMTOOL, "--alertmanager.url=" + URL, *argv], check=False, capture_output=True,
                          encoding="utf-8", cwd=FOLDER, env={**os.environ, "HOME": FOLDER})
    return done.returncode, done.stdout, done.stderr


def record():
    with open(RECORD, encoding="utf-8") as file:
        return file.read()


def alerts_are_read():
    status, out, err = amtool("alert", "query", "-o", "json")
    expect(status == 0, err)
    alerts = json.loads(out)
    expect([a["labels"]["alertname"] for a in alerts] == ["Slow", "Acked", "Lost"], out)
    expect(all(a["status"]["state"] == "active" for a in alerts), out)
    status, out, err = amtool("alert", "query", "-o", "json", "--silenced")
    expect(status == 0 and [a["labels"]["alertname"] for a in json.loads(out)] == ["Hushed"], out + err)
    status, out, err = amtool("alert", "query", "-o", "json", "service=~c.*", "alertname!=Slow")
    expect(status == 0 and [a["labels"]["alertname"] for a in json.loads(out)] == ["Acked"], out + err)


def silences_are_made():
    status, out, err = amtool("silence", "add", "--author=amy", "--comment=because", "--duration=2h",
                              "service=~check.*|cart", "alertname!=Lost")
    expect(status == 0 and len(out.strip()) == 36, out + err)
    expect('silence=service=~"check.*|cart", alertname!="Lost" comment=because' in record(), record())


def silences_are_ended():
    status, out, err = amtool("silence", "expire", "id-1")
    expect(status == 0, out + err)
    expect("expire alert=0 by=somebody over the network" in record(), record())


def silences_are_refused_in_words():
    status, out, err = amtool("silence", "add", "--author=amy", "--comment=because", "alertname=~.*")
    expect(status != 0 and "would hide every alert" in err, out + err)
    status, out, err = amtool("alert", "add", "Foo")
    expect(status != 0, out + err)


def check(value, schema, definitions, where):
    """As much of OpenAPI 2 as the description uses."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rsplit("/", 1)[-1]]
    for part in schema.get("allOf", []):
        check(value, part, definitions, where)
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool}
    if schema.get("type") in kinds:
        expect(isinstance(value, kinds[schema["type"]]), "%s is no %s: %r" % (where, schema["type"], value))
    if "enum" in schema:
        expect(value in schema["enum"], "%s is %r" % (where, value))
    for name in schema.get("required", []):
        expect(name in value, "%s has no '%s'" % (where, name))
    for name, part in schema.get("properties", {}).items():
        if name in value:
            check(value[name], part, definitions, where + "." + name)
    if "additionalProperties" in schema:
        for name, item in value.items():
            check(item, schema["additionalProperties"], definitions, where + "." + name)
    if "items" in schema:
        for item in value:
            check(item, schema["items"], definitions, where + "[]")


def answers_are_as_described():
    if not os.path.exists(DESCRIPTION):
        print("not held against the description of the API: it is not here")
        return
    import yaml
    with open(DESCRIPTION, encoding="utf-8") as file:
        definitions = yaml.safe_load(file)["definitions"]
    for path, name, least in (("alerts", "gettableAlerts", 4), ("silences", "gettableSilences", 1),
                              ("status", "alertmanagerStatus", 1), ("silence/id-1", "gettableSilence", 1)):
        with urllib.request.urlopen(URL + "/api/v2/" + path) as answer:
            value = json.load(answer)
        expect(len(value) >= least, path)
        check(value, {"$ref": name}, definitions, path)


ENGINE = subprocess.Popen([sys.argv[1], os.path.join(FOLDER, "sock"), RECORD, "many"], stdout=subprocess.PIPE,
                          encoding="utf-8")
try:
    URL = "http://127.0.0.1:%d" % int(ENGINE.stdout.readline().split()[1])
    run_cases([alerts_are_read, silences_are_made, silences_are_ended, silences_are_refused_in_words,
               answers_are_as_described])
finally:
    ENGINE.kill()
    ENGINE.wait()
    shutil.rmtree(FOLDER, ignore_errors=True)
