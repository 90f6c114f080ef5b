#!/usr/bin/env python3
"""The command line without a terminal: answers, exit statuses, messages."""
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from console import clean_environment, expect, run_cases  # noqa: E402

TOCSIN = os.path.abspath(sys.argv[1])
HOME = tempfile.mkdtemp(prefix="tocsin-home-")


def write(name, text):
    path = os.path.join(HOME, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def tocsin(*words, status=0, given=""):
    done = subprocess.run((TOCSIN,) + words, check=False, input=given,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                          env=clean_environment(HOME), timeout=150)
    expect(done.returncode == status, "tocsin %s: status %d instead of %d\n%s%s" %
           (" ".join(words), done.returncode, status, done.stdout, done.stderr))
    return done.stdout, done.stderr


SAMPLES = """requests_total{code="200"} 0 0
requests_total{code="200"} 60 60
requests_total{code="200"} 120 120
gone 5 0
gone StaleNaN 60
# EOF
"""


def version_and_help():
    out, _ = tocsin("--version")
    expect(out.startswith("tocsin 0.") and "libcurl" in out, out)
    for words in (("--help",), ("help",), ("query", "--help"), ("check", "-h"), ("keys", "-h")):
        out, _ = tocsin(*words)
        expect("Usage: tocsin" in out and "Options:" in out, out)


def query_of_a_file():
    path = write("samples.om", SAMPLES)
    out, _ = tocsin("query", "--load", path, "rate(requests_total[2m])", "--format", "json")
    answer = json.loads(out)
    expect(answer["status"] == "success" and answer["data"]["resultType"] == "vector", out)
    point = answer["data"]["result"][0]
    expect(point["metric"] == {"code": "200"}, out)
    expect(point["value"][0] == 120 and abs(float(point["value"][1]) - 1) < 1e-9, out)
    out, _ = tocsin("query", "--load", path, "gone", "--time", "30")
    expect(out.split() == ["5", "gone"], out)
    out, err = tocsin("query", "--load", path, "gone", "--time", "90")
    expect(out == "" and "no data at 1970-01-01T00:01:30Z" in err, out + err)
    out, _ = tocsin("query", "--load", path, "requests_total", "--start", "0", "--end", "120",
                    "--step", "1m", "--format", "csv")
    expect(len(out.splitlines()) == 4 and '"requests_total{code=""200""}"' in out, out)


def query_of_a_unit_test_file():
    path = write("rules_test.yml", "evaluation_interval: 1m\ntests:\n  - interval: 1m\n"
                 "    input_series:\n      - series: 'up{job=\"a\"}'\n        values: '1 1 0 _ 1'\n")
    out, _ = tocsin("query", "--load", path, "sum_over_time(up[10m])", "-f", "json")
    expect(json.loads(out)["data"]["result"][0]["value"] == [240, "3"], out)


def several_files_and_standard_input():
    first = write("first.txt", "a 5 120000\na 3 60000\n")
    second = write("second.om", "a 1 0\nb 2 180\n# EOF\n")
    out, _ = tocsin("query", "--load", first, "--load", second, "a[10m]", "-f", "json")
    expect(json.loads(out)["data"]["result"][0]["values"] == [[0, "1"], [60, "3"], [120, "5"]], out)
    out, _ = tocsin("query", "--load", "-", "a + 1", given="a 5 120\n")
    expect(out == "6\n", out)
    _, err = tocsin("query", "--load", "-", "a", given="a 5 120\nb 3x 60\n", status=65)
    expect("<stdin>:2:3: error: expected a value" in err and "  2 | b 3x 60\n    |   ^" in err, err)
    _, err = tocsin("query", "--load", "-", "a", given="a 5 120\na 4 120\n# EOF\n", status=65)
    expect("two samples of a at 120.000" in err, err)


def times_from_now():
    path = write("samples.om", SAMPLES)
    out, _ = tocsin("query", "--load", path, "requests_total", "--time", "now-1m", "-f", "json")
    expect(json.loads(out)["data"]["result"][0]["value"] == [60, "60"], out)
    out, _ = tocsin("query", "--load", path, "time()", "--start", "now-2m", "-f", "json")
    values = json.loads(out)["data"]["result"][0]["values"]
    expect(len(values) == 61 and values[0][0] == 0 and values[-1][0] == 120, out)
    out, _ = tocsin("query", "--load", path, "requests_total", "--time", "now+5m", "--lookback", "4m")
    expect(out == "", out)


def what_is_said_about_an_answer():
    path = write("samples.om", SAMPLES)
    out, err = tocsin("query", "--load", path, "rate({code=\"200\"}[3m]) or rate(gauge[3m])",
                      "--load", write("gauge.om", "gauge 1 0\ngauge 2 60\n# EOF\n"))
    expect(len(out.splitlines()) == 2 and "EXPR:1:32: info: metric might not be a counter" in err, out + err)
    expect("    |                                ^" in err, err)
    _, err = tocsin("query", "--load", path, "request_total")
    expect("EXPR:1:1: info: there is no metric 'request_total'" in err and
           "did you mean 'requests_total'?" in err, err)
    _, err = tocsin("query", "--load", path, "requests_total{cod=\"200\",other=\"\"}")
    expect("has a label 'cod'" in err and "did you mean 'code'?" in err and "other'" not in err, err)
    _, err = tocsin("query", "--load", path, "absent(request_total)")
    expect(err == "", err)
    out, err = tocsin("query", "--load", path, "sum by (cod) (requests_total)")
    expect(len(out.splitlines()) == 1 and "EXPR:1:9: warning: no label 'cod' is known" in err and
           "did you mean 'code'?" in err, out + err)
    for meant in ("sum by (code) (requests_total)", "sum by (region) (requests_total)",
                  'sum by (cod) (label_replace(requests_total, "cod", "$1", "code", "(.*)"))'):
        _, err = tocsin("query", "--load", path, meant)
        expect(err == "", err)


def errors_as_the_api_gives_them():
    path = write("samples.om", SAMPLES)

    def error(*words, status):
        out, err = tocsin("query", "--load", path, "-f", "json", *words, status=status)
        answer = json.loads(out)
        expect(answer["status"] == "error" and err != "", out + err)
        return answer["errorType"], answer["error"]
    kind, text = error("rate(requests_total[5m]", status=65)
    expect(kind == "bad_data" and text.startswith("invalid parameter \"query\": 1:"), text)
    kind, _ = error("1", "--time", "soon", status=64)
    expect(kind == "bad_data", kind)
    kind, text = error("count_over_time(requests_total[10m])", "--max-samples", "2", status=65)
    expect(kind == "execution" and "samples" in text, text)
    # Hours of work, if nothing ended it.
    kind, text = error("sum_over_time(sum_over_time(vector(time())[1d:1s])[10d:1m])", "--timeout", "10ms",
                       "--max-samples", "1000000000000", status=75)
    expect(kind == "timeout" and "0.01 s" in text, text)
    kind, text = error("requests_total + on () {__name__=~\".+\"}", "--time", "30", status=65)
    expect(kind == "execution" and "many-to-many" in text, text)


def a_reader_that_leaves_is_no_error():
    path = write("samples.om", SAMPLES)
    done = subprocess.run("%s query --load %s --start 0 --end 3000 --step 10ms 'time()' | head -1; "
                          "echo ${PIPESTATUS[0]}" % (TOCSIN, path), shell=True, executable="/bin/bash",
                          env=clean_environment(HOME), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding="utf-8", timeout=150)
    expect(done.stdout == "{}\n141\n" and done.stderr == "", done.stdout + done.stderr)


def a_full_disk_is_an_error():
    path = write("samples.om", SAMPLES)
    done = subprocess.run("%s query --load %s --start 0 --end 3000 --step 10ms 'time()' >/dev/full"
                          % (TOCSIN, path), shell=True, env=clean_environment(HOME),
                          stderr=subprocess.PIPE, encoding="utf-8", timeout=150)
    expect(done.returncode == 74 and "No space left" in done.stderr, done.stderr)


def the_language_of_version_2_over_polled_data():
    words = ("query", "--source", "host:", "count(rate(node_cpu_seconds_total[10s])) > 0")
    tocsin(*words, "--semantics", "v2")
    tocsin(*words, "--lookback", "1m")


def windows_differ_by_version():
    path = write("samples.om", SAMPLES)
    words = ("query", "--load", path, "count_over_time(requests_total[2m])")
    out3, _ = tocsin(*words)
    out2, _ = tocsin(*words, "--semantics", "v2")
    expect(out3.split()[0] == "2" and out2.split()[0] == "3", out3 + out2)


def the_readme_is_true():
    """What its console shows is what happens, in the order of the lines."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "README.md"), encoding="utf-8") as file:
        shown = re.search(r"^```console\n(.*?)^```$", file.read(), re.M | re.S).group(1)
    steps = re.findall(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", shown, re.M)
    expect(len(steps) >= 5, "%d commands" % len(steps))
    for command, said in steps:
        words = shlex.split(command)
        if words[0] == "cat":
            write(words[1], said)
            continue
        done = subprocess.run([TOCSIN] + words[1:], check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, encoding="utf-8", cwd=HOME, env=clean_environment(HOME))
        expect(words[0] == "tocsin" and done.stdout == said, "%s\n%s" % (command, done.stdout))


def units_are_understood():
    out, _ = tocsin("query", "--load", "/dev/null", "vector(1GiB) * 50%")
    expect(out.split()[-1] == "536870912", out)


def wrong_questions():
    _, err = tocsin("query", "--load", "/dev/null", "sum(rate(x[5m])", status=65)
    expect("EXPR:1:" in err and "^" in err, err)
    _, err = tocsin("query", "--load", "/dev/null", "histogram_quantil(0.9, x)", status=65)
    expect("did you mean" in err, err)
    _, err = tocsin("query", "--load", "/dev/null", "rte(x[5m]) + irat(y[5m])", status=65)
    expect("EXPR:1:1: error" in err and "EXPR:1:14: error" in err and "'irate'" in err, err)
    _, err = tocsin("query", status=64)
    expect("one expression" in err, err)
    _, err = tocsin("query", "1", "--fromat", "json", status=64)
    expect("did you mean '--format'" in err, err)
    _, err = tocsin("query", "1", "--load", "/nonexistent/file", status=65)
    expect("/nonexistent/file" in err and "No such file" in err, err)
    _, err = tocsin("query", "1", "--end", "1", status=64)
    expect("--start" in err, err)
    _, err = tocsin("query", "1", "--start", "2", "--end", "1", "--load", "/dev/null", status=64)
    expect("before" in err, err)
    _, err = tocsin("query", "1", "--time", "yesterday", status=64)
    expect("now-1h" in err, err)
    _, err = tocsin("query", "up", "--source", "http://127.0.0.1:1", status=69)
    expect("127.0.0.1:1" in err, err)
    out, _ = tocsin("query", "up", "--source", "http://127.0.0.1:1", "--format", "json", status=69)
    expect(json.loads(out)["status"] == "error", out)


def a_page_that_cannot_be_read_is_no_empty_answer():
    page = "http://127.0.0.1:1/metrics"
    _, err = tocsin("query", "--source", page, "node_load1", status=69)
    expect("'127.0.0.1:1' cannot be read" in err and "no data" not in err and "no metric" not in err, err)
    out, err = tocsin("query", "--source", page, "up")
    expect(out.startswith("0  up{") and "'127.0.0.1:1' cannot be read" in err, out + err)
    out, _ = tocsin("query", "--source", page, "node_load1", "--format", "json", status=69)
    expect(json.loads(out)["status"] == "error", out)


def an_address_may_lack_its_scheme():
    _, err = tocsin("query", "up", "--source", "127.0.0.1:9090", status=78)
    expect("did you mean 'http://127.0.0.1:9090'?" in err, err)
    _, err = tocsin("query", "up", "--source", "localhost", status=64)
    expect("an address is http://HOST:PORT" in err, err)


def this_host_can_be_asked():
    out, _ = tocsin("query", "--source", "host:", "sum(rate(node_cpu_seconds_total[10s])) > 0")
    expect(len(out.split()) == 1 and float(out) > 0, out)
    out, _ = tocsin("query", "--source", "host:", "end() - start()", "--start", "now-25s", "--end", "now",
                    "--step", "10s", "--format", "json")
    values = json.loads(out)["data"]["result"][0]["values"]
    expect([value for _, value in values] == ["25", "25", "25"], out)
    out, err = tocsin("query", "--source", "host:", "up{job=\"hots\"} or up{jb=\"host\"} or up{job=\"host\"} > 1")
    expect(out == "" and "no series of 'up' has 'hots' as its 'job'" in err and "did you mean 'host'?" in err and
           "no series of 'up' has a label 'jb'" in err and err.count("info:") == 2, err)


def check_says_everything():
    bad = write("bad.yaml", "global: { intervall: 15s }\nsources:\n  - name: a\n    host: []\n")
    _, err = tocsin("check", bad, status=78)
    expect("bad.yaml:1:" in err and "did you mean 'interval'?" in err and "bad.yaml:4:" in err, err)
    good = write("good.yaml", "sources:\n  - name: here\n    host: {}\n")
    out, _ = tocsin("check", good)
    expect("1 file checked, no errors" in out, out)
    promql = write("promql.yaml", "promql: { semantics: v2, timeout: 5s }\n")
    out, _ = tocsin("check", promql)
    expect("promql.yaml: promql: v2 semantics, look-back 5m;" in out and " and 5s\n" in out, out)
    pack = write("pack.yaml", "panel: p\nshape: red\ndetect: m\neach: [job]\n"
                 "signals:\n  rate: { expr: 'rate(m)' }\n")
    _, err = tocsin("check", pack, status=78)
    expect("pack.yaml:6:" in err, err)
    tocsin("check", status=66)
    theme = write("theme.yaml", "theme: x\nroles:\n  state.cirt: red\n")
    _, err = tocsin("check", theme, status=0)
    expect("state.cirt" in err, err)


def the_console_needs_a_terminal():
    _, err = tocsin("host:", status=64)
    expect("terminal" in err, err)
    _, err = tocsin("nonsense", status=78)
    expect("cannot tell what 'nonsense' is" in err, err)


run_cases([version_and_help, query_of_a_file, query_of_a_unit_test_file, several_files_and_standard_input,
           times_from_now, what_is_said_about_an_answer, errors_as_the_api_gives_them,
           a_reader_that_leaves_is_no_error, a_full_disk_is_an_error,
           the_language_of_version_2_over_polled_data, windows_differ_by_version,
           the_readme_is_true, units_are_understood, wrong_questions,
           a_page_that_cannot_be_read_is_no_empty_answer, an_address_may_lack_its_scheme,
           this_host_can_be_asked, check_says_everything, the_console_needs_a_terminal])
